"""Text in a table must not become a formula when somebody opens it (公式注入防护).

A spreadsheet takes a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a formula, and runs it.
No escape is safe for every program; an apostrophe in front is what most of them show as text. It is
put before text only, never before an amount, and our reader takes it off again.
"""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "|", "%")
_MARK = "'"


def guarded(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet might calculate it.

    >>> guarded("=cmd|'/c calc'!A1"), guarded("Hengtai"), guarded("'quoted")
    ("'=cmd|'/c calc'!A1", 'Hengtai', "''quoted")
    """
    if text.startswith((_MARK, "\t")) or text.lstrip().startswith(_FORMULA):
        return _MARK + text
    return text


def unguarded(text: str) -> str:
    """The text as it was before ``guarded``.

    >>> [unguarded(guarded(text)) for text in ("=1+1", "'quoted", "plain", "")]
    ['=1+1', "'quoted", 'plain', '']
    """
    return text.removeprefix(_MARK)
