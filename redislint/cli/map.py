"""`redislint map`: the deployment as it was understood, each arrow with the place that says so."""

from __future__ import annotations

import json
from typing import Any

import click

from redislint.findings.outcome import Report
from redislint.model.client import Client
from redislint.model.container import Container
from redislint.model.sentinel import Sentinel
from redislint.model.server import Server, shown
from redislint.model.subject import VOCABULARY, Subject

_KINDS = ("server", "sentinel", "cluster", "managed-cache", "client", "container")


@click.command("map", short_help="Print the deployment that redislint understood.")
@click.argument("paths", nargs=-1)
@click.option("--format", "format_", type=click.Choice(["text", "mermaid", "json"]), default="text")
@click.option(
    "--config", "config_path", type=click.Path(dir_okay=False), help="Use this configuration file."
)
@click.option("--isolated", is_flag=True, help="Use no configuration file.")
def command(paths: tuple[str, ...], format_: str, config_path: str | None, isolated: bool) -> None:
    """Print the deployment that redislint understood.

    Servers with their version and settings, who runs them, who talks to whom, and for each arrow
    the place that says so: look here first when a finding surprises you. Exit status: 0, or 2
    where one of PATHS could not be read.
    """
    from redislint.config import Config, ConfigError, find, load
    from redislint.understand import understand

    try:
        config = Config() if isolated else load(config_path or find((*paths, ".")[0]))
    except ConfigError as error:
        raise click.UsageError(str(error)) from None
    report = understand([*paths] or ["."], config)
    render = {"text": as_text, "mermaid": as_mermaid, "json": as_json}[format_]
    click.echo(render(report), nl=False)
    if report.failed_paths:
        raise SystemExit(2)


def _relevant(report: Report, *, terse: bool = True) -> list[Subject]:
    """The subjects worth showing: containers only where an arrow touches them.

    For people, a container that does nothing but run its server is left to the server's line.
    """
    arrows = [
        a for a in report.deployment.arrows
        if not (terse and (_own(a.source, a.target) or _own(a.target, a.source)))
    ]  # fmt: skip
    touched = {id(a.source) for a in arrows} | {id(a.target) for a in arrows}
    return [
        s
        for s in report.deployment.subjects
        if s.kind in _KINDS and (s.kind != "container" or id(s) in touched)
    ]


def _own(server: Subject, container: Subject) -> bool:
    """Whether an arrow only joins a server and the container that runs it."""
    return isinstance(server, Server) and server.links.get("container") is container


def _place(report: Report, subject: Subject) -> str:
    span = subject.anchor
    return f"{report.shown(span.path)}:{span.line}" if span else ""


def _describe(subject: Subject) -> str:
    if isinstance(subject, Server):
        low, high = shown(subject.candidates[0]), shown(subject.candidates[-1])
        text = low if low == high else f"{low} to {high}"
        wanted = ("exposed",) if subject.kind == "sentinel" else _SHOWN
        facts = [f for f in wanted if (v := subject.get(f)).known and v.value is not None]
        text += "".join(f", {f} {_word(subject.get(f).value)}" for f in facts)
        text += _watched(subject) + _meant(subject) + _image(subject)
        return text + ("" if subject.complete else f", partly unknown: {subject.why}")
    if isinstance(subject, Client):
        release = subject.candidates[-1] if subject.candidates else "release unknown"
        return f"{subject.library} {release}, mode {subject.get('mode').value or 'unknown'}"
    if isinstance(subject, Container):
        image = subject.image
        return str(
            image.value
            if image is not None and image.known
            else image.raw
            if image
            else subject.platform
        )
    if subject.kind == "managed-cache":
        pairs = [(k, subject.get(k)) for k in _MANAGED]
        return ", ".join(
            f"{k} {_word(v.value)}" for k, v in pairs if v.known and v.value is not None
        ) + _meant(subject)
    return ", ".join(f"{k} {_word(v.value)}" for k, v in list(subject.facts.items())[:4] if v.known)


