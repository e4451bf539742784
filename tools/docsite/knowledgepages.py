"""Pages made of what redislint knows: directives, and the messages of servers and clients."""

from __future__ import annotations

from docsite.links import name_links, relative
from redislint.explaining.directive import rules_about
from redislint.knowledge.directives import all_names
from redislint.knowledge.explain_directive import Explanation, explain_directive
from redislint.knowledge.messages import load


def directives() -> dict[str, Explanation]:
    """Every directive of every server once, by its newest name."""
    found = {}
    for name in sorted(all_names()):
        told = explain_directive(name)
        if told is not None and told.name not in found:
            found[told.name] = explain_directive(told.name) or told
    return found


def directive_place(name: str) -> str:
    """The directive's page on the site."""
    return f"directives/{name}.md"


def directive_page(told: Explanation, places: dict[str, str]) -> str:
    """What a directive takes and does, over all versions, and the rules that look at it."""
    here = directive_place(told.name)
    rows: list[tuple[str, str]] = [
        ("value", f"{told.kind}, in {told.unit}" if told.unit else told.kind)
    ]
    for title, pairs in (
        ("default", told.defaults),
        ("bounds", told.bounds),
        ("choices", told.choices),
        ("`CONFIG SET`", told.runtime),
    ):
        for number, (versions, text) in enumerate(pairs):
            shown = f"`{text}`" if title == "default" and text else text
            rows.append(
                (title if number == 0 else "", f"{shown} ({versions})" if len(pairs) > 1 else shown)
            )
    rows.append(("known in", told.known))
    if told.aliases:
        rows.append(("also written", ", ".join(f"`{a}`" for a in told.aliases)))
    rows += [("history" if n == 0 else "", text) for n, text in enumerate(told.history)]
    lines = [f"# {told.name}", "", name_links(told.note, places, here), "", "| | |", "|---|---|"]
    lines += [f"| {title} | {_cell(text)} |" for title, text in rows]
    rules = rules_about(told.name, told.aliases)
    if rules:
        lines += ["", "## Rules that look at it", ""]
        lines += [f"- [{r}]({relative(places[r], here)})" for r in rules if r in places]
    lines += [
        "", f"The same in a terminal: `redislint explain {told.name}`."
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def directive_index(found: dict[str, Explanation]) -> str:
    """All directives with a sentence each."""
    lines = [
        "# Directives", "",
        f"{len(found)} directives of redis.conf, valkey.conf and sentinel.conf, from Redis 2.8 to 8.2 and"
        " Valkey 7.2 to 9.1, as the servers themselves report them.", "",
        "| directive | known in | what it does |", "|---|---|---|",
    ]  # fmt: skip
    for name, told in found.items():
        first = told.note.partition(". ")[0].rstrip(".")
        lines.append(f"| [`{name}`]({name}.md) | {told.known} | {_cell(first)} |")
    return "\n".join(lines) + "\n"


def messages_page(places: dict[str, str]) -> str:
    """Every known message: what it means, its causes, and the way out."""
    here = "messages.md"
    known = load()
    lines = [
        "---", "title: Error messages", "---", "",
        "# Error messages", "",
        f"{len(known)} messages of servers, sentinels and clients. Paste one into"
        ' `redislint explain "…"`, or a whole log into `redislint explain -`; add a path and it says which'
        " of the causes the files show.", "",
    ]  # fmt: skip
    for message in known:
        lines += [f"## {message.name} {{: #{anchor(message.name)} }}", "", f"*{message.by}*", ""]
        lines += [
            name_links(_prose(message.meaning), places, here),
            "",
            "Causes, the likeliest first:",
            "",
        ]
        for number, cause in enumerate(message.causes, 1):
            lines.append(f"{number}. {_prose(cause.text)}")
            if cause.tell:
                lines.append(f"    <br>*Tell by:* {_prose(cause.tell)}")
            named = [r for r in cause.rules if r in places]
            if named:
                links = ", ".join(f"[{r}]({relative(places[r], here)})" for r in named)
                lines.append(f"    <br>*Shown by:* {links}")
        lines += [""]
        for title, text in (("Ask", message.ask), ("Now", message.now), ("For good", message.good)):
            if text:
                lines += [f"**{title}:** {_prose(text)}", ""]
        linked = [f"[{r}]({relative(places[r], here)})" for r in message.more_rules if r in places]
        if linked:
            lines += ["**Further rules:** " + ", ".join(linked), ""]
    return "\n".join(lines)


def anchor(name: str) -> str:
    """The anchor of a message on its page."""
    return "".join(c if c.isalnum() else "-" for c in name.lower()).strip("-")


def _prose(text: str) -> str:
    # A message's words may hold what Markdown would take for HTML or emphasis.
    return text.replace("<", "&lt;").replace("*", "\\*") if "`" not in text else text
