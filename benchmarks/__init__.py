"""Benchmarks: ``python -m benchmarks`` lists them, ``python -m benchmarks NAME`` runs one.

Each compares the library with a stated floor or peer in the same run, in rounds that take turns,
so that a busy machine slows both. A new benchmark is one module with a docstring and a function
``run(arguments)`` that prints a table for people and returns its figures.
"""
