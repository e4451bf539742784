"""command and entrypoint of a service → words, as compose and the container's shell leave them."""

from __future__ import annotations

import re

from redislint.model.value import Value, at, unknown
from redislint.readers.composing.files import File
from redislint.readers.interpolation import interpolate, with_options
from redislint.source import Span
from redislint.syntax import shell
from redislint.syntax.yaml import Node, Scalar, Sequence


def words_of(found: tuple[File, Node] | None) -> list[Value] | None:
    """A command's words: a list as it stands, a string split as compose splits it."""
    if found is None:
        return None
    holder, node = found
    if isinstance(node, Sequence):
        words = []
        secret = False
        for item in node.items:
            value = _argument(holder, item, secret)
            if value is not None:
                words.append(value)
                secret = value.known and str(value.value).lstrip("-") in _SECRET_OPTIONS
        return words
    if not isinstance(node, Scalar) or node.is_null:
        return None
    if node.templated:
        return [unknown("a template fills it in", node.span)]
    text = with_options(node.text.replace("$$", "\x01"), holder.variables)
    words = []
    secret = False
    for word in shell.split(text):
        if word.operator and word.operator != "\n":
            words.append(at(word.operator, node.span))
            continue
        if word.operator:
            continue
        written = (word.value.raw if not word.value.known else str(word.value.value)) or ""
        value = _filled(holder, written, _within(node, written), secret)
        words.append(value)
        secret = value.known and str(value.value).lstrip("-") in _SECRET_OPTIONS
    return words


_SECRET_OPTIONS = frozenset({"requirepass", "masterauth", "primaryauth", "a", "pass", "user"})


def _within(node: Scalar, word: str) -> Span:
    """Where a word of a scalar stands: its first place in the scalar's text."""
    span = node.span
    for attempt in (word, word.replace("\x01", "$$")):
        place = node.source.text.find(attempt, span.start, span.end) if attempt else -1
        if place >= 0:
            return Span(node.source, place, place + len(attempt))
    return node.head


def _argument(holder: File, node: Node, secret: bool) -> Value | None:
    if not isinstance(node, Scalar):
        return None
    if node.templated:
        return unknown("a template fills it in", node.span)
    return _filled(holder, node.text.replace("$$", "\x01"), node.span, secret)


def _filled(holder: File, text: str, span: Span, secret: bool) -> Value:
    """An argument with compose's variables filled in, and the container's shell's kept."""
    value = interpolate(text, {} if secret else holder.variables, span, where=holder.env_path)
    if secret and "${" in text and value.known and value.value:
        # A default password still is meant to be replaced: set, but not known.
        value = unknown("the default of a variable", span)
        value.raw = text
    for side in ("raw", "value"):
        held = getattr(value, side)
        if isinstance(held, str) and "\x01" in held:
            setattr(value, side, held.replace("\x01", "$"))
            if (
                side == "value"
                and re.search(r"\$[A-Za-z_{]", held.replace("\x01", "$"))
                and " " not in held
            ):
                value.known, value.why = False, "the container's shell fills it in"
                value.raw, value.value = held.replace("\x01", "$"), None
                break
    return value
