"""`redislint verify`: would this server start with this configuration?"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from redislint.judgement.judge import ACL_SERVERS, verify, verify_acl, verify_sentinel
from redislint.judgement.verdict import Verdict
from redislint.knowledge.servers import SERVERS, matching

MAX_BYTES = 256 << 20
"""Largest file that is read."""


def pinned_servers(path: Path) -> tuple[str, ...]:
    """Return the servers that the repository around a file pins, or () where it pins none.

    The configuration of redislint comes first, then the images that run the file.
    """
    from redislint.config import ConfigError, find, load
    from redislint.discover import git_root
    from redislint.model.server import Server
    from redislint.understand import understand

    full = path.resolve()
    try:
        config = load(find(full))
    except ConfigError as error:
        raise click.UsageError(str(error)) from None
    if config.servers:
        return chosen(config.servers)
    report = understand([git_root(str(full.parent)) or str(full.parent)], config)
    name = full.relative_to(report.base).as_posix() if full.is_relative_to(report.base) else ""
    found: dict[str, None] = {}
    for subject in report.deployment.subjects:
        if isinstance(subject, Server) and subject.version_origin.span is not None:
            files = {s.span.path for s in subject.settings if s.span is not None}
            if name in files or name in subject.config_paths:
                found.update(dict.fromkeys(subject.candidates))
    return tuple(sorted(found, key=SERVERS.index))


def chosen(values: Sequence[str]) -> tuple[str, ...]:
    """Return the server keys that ``--server`` values mean; raises click.BadParameter."""
    out: list[str] = []
    for value in values:
        for text in value.split(","):
            if not text.strip():
                continue
            if text.strip().lower() == "all":
                found: tuple[str, ...] = SERVERS
            else:
                found = matching(text)
            if not found:
                raise click.BadParameter(
                    f"'{text.strip()}' is no known server; say redis-7.2, valkey-8.0, 6.2 or all",
                    param_hint="--server",
                )
            out += [s for s in found if s not in out]
    return tuple(sorted(out, key=SERVERS.index))


def kind_of(path: Path, data: bytes) -> str:
    """Guess what a file is: ``redis``, ``sentinel`` or ``acl``."""
    name = path.name.lower()
    if name.endswith(".acl"):
        return "acl"
    lines = (line.lstrip().lower() for line in data.splitlines())
    if "sentinel" in name or any(line.startswith(b"sentinel monitor ") for line in lines):
        return "sentinel"
    return "redis"


def judge(data: bytes, kind: str, servers: Sequence[str], base: str | None) -> dict[str, Verdict]:
    """Return the verdict of each server."""
    if kind == "acl":
        return {s: verify_acl(data, s) for s in servers if s in ACL_SERVERS}
    if kind == "sentinel":
        return {s: verify_sentinel(data, s, base) for s in servers}
    return {s: verify(data, s, base, bare=True, build="official") for s in servers}


def passes(verdict: Verdict) -> bool:
    """Whether nothing in the file itself stops the server."""
    return verdict.accepted or verdict.stage == "env"


def spans(servers: Iterable[str]) -> str:
    """Name neighbouring servers shortly: ``redis 7.0-8.2``."""
    keys = list(servers)
    flavour = keys[0].partition("-")[0]
    first, last = keys[0].partition("-")[2], keys[-1].partition("-")[2]
    return f"{flavour} {first}" if len(keys) == 1 else f"{flavour} {first}–{last}"


def reason(verdict: Verdict) -> str:
    """Say in one line where and why."""
    parts = []
    if verdict.line is not None:
        inside = f" of {verdict.in_include}" if verdict.in_include else ""
        parts.append(f"line {verdict.line}{inside}: ")
    parts.append(verdict.message or "")
    if verdict.text:
        parts.append(f": {verdict.text}")
    return "".join(parts)


def groups(verdicts: dict[str, Verdict]) -> list[tuple[list[str], Verdict]]:
    """Join neighbouring versions of one flavour that say the same."""
    out: list[tuple[list[str], Verdict]] = []
    for server, verdict in verdicts.items():
        if out:
            keys, last = out[-1]
            alike = (verdict.accepted, verdict.line, verdict.message) == (
                last.accepted,
                last.line,
                last.message,
            )
            near = keys[-1].partition("-")[0] == server.partition("-")[0]
            if alike and near and SERVERS.index(server) == SERVERS.index(keys[-1]) + 1:
                keys.append(server)
                continue
        out.append(([server], verdict))
    return out


def mark(verdict: Verdict) -> str:
    """Return the sign of a verdict."""
    if verdict.accepted:
        return "✓"
    return "?" if verdict.stage == "env" else "✗"


def show(path: str, verdicts: dict[str, Verdict]) -> list[str]:
    """Return the lines about one file."""
    lines: list[str] = []
    if len(verdicts) == 1:
        ((server, verdict),) = verdicts.items()
        name = server.replace("-", " ", 1)
        if verdict.accepted:
            lines.append(f"{path}: {name} would start")
        elif verdict.stage == "env":
            lines.append(f"{path}: whether {name} would start depends on {reason(verdict)}")
        else:
            lines.append(f"{path}: {name} would not start: {reason(verdict)}")
    else:
        rows = [(spans(keys), mark(v), v) for keys, v in groups(verdicts)]
        width = max(len(name) for name, _, _ in rows)
        lines.append(path)
        for name, sign, verdict in rows:
            tail = "" if verdict.accepted else f" {reason(verdict)}"
            lines.append(f"  {name:<{width}}  {sign}{tail}")
    notes: dict[str, None] = {}
    for verdict in verdicts.values():
        notes.update(dict.fromkeys(verdict.depends_on))
    lines += [f"  depends on the machine: {note}" for note in list(notes)[:10]]
    if len(notes) > 10:
        lines.append(f"  and on {len(notes) - 10} more things")
    return lines


def as_json(path: str, verdicts: dict[str, Verdict]) -> dict[str, object]:
    """Return one file's verdicts as plain data."""
    return {
        "path": path,
        "verdicts": [
            {
                "server": server,
                "accepted": v.accepted,
                "line": v.line,
                "message": v.message,
                "stage": v.stage,
                "text": v.text,
                "included_file": v.in_include,
                "depends_on": list(v.depends_on),
            }
            for server, v in verdicts.items()
        ],
    }


