"""Reads YAML text into plain lists, mappings and strings, and remembers on which line everything stood.

Every scalar stays the text it was written as: `on` is no truth value, `08:00` no number of seconds and
`+12025550100` no integer. What a text means is for the reader's models to say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[str | int, ...]

#: Deeper than any practice file; composing deeper text recurses, in C, until the process falls over.
DEEPEST = 40

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True)
class Problem:
    """Something wrong at a line (1-based; 0 is the file as a whole), in words for whoever wrote the file."""

    line: int
    text: str


@dataclass
class Document:
    """The text's data, the line of each path in it, and what was wrong with its form."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of `path`, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(text: str) -> Document:
    """Reads one document. Bad syntax, duplicate keys and the like end up in `problems`."""
    document = Document()
    try:
        _check_depth(text)
        root = yaml.compose(text, Loader=_Loader)
        if root is not None:
            _Reader(document, 10_000 + 10 * len(text)).read(root)
    except yaml.YAMLError as error:
        document.problems.append(_syntax_problem(text, error))
    return document


def _check_depth(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise yaml.YAMLError("nested too deeply")


class _Reader:
    """Turns the nodes of one document into data."""

    def __init__(self, document: Document, limit: int) -> None:
        self.document = document
        self.limit = limit  # of values: aliases of aliases can stand for more than there is memory
        self.open: set[int] = set()  # the nodes being read: one that contains itself would never end

    def read(self, root: yaml.Node) -> None:
        self.document.data = self._value(root, (), root.start_mark.line + 1)

    def _value(self, node: yaml.Node, path: Path, line: int) -> Any:
        if len(self.document.lines) >= self.limit:
            raise yaml.YAMLError("too many values")
        self.document.lines[path] = line
        if isinstance(node, yaml.ScalarNode):
            return node.value
        if id(node) in self.open:
            self._complain(node, "an alias that contains itself")
            return ""
        self.open.add(id(node))
        try:
            return self._mapping(node, path) if isinstance(node, yaml.MappingNode) else self._list(node, path)
        finally:
            self.open.discard(id(node))

    def _list(self, node: yaml.Node, path: Path) -> list[Any]:
        return [
            self._value(item, (*path, place), item.start_mark.line + 1)
            for place, item in enumerate(node.value)
        ]

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self._complain(key, "expected a plain word as key")
            elif key.value in seen:
                self._complain(key, f'key "{key.value}" is here twice, first on line {seen[key.value]}')
            else:
                seen[key.value] = line
                if not _is_unset(key.value, value):
                    at = value.start_mark.line + 1 if isinstance(value, yaml.ScalarNode) else line
                    mapping[key.value] = self._value(value, (*path, key.value), at)
        return mapping

    def _complain(self, node: yaml.Node, text: str) -> None:
        self.document.problems.append(Problem(node.start_mark.line + 1, text))


def _is_unset(key: str, node: yaml.Node) -> bool:
    """Whether `key:` has nothing behind it, which is the same as leaving the key out.

    Not so for `slots:`, where nothing could mean "no open times" as well as "no such list".
    """
    plain = isinstance(node, yaml.ScalarNode) and not node.style
    return plain and node.value in ("", "~", "null") and key != "slots"


def _syntax_problem(text: str, error: yaml.YAMLError) -> Problem:
    if "nesting depth" in str(error):  # newer readers have a limit of their own, and may meet it first
        return Problem(0, "not YAML: nested too deeply")
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        line = error.problem_mark.line + 1
        if any("\t" in one[: len(one) - len(one.lstrip())] for one in text.splitlines()[line - 1 : line]):
            return Problem(line, "expected spaces, got a tab")
        return Problem(line, f"not YAML: {error.problem}")
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else 0
        return Problem(line, "a control character, expected plain text")
    return Problem(0, f"not YAML: {error}")