_MANAGED = (
    "provider", "service", "engine", "engine-version", "instance-type", "shards", "replicas",
    "transit-encryption", "auth", "snapshot-retention", "module",
)  # fmt: skip


_SHOWN = ("role", "exposed", "auth", "persists")


def _watched(subject: Server) -> str:
    """The masters of a Sentinel, with the quorum."""
    monitors = subject.monitors.values() if isinstance(subject, Sentinel) else ()
    return "".join(
        f", watches {m.name} at {m.host}" + (f" with quorum {m.quorum}" if m.quorum else "")
        for m in monitors
    )


def _meant(subject: Subject) -> str:
    """Where it runs and what for, each with what says so."""
    parts = []
    for fact in ("environment", "purpose"):
        if fact not in VOCABULARY[subject.kind]:
            continue
        value = subject.get(fact)
        if value.known and value.value not in (None, "unknown"):
            span = value.span
            place = f"{span.path}:{span.line}" if span else ""
            note = value.origin.note
            reason = place if note in ("command line", "environment") and place else note or place
            parts.append(f", {fact} {value.value}" + (f" ({reason})" if reason else ""))
    return "".join(parts)


def _image(subject: Server) -> str:
    container = subject.links.get("container")
    image = container.image if isinstance(container, Container) else None
    text = str(image.value if image.known else image.raw or "") if image is not None else ""
    return f", image {text}" if text else ""


def _word(value: object) -> str:
    return (
        {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    )


def as_text(report: Report) -> str:
    """Subjects by kind, each with its arrows."""
    subjects = _relevant(report)
    lines: list[str] = []
    for kind in _KINDS:
        found = [s for s in subjects if s.kind == kind]
        if found:
            lines.append(f"{kind}s")
        for subject in found:
            lines.append(f"  {subject.label} ({_place(report, subject)}): {_describe(subject)}")
            for arrow in report.deployment.arrows:
                if arrow.source is subject:
                    where = (
                        f" ({report.shown(arrow.span.path)}:{arrow.span.line})"
                        if arrow.span
                        else ""
                    )
                    lines.append(f"    → {arrow.target.label}: {arrow.text}{where}")
    for problem in report.errors:
        line = f":{problem.line}" if problem.line else ""
        lines.append(f"unread: {report.shown(problem.path)}{line}: {problem.message}")
    return "\n".join(lines or ["nothing here says anything about redis"]) + "\n"


def as_mermaid(report: Report) -> str:
    """A flowchart."""
    subjects = _relevant(report)
    names = {id(s): f"n{i}" for i, s in enumerate(subjects)}
    lines = ["flowchart LR"]
    for subject in subjects:
        text = f"{subject.kind}<br/>{subject.label}".replace('"', "'")
        lines.append(f'  {names[id(subject)]}["{text}"]')
    for arrow in report.deployment.arrows:
        if id(arrow.source) in names and id(arrow.target) in names:
            text = arrow.text.replace('"', "'").replace("|", "/")
            lines.append(f'  {names[id(arrow.source)]} -->|"{text}"| {names[id(arrow.target)]}')
    return "\n".join(lines) + "\n"


def as_json(report: Report) -> str:
    """Subjects and arrows as data."""
    subjects = _relevant(report, terse=False)
    number = {id(s): i for i, s in enumerate(subjects)}
    data: dict[str, Any] = {
        "version": 1,
        "subjects": [
            {
                "id": number[id(s)], "kind": s.kind, "label": s.label, "text": _describe(s),
                "path": report.shown(s.anchor.path) if s.anchor else None,
                "line": s.anchor.line if s.anchor else None,
            }
            for s in subjects
        ],
        "arrows": [
            {
                "from": number[id(a.source)], "to": number[id(a.target)], "text": a.text,
                "path": report.shown(a.span.path) if a.span else None,
                "line": a.span.line if a.span else None,
            }
            for a in report.deployment.arrows
            if id(a.source) in number and id(a.target) in number
        ],
    }  # fmt: skip
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"
