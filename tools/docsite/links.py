"""Links between pages: where a file of the repository lies on the site, and names that become links."""

from __future__ import annotations

import posixpath
import re

REPOSITORY = "https://github.com/redislint/redislint/blob/main/"
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)")
_CODE = re.compile(r"(?<![`\[])`([^`\n]+)`(?![`\]])")
_FENCE = re.compile(r"^ *(`{3,}|~{3,})")


def on_site(path: str) -> str | None:
    """Where a file of the repository lies on the site, or None where it is not part of it."""
    if path == "README.md":
        return "index.md"
    if re.fullmatch(r"examples/?([\w-]+(/README\.md)?/?)?", path):
        return "tutorial.md"
    if path.startswith("docs/corpus"):
        return None
    if path.startswith("docs/") and path.endswith(".md"):
        return path.removeprefix("docs/")
    if path.startswith("rules/") and path.endswith(".md"):
        return path
    return None


def relative(target: str, page: str) -> str:
    """The link from the site's `page` to its page `target`."""
    return posixpath.relpath(target, posixpath.dirname(page) or ".")


def rewrite(text: str, source: str, page: str) -> str:
    """Links of a repository file `source`, shown as the site's `page`, so that they work there.

    What is not on the site is linked in the repository.
    """

    def link(match: re.Match[str]) -> str:
        words, target = match[1], match[2]
        if re.match(r"[a-z]+:|#", target):
            return match[0]
        path, hash_, anchor = target.partition("#")
        file = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        place = on_site(file)
        if place is None:
            return f"[{words}]({REPOSITORY}{file})"
        return f"[{words}]({relative(place, page)}{hash_}{anchor})"

    return outside_fences(text, lambda part: _LINK.sub(link, part))


def name_links(text: str, places: dict[str, str], page: str) -> str:
    """Names in code type (`rule-name`, `directive`) become links to their pages."""

    def link(match: re.Match[str]) -> str:
        place = places.get(match[1])
        if place is None or place == page:
            return match[0]
        return f"[`{match[1]}`]({relative(place, page)})"

    return outside_fences(text, lambda part: _CODE.sub(link, part))


def outside_fences(text: str, change: object) -> str:
    """Apply `change` to the text between code fences."""
    assert callable(change)
    out: list[str] = []
    part: list[str] = []
    fence = ""
    for line in text.splitlines():
        mark = _FENCE.match(line)
        if fence:
            out.append(line)
            if mark and line.strip() == fence:
                fence = ""
        elif mark:
            out += change("\n".join(part)).split("\n") if part else []
            part = []
            fence = mark[1]
            out.append(line)
        else:
            part.append(line)
    out += change("\n".join(part)).split("\n") if part else []
    return "\n".join(out) + "\n"
