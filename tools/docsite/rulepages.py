"""The rule index with its filters, and a page for each rule."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from pathlib import Path

from docsite.links import REPOSITORY, name_links
from redislint.rules.book import Rule
from redislint.rules.packs import load_page
from redislint.rules.pages import FILE_OF_LANGUAGE

_LEXER = {
    "dockerfile": "docker", "compose": "yaml", "kubernetes": "yaml", "helm-values": "yaml",
    "ecs": "json", "terraform": "terraform", "cloudformation": "yaml", "systemd": "systemd",
    "ansible": "yaml", "spring-yaml": "yaml", "properties": "properties", "java": "java",
    "kotlin": "kotlin", "python": "python", "pom": "xml", "gradle": "groovy", "gradle-kts": "kotlin",
    "pyproject": "toml", "json": "json", "yaml": "yaml", "toml": "toml", "redisson": "yaml",
}  # fmt: skip
_KIND = {
    "compose": "compose", "dockerfile": "Dockerfile", "kubernetes": "Kubernetes", "helm-values": "Helm",
    "ecs": "ECS", "terraform": "Terraform", "cloudformation": "CloudFormation", "systemd": "systemd",
    "ansible": "Ansible", "spring-yaml": "Spring", "properties": "Spring", "java": "Java",
    "kotlin": "Kotlin", "python": "Python", "pom": "Maven", "gradle": "Gradle", "gradle-kts": "Gradle",
    "requirements": "pip", "pyproject": "pyproject", "redisson": "Redisson", "users.acl": "ACL",
}  # fmt: skip
_INFO = re.compile(r"^(`{3,}|~{3,})(\S+)([^\n]*)$", re.MULTILINE)
_TOML = re.compile(r"\A(# [^\n]*\n+)```toml\n(.*?)\n```\n", re.DOTALL)
SEVERITIES = ("error", "warning", "note")


def kinds(text: str) -> list[str]:
    """The kinds of files among a page's examples, in their order."""
    found = []
    for match in _INFO.finditer(text.partition("\n## Wrong")[2]):
        if match[2] in FILE_OF_LANGUAGE:
            kind = _KIND.get(match[2], match[2])
            if kind not in found:
                found.append(kind)
    return found


def place(rule: Rule) -> str:
    """The rule's page on the site."""
    return f"rules/{rule.topic}/{rule.name}.md"


def page(rule: Rule, places: dict[str, str]) -> str:
    """A rule's page: its facts as a table, its text, its examples with their file names."""
    here = place(rule)
    text = rule.page_text()
    head = _TOML.match(text)
    assert head is not None, rule.path
    body = text[head.end() :]
    # Examples say how they are highlighted, and which file they stand for.
    body = _INFO.sub(_fence, body)
    body = body.replace("\n## Wrong", "\n## Wrong {: .wrong }").replace(
        "\n## Right", "\n## Right {: .right }"
    )
    body = re.sub(r"^- (https?://\S+)$", r"- <\1>", body, flags=re.MULTILINE)
    facts = [
        ("code", rule.code),
        ("severity", f'<span class="severity {rule.severity}">{rule.severity}</span>'),
        ("confidence", rule.confidence),
        ("looks at", ", ".join([rule.on, *rule.also_on])),
        ("since", rule.since),
    ]
    if rule.preview:
        facts.append(("default", "off; a preview: `--select` it"))
    if rule.aliases:
        facts.append(("also called", ", ".join(f"`{a}`" for a in rule.aliases)))
    if rule.cwe:
        number = rule.cwe.removeprefix("CWE-")
        facts.append(
            ("weakness", f"[{rule.cwe}](https://cwe.mitre.org/data/definitions/{number}.html)")
        )
    if rule.security_severity:
        facts.append(("security severity", rule.security_severity))
    if rule.evidence:
        file = rule.evidence.partition("::")[0]
        facts.append(("shown by", f"[`{rule.evidence}`]({REPOSITORY}{file})"))
    table = "\n".join(
        ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts if value)]
    )
    message = re.sub(r"\{([^}]*)\}", r"‹\1›", rule.message)
    meta = load_page(Path(rule.file), rule.path).meta
    condition = " ".join(str(meta["when"]).split())
    return "\n".join(
        [
            "---",
            f"title: {rule.name}",
            f"description: {_plain(rule.summary or rule.message)}",
            "---",
            "",
            f"# {rule.name}",
            "",
            f'!!! quote ""\n    {message}',
            "",
            name_links(body.partition("\n## ")[0].strip(), places, here),
            "",
            "## Facts",
            "",
            table,
            "",
            "It is reported where this holds ([how conditions work](../../writing-rules.md)):",
            "",
            f"``` {{ .text .wrap }}\n{condition}\n```",
            "",
            *_rest(body, places, here),
        ]
    )


