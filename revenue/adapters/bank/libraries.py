"""The libraries that only readers of bank files need, loaded when the first file is read.

Of each is used what it knows better than we would: of mt-940 the shapes of ``:61:`` lines that
many banks write, of bai2 the meaning of the type codes, of lxml the parser. Their own readers
are not used: mt-940 cuts long fields and glues subfields, bai2 refuses type codes that it does not
know, pycamt keeps the first of several elements and no batches; none of them names a line.
"""

from importlib import import_module
from types import ModuleType

from cpq.kernel.errors import Unavailable


def library(name: str) -> ModuleType:
    """The module of that name.

    Raises ``Unavailable`` (``bank_file.no_library``), which says what to install.

    >>> library("json").__name__
    'json'
    """
    try:
        return import_module(name)
    except ImportError:
        package = name.partition(".")[0]
        raise Unavailable(
            "bank_file.no_library",
            f"this bank file needs {package}, which is not installed; run: "
            "pip install 'cpq-revenue[bank]'",
            library=package,
            message_zh=f"读取该银行文件需要 {package}；请运行 pip install 'cpq-revenue[bank]'",
        ) from None
