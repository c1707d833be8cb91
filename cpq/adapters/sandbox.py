"""The sandbox that templates are filled in (模板沙箱): as if each were code of a stranger.

No global names, no attribute of Python within reach, no value changed, every value escaped, an
unknown name refused instead of printed as nothing. Nothing can be marked as safe markup and no part
can turn escaping off, so text from people never becomes markup. A template is read from its own
folders only: no link leads out of them, and no name is more than letters, digits and ``_ . / -``.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, PrefixLoader, StrictUndefined, TemplateNotFound, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

_NAME = re.compile(r"[A-Za-z0-9_./-]{1,100}")
_SOURCE_MAX = 1_000_000
_MARKS_AS_SAFE = frozenset(("safe", "xmlattr", "urlize", "tojson"))
"""Filters that hand out markup; what a document needs of them its template writes itself."""


class Sandbox(ImmutableSandboxedEnvironment):
    """An environment without global names, in which nothing is safe markup but the template."""

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in tree.find_all((nodes.EvalContextModifier, nodes.MarkSafe)):
            raise SecurityError(f"line {node.lineno} turns escaping off, which no template may do")
        for node in tree.find_all(nodes.Filter):
            if node.name in _MARKS_AS_SAFE:
                raise SecurityError(
                    f"line {node.lineno} uses the filter {node.name!r}, which would let text from "
                    "people become markup"
                )
        return tree


class FolderLoader(BaseLoader):
    """Templates in one folder, by names that cannot lead out of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def get_source(
        self,
        environment: Any,  # noqa: ARG002, its name is given
        template: str,
    ) -> tuple[str, str, Callable[[], bool]]:
        """The text of a template. Raises ``TemplateNotFound``, ``SecurityError`` if too long."""
        if not _NAME.fullmatch(template):
            raise TemplateNotFound(template)
        try:
            file = (self.folder / template).resolve(strict=True)
            if not (file.is_relative_to(self.folder) and file.is_file()):
                raise TemplateNotFound(template)
            stamp = file.stat()
            if stamp.st_size > _SOURCE_MAX:
                raise SecurityError(
                    f"{template!r} has {stamp.st_size:,} bytes; a template has at most "
                    f"{_SOURCE_MAX:,}"
                )
            text = file.read_text(encoding="utf-8")
        except (OSError, ValueError, RuntimeError):
            raise TemplateNotFound(template) from None
        return text, str(file), lambda: _is_as_it_was(file, stamp.st_mtime_ns)

    def list_templates(self) -> list[str]:
        """The names of all templates in the folder."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return sorted(path.relative_to(self.folder).as_posix() for path in files)


def _is_as_it_was(file: Path, changed: int) -> bool:
    try:
        return file.stat().st_mtime_ns == changed
    except OSError:
        return False


def sandbox(shipped: Path, folder: Path | None) -> Sandbox:
    """The sandbox in which names are looked up in ``folder``, then in the ``shipped`` folder.

    A name that begins with ``cpq/`` is the shipped template.
    """
    ours = FolderLoader(shipped)
    own = [] if folder is None else [FolderLoader(folder)]
    made = Sandbox(
        loader=ChoiceLoader([*own, ours, PrefixLoader({"cpq": ours})]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.clear()
    for name in _MARKS_AS_SAFE:
        del made.filters[name]  # so that ``map('safe')`` does not find it either
    return made