def _echo(text: str) -> None:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        for sign, plain in (("✓", "yes"), ("✗", "no"), ("–", "-")):
            text = text.replace(sign, plain)
        text = text.encode(encoding, "backslashreplace").decode(encoding)
    click.echo(text)


def _clean(text: str) -> str:
    """Leave out control characters, so that a file cannot drive the terminal."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


@click.command("verify", short_help="Say whether a server would start with a configuration.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--server",
    "servers",
    multiple=True,
    help="Servers to ask: redis-7.2, valkey-8, 6.2, all. Default: what the repository pins, "
    "else all.",
)
@click.option(
    "--directory",
    type=click.Path(file_okay=False, exists=True),
    help="Working directory of the server, for include lines. Default: the directory of FILE.",
)
@click.option(
    "--kind",
    type=click.Choice(["auto", "redis", "sentinel", "acl"]),
    default="auto",
    help="What FILE is. Default: by its name and content.",
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
def command(
    files: tuple[str, ...],
    servers: tuple[str, ...],
    directory: str | None,
    kind: str,
    format_: str,
) -> None:
    """Say, like nginx -t, whether a server would start with each FILE ("-": standard input).

    Exit status: 0 where it would, 1 where it would not, 2 where a file could not be read. Where
    neither --server nor the repository says which server, 1 means that none of them would start.
    """
    asked = chosen(servers)
    refused = unread = False
    reports: list[dict[str, object]] = []
    for name in files:
        path = Path(name)
        try:
            if name == "-":
                data = sys.stdin.buffer.read(MAX_BYTES)
            else:
                if path.stat().st_size > MAX_BYTES:
                    raise OSError(0, f"larger than {MAX_BYTES >> 20} MB")
                data = path.read_bytes()
        except (OSError, ValueError) as e:
            why = getattr(e, "strerror", None) or str(e)
            click.echo(f"redislint: cannot read '{_clean(name)}': {why}", err=True)
            unread = True
            continue
        known = asked or pinned_servers(path)
        base = directory or (None if name == "-" else str(path.parent))
        what = kind if kind != "auto" else kind_of(path, data)
        verdicts = judge(data, what, known or SERVERS, base)
        if not verdicts:
            click.echo(
                f"redislint: '{_clean(name)}': none of these servers reads ACL files", err=True
            )
            unread = True
            continue
        good = [passes(v) for v in verdicts.values()]
        refused = refused or not (all(good) if known else any(good))
        if format_ == "json":
            reports.append(as_json(name, verdicts))
        else:
            for line in show(name, verdicts):
                _echo(_clean(line))
    if format_ == "json":
        import json

        click.echo(json.dumps({"version": 1, "files": reports}, indent=2))
    sys.exit(2 if unread else 1 if refused else 0)


__all__ = ["chosen", "command", "pinned_servers"]
