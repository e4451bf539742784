"""setup.cfg and the literals of setup.py."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator

from redislint.model.dependency import Dependency
from redislint.readers.manifests.pypi import as_extra, is_dev, requirement
from redislint.source import Source

_HEADER = re.compile(r"^\[([^\]]+)\]")
_KEY = re.compile(r"^([A-Za-z_][\w.-]*)[ \t]*[=:](.*)$")


def read_cfg(source: Source) -> Iterator[Dependency]:
    """The requirements under `[options]` and `[options.extras_require]`."""
    module = posixpath.dirname(source.path)
    section = key = ""
    for number in range(1, len(source.lines) + 1):
        text = source.line_text(number)
        start = source.lines[number - 1]
        header = _HEADER.match(text)
        if header:
            section, key = header[1].strip(), ""
            continue
        entry = _KEY.match(text)
        if entry:
            key = entry[1].strip().lower()
            text, start = entry[2], start + entry.start(2)
        scope = _scope(section, key)
        body = text.strip()
        if scope and body and not body.startswith(("#", ";")):
            begin = start + len(text) - len(text.lstrip())
            found = requirement(body, source, begin, module, scope)
            if found is not None:
                yield as_extra(found) if section == "options.extras_require" else found


def _scope(section: str, key: str) -> str:
    if section == "options" and key == "install_requires":
        return "compile"
    if section == "options" and key == "tests_require":
        return "test"
    if section == "options.extras_require":
        return "test" if is_dev(key) else "compile"
    return ""


def read_py(source: Source) -> Iterator[Dependency]:
    """The literals given to `setup(install_requires=…, extras_require=…)`.

    A name is followed to a list assigned in the same file; everything else is left out. The code
    is parsed, never run.
    """
    try:
        tree = ast.parse(source.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    module = posixpath.dirname(source.path)
    names: dict[str, ast.expr] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name):
                names[target.id] = node.value
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and _called(node.func) == "setup"):
            continue
        for keyword in node.keywords:
            if keyword.arg in ("install_requires", "tests_require"):
                scope = "compile" if keyword.arg == "install_requires" else "test"
                yield from _strings(keyword.value, names, source, module, scope)
            elif keyword.arg == "extras_require":
                held = _follow(keyword.value, names)
                if isinstance(held, ast.Dict):
                    for key, value in zip(held.keys, held.values, strict=False):
                        label = key.value if isinstance(key, ast.Constant) else ""
                        scope = "test" if is_dev(str(label)) else "compile"
                        for found in _strings(value, names, source, module, scope):
                            yield as_extra(found)


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _follow(node: ast.expr, names: dict[str, ast.expr]) -> ast.expr:
    for _ in range(5):
        if isinstance(node, ast.Name) and node.id in names:
            node = names[node.id]
    return node


def _strings(
    node: ast.expr, names: dict[str, ast.expr], source: Source, module: str, scope: str
) -> Iterator[Dependency]:
    held = _follow(node, names)
    if isinstance(held, ast.BinOp):
        yield from _strings(held.left, names, source, module, scope)
        yield from _strings(held.right, names, source, module, scope)
        return
    for item in held.elts if isinstance(held, ast.List | ast.Tuple) else ():
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            line = source.lines[min(item.lineno, len(source.lines)) - 1]
            prefix = source.line_text(item.lineno).encode()[: item.col_offset]
            start = line + len(prefix.decode("utf-8", errors="ignore"))
            quote = re.compile(r"[rRuUbB]{0,2}(\"\"\"|'''|[\"'])").match(source.text, start)
            begin = quote.end() if quote else start
            found = requirement(item.value, source, begin, module, scope)
            if found is not None:
                yield found