def _rest(body: str, places: dict[str, str], here: str) -> list[str]:
    _, mark, rest = body.partition("\n## ")
    return [name_links("## " + rest, places, here)] if mark else []


def _fence(match: re.Match[str]) -> str:
    ticks, language, more = match.groups()
    if language not in FILE_OF_LANGUAGE:
        return match[0]
    path = re.search(r"path=(\S+)", more)
    name = path[1] if path else FILE_OF_LANGUAGE[language]
    if more.rstrip().endswith("+"):
        name = "and " + name
    return f'{ticks}{_LEXER.get(language, "text")} title="{name}"'


def _plain(text: str) -> str:
    plain = re.sub(r"\{([^}]*)\}", r"\1", text).replace('"', "'")
    return f'"{plain}"'


def index(rules: list[Rule]) -> str:
    """All rules in one table; a script filters it, and without the script it is still a table."""
    rows = []
    seen: dict[str, set[str]] = defaultdict(set)
    for rule in sorted(rules, key=lambda r: r.code):
        on = kinds(rule.page_text())
        seen["kind"].update(on)
        seen["topic"].add(rule.topic)
        words = html.escape(_plain(rule.summary or rule.message)[1:-1])
        evidence = "yes" if rule.evidence else "no"
        rows.append(
            f'<tr data-severity="{rule.severity}" data-topic="{rule.topic}"'
            f' data-kind="{html.escape("|".join(on))}" data-evidence="{evidence}">'
            f'<td class="code">{rule.code}</td>'
            f'<td class="name"><a href="{rule.topic}/{rule.name}/">{rule.name}</a>'
            f"{' <small>preview</small>' if rule.preview else ''}</td>"
            f'<td><span class="severity {rule.severity}">{rule.severity}</span></td>'
            f'<td class="kinds">{html.escape(", ".join(on))}</td>'
            f'<td class="words">{words}</td></tr>'
        )
    chosen = [
        _select("severity", SEVERITIES),
        _select("topic", sorted(seen["topic"])),
        _select("kind", sorted(seen["kind"], key=str.lower), "file"),
        _select("evidence", ("yes", "no"), "shown on a real server"),
    ]
    return "\n".join(
        [
            "---", "title: Rules", "hide: [toc]", "---", "",
            "# Rules", "",
            f"{len(rules)} rules. An **error** will break, lose data or open the server as configured; a"
            " **warning** will do so at a normal event (restart, failover, load, maintenance); a **note** is"
            " worth knowing. A rule is one page: its text, its condition, and examples that run as tests.",
            "",
            '<form id="rule-filter" hidden>',
            '<input type="search" name="text" placeholder="search names and texts"'
            ' aria-label="search names and texts">',
            *chosen,
            '<output id="rule-count"></output>',
            "</form>",
            "",
            '<table id="rule-table"><thead><tr><th>code</th><th>name</th><th>severity</th>'
            "<th>files</th><th>what it says</th></tr></thead><tbody>",
            *rows,
            "</tbody></table>",
            "",
        ]
    )  # fmt: skip


def _select(name: str, values: object, label: str = "") -> str:
    assert isinstance(values, (list, tuple))
    options = "".join(f"<option>{html.escape(v)}</option>" for v in values)
    shown = label or name
    return f'<select name="{name}" aria-label="{shown}"><option value="">any: {shown}</option>{options}</select>'
