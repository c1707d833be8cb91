"""A snapshot of everything that prices depend on (产品目录快照), and what can be wrong with it."""

from cpq.catalogue.snapshot import Catalogue, Shelved

__all__ = ["Catalogue", "Shelved"]
