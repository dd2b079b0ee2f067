"""Reads a YAML file into plain values and remembers where each key stands.

Its one rule: a hostile file costs no more than an honest one; aliases unfold under a cap on values and depth.
Values follow YAML 1.2: `no` is text, `14:00` is text (YAML 1.1 makes it 840), and tags are refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, Final

import yaml

from app.settings.fault import Fault, Path, Place, dotted

MOST_BYTES: Final = 1_000_000
MOST_VALUES: Final = 20_000
MOST_DEPTH: Final = 20

_USUAL_HINT: Final = "check the indentation, the blank after each colon, and put text with any of : # * & ! @ in quotes"
_TAG: Final = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class Document:
    """`tree` holds dict, list, str, int, float, bool, None; it is None when the file is empty or broken."""

    name: str
    tree: Any
    places: Mapping[Path, Place]
    faults: tuple[Fault, ...] = ()

    def place(self, path: Path) -> Place:
        """Where `path` stands, or the nearest section above it that is written down."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(self.name, 1, 1))


def read(file: FilePath, name: str) -> Document:
    """The document in `file`; what cannot be read becomes a fault. `name`: what the operator calls it."""
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            return _broken(Place(name), "is larger than 1 MB", "piaoda.yaml holds settings only")
        return parse(content.decode("utf-8"), name)
    except OSError as error:
        hint = "PIAODA_CONFIG names the file; without it piaoda.yaml is used if it is there"
        return _broken(Place(name), f"cannot be read: {error.strerror}", hint)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return _broken(Place(name, line, 1), "is not UTF-8 text", "save the file as UTF-8")


def parse(text: str, name: str) -> Document:
    """The document in `text`; a broken one has no tree and one fault."""
    try:
        root = _Loader(text).get_single_node()
        reading = _Reading(name)
        tree = reading.plain(root, ()) if root else None
    except yaml.MarkedYAMLError as error:
        return _syntax_fault(error, name)
    except yaml.reader.ReaderError as error:
        place = Place(name, text.count("\n", 0, error.position) + 1, 1)
        return _broken(place, "holds a control character", "remove it, or write it as \\u… in double quotes")
    return Document(name, tree, reading.places, tuple(reading.faults))


def _syntax_fault(error: yaml.MarkedYAMLError, name: str) -> Document:
    mark = error.problem_mark or error.context_mark
    place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
    # An unquoted password that begins with * is an alias to YAML, whose message would repeat it.
    problem = re.sub(r"(alias|anchor) '.*'", r"\1", error.problem or "is not YAML")
    hint = "indent with spaces, never with tabs" if "\\t" in problem else error.note
    return _broken(place, problem, hint or _USUAL_HINT)


def _broken(place: Place, what: str, hint: str) -> Document:
    return Document(place.file, None, {}, (Fault(place, "", what, hint),))


class _Loader(yaml.SafeLoader):
    """Composes nodes with the plain types of YAML 1.2; refuses what is too deep before recursion does."""

    yaml_implicit_resolvers: dict[Any, Any] = {  # noqa: RUF012 - PyYAML's own declaration
        None: [
            (f"{_TAG}null", re.compile(r"(?:~|null|Null|NULL|)\Z")),
            (f"{_TAG}bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")),
            (f"{_TAG}int", re.compile(r"[-+]?[0-9]{1,15}\Z")),
            (f"{_TAG}float", re.compile(r"[-+]?[0-9]{1,15}\.[0-9]{1,15}\Z")),
        ]
    }
    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "tag", None):
            raise _refused("a tag is not allowed here", event.start_mark, "put text that begins with ! in quotes")
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise _refused("is nested too deeply", event.start_mark, f"at most {MOST_DEPTH} levels")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


_SCALARS: Final[Mapping[str, Any]] = {
    f"{_TAG}null": lambda _: None,
    f"{_TAG}bool": lambda text: text.lower() == "true",
    f"{_TAG}int": int,
    f"{_TAG}float": float,
    f"{_TAG}str": str,
}


class _Reading:
    """One walk over composed nodes; collects places and faults on its way."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._values = 0
        self.places: dict[Path, Place] = {}
        self.faults: list[Fault] = []

    def plain(self, node: yaml.Node, path: Path) -> Any:
        self._count(node, path)
        self.places.setdefault(path, self._place(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(item, (*path, index)) for index, item in enumerate(node.value)]
        return _SCALARS[node.tag](node.value)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        tree: dict[str, Any] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name is None:
                self._refuse(key, path, "has a key that is not a word", "write `key: value`")
            elif name in tree:
                first = self.places[(*path, name)].line
                self._refuse(key, (*path, name), "is given twice", f"first in line {first}; keep one of them")
            else:
                self.places[(*path, name)] = self._place(key)
                tree[name] = self.plain(value, (*path, name))
        return tree

    def _count(self, node: yaml.Node, path: Path) -> None:
        """Bounds what aliases unfold to; a document without them is bounded by its size."""
        self._values += 1
        if self._values > MOST_VALUES or len(path) > MOST_DEPTH:
            raise _refused("unfolds to too many values", node.start_mark, "use fewer aliases (*name)")

    def _refuse(self, node: yaml.Node, path: Path, what: str, hint: str) -> None:
        self.faults.append(Fault(self._place(node), dotted(path), what, hint))

    def _place(self, node: yaml.Node) -> Place:
        return Place(self._name, node.start_mark.line + 1, node.start_mark.column + 1)


def _refused(what: str, mark: Any, hint: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=what, problem_mark=mark, note=hint)
