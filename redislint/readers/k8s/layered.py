"""Nodes that lie over each other: strategic merge and JSON patches without copying the files.

Every piece of a merged tree keeps its own place: what a patch writes is found in the patch.
"""

from __future__ import annotations

from redislint.source import Source
from redislint.syntax.yaml import Mapping, Node, Scalar, Sequence

_KEYS = {
    "containers": "name", "initContainers": "name", "env": "name", "volumes": "name",
    "ports": "containerPort", "volumeMounts": "mountPath", "imagePullSecrets": "name",
    "tolerations": "key",
}  # fmt: skip
"""Lists that a strategic merge joins by a key; every other list is replaced."""
_DEEPEST = 40


class Layer(Mapping):
    """A mapping made of others; its place is that of the first."""

    __slots__ = ("_pairs",)

    def __init__(self, like: Node, pairs: list[tuple[Scalar, Node]]) -> None:
        super().__init__(like._raw, like.source)
        self._pairs = pairs

    @property
    def pairs(self) -> list[tuple[Scalar, Node]]:
        """The joined pairs."""
        return self._pairs

    def pair(self, name: str) -> tuple[Scalar, Node] | None:
        """Key and value of a name among the joined pairs, or None."""
        return next((pair for pair in self.merged() if pair[0].text == name), None)

    def texts(self) -> dict[str, str]:
        """The texts of its scalars; not kept, since two layers may lie over one mapping."""
        return {key.text: value.text for key, value in self.merged() if isinstance(value, Scalar)}


class Listed(Sequence):
    """A list made of others' elements."""

    __slots__ = ("_items",)

    def __init__(self, like: Node, items: list[Node]) -> None:
        super().__init__(like._raw, like.source)
        self._items = items

    @property
    def items(self) -> list[Node]:
        """The joined elements."""
        return self._items


class Written(Scalar):
    """A scalar of another text than the one at its place: an image of two parts."""

    __slots__ = ("_text",)

    def __init__(self, like: Node, text: str) -> None:
        super().__init__(like._raw, like.source)
        self._text = text

    @property
    def text(self) -> str:
        """The text that was put together."""
        return self._text

    @property
    def templated(self) -> bool:
        """Nothing is left to fill in."""
        return False

    @property
    def is_null(self) -> bool:
        """It has a text."""
        return False

    def embedded(self) -> Source:
        """The text; all of it at the one place."""
        return self.source.embedded(self._text, [self.span.start] * (self._text.count("\n") + 1))


def merge(base: Node, patch: Node, name: str = "", depth: int = 0) -> Node:
    """The base with a strategic merge patch over it."""
    if depth > _DEEPEST:
        return base
    if isinstance(base, Mapping) and isinstance(patch, Mapping):
        if patch.text("$patch") == "replace":
            return Layer(patch, [p for p in patch.merged() if p[0].text != "$patch"])
        return _merge_pairs(base, patch, depth)
    if isinstance(base, Sequence) and isinstance(patch, Sequence) and name in _KEYS:
        return _merge_lists(base, patch, _KEYS[name], depth)
    return patch


def _merge_pairs(base: Mapping, patch: Mapping, depth: int) -> Node:
    over = {k.text: (k, v) for k, v in patch.merged()}
    pairs: list[tuple[Scalar, Node]] = []
    for key, value in base.merged():
        found = over.pop(key.text, None)
        if found is None:
            pairs.append((key, value))
        elif not (isinstance(found[1], Scalar) and found[1].is_null):
            merged = merge(value, found[1], key.text, depth + 1)
            own = isinstance(merged, Layer | Listed)
            pairs.append((key if own else found[0], merged))
    pairs += [p for name, p in over.items() if not name.startswith("$")]
    return Layer(base, pairs)


def _merge_lists(base: Sequence, patch: Sequence, key: str, depth: int) -> Node:
    items = list(base.items)
    places = {_text(i, key): n for n, i in enumerate(items)}
    gone: set[int] = set()
    for item in patch.items:
        name = _text(item, key)
        place = places.get(name) if name else None
        if isinstance(item, Mapping) and item.text("$patch") == "delete":
            gone |= {place} if place is not None else set()
        elif place is None:
            items.append(item)
        else:
            items[place] = merge(items[place], item, "", depth + 1)
    return Listed(base, [i for n, i in enumerate(items) if n not in gone])


def _text(node: Node, key: str) -> str:
    value = node.get(key) if isinstance(node, Mapping) else None
    return value.text if isinstance(value, Scalar) else ""


def put(node: Node, path: list[str], value: Node | None, *, insert: bool = False) -> Node:
    """The node with a value at a JSON pointer's path; None removes what is there."""
    if not path:
        return value if value is not None else node
    word, rest = path[0], path[1:]
    if isinstance(node, Mapping):
        pairs = list(node.merged())
        for index, (key, held) in enumerate(pairs):
            if key.text == word:
                if not rest and value is None:
                    del pairs[index]
                else:
                    pairs[index] = (key, put(held, rest, value, insert=insert))
                return Layer(node, pairs)
        if value is not None and not rest:
            pairs.append((Written(value, word), value))
        return Layer(node, pairs)
    if isinstance(node, Sequence):
        return _put_in_list(node, word, rest, value, insert=insert)
    return node


def _put_in_list(
    node: Sequence, word: str, rest: list[str], value: Node | None, *, insert: bool
) -> Node:
    items = list(node.items)
    place = len(items) if word == "-" else int(word) if word.isdecimal() else -1
    if not 0 <= place <= len(items):
        return node
    if rest:
        if place < len(items):
            items[place] = put(items[place], rest, value, insert=insert)
    elif value is None:
        del items[place : place + 1]
    elif insert or place == len(items):
        items.insert(place, value)
    else:
        items[place] = value
    return Listed(node, items)
