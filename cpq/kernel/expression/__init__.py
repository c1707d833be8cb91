"""Formulas for prices (公式定价): a small language of exact numbers, closed and bounded.

``max(base * 1.2, cost + 5)``, ``长度 * rate``: people write them into price books, so they are read
as text from strangers. There is nothing in the language but arithmetic, comparisons, a choice and
six functions; names are those that a context gives; a text is read once and made into functions;
its length, its depth and the size of every figure are bounded. Figures are exact fractions, 0.1 is
a tenth, and nothing is rounded unless the formula says ``round``, ``ceil`` or ``floor``.
"""

from cpq.kernel.expression.model import Expression

__all__ = ["Expression"]
