"""`redislint explain`: a rule, a directive, an error message or a whole log."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import click


@click.command("explain")
@click.argument("thing", required=False)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How to print the answer.",
)
def command(thing: str | None, path: Path | None, format_: str) -> None:
    """Explain THING: a rule, a directive, an error message as it was printed, or a log.

    With - (or nothing and a pipe) a log is read from standard input, whatever its size; the
    name of a log file works as well. With PATH, the files of that repository are searched for the
    message's causes.
    """
    if path is not None and not path.exists():
        _fail(f"{path}: no such file or folder")
    if thing is None:
        if sys.stdin.isatty():
            _fail(
                "say what to explain: a rule, a directive, an error message, or - for a log"
                " on standard input"
            )
        thing = "-"
    if thing == "-":
        _explain_log(sys.stdin.buffer, path, format_)
        return
    from redislint.explaining.things import ask

    answer = ask(thing)
    if not answer.matches and os.path.isdir(thing):
        _fail(f"{thing}: is a folder: say what to explain, and this folder behind it")
    if not answer.matches and _is_file(thing):
        try:
            with open(thing, "rb") as stream:
                _explain_log(stream, path, format_)
        except OSError as error:
            _fail(f"{thing}: cannot be read: {error.strerror}")
        return
    rows = _evidence(path, answer.messages)
    if format_ == "json":
        body: dict[str, Any] = {"kind": answer.kind, "matches": answer.matches}
        if not answer.matches:
            body["nearest"] = answer.nearest
        _print_json(body, path, rows)
    else:
        from redislint.explaining.show import answer_text, evidence_text

        click.echo(answer_text(answer))
        if path is not None and answer.messages:
            click.echo("\n" + evidence_text(rows, str(path)))
    if not answer.matches and len(thing.split()) == 1:
        sys.exit(1)


def _explain_log(stream: BinaryIO, path: Path | None, format_: str) -> None:
    from redislint.explaining.logs import scan
    from redislint.explaining.show import evidence_text, log_matches, log_text

    try:
        report = scan(stream)
    except OSError as error:
        _fail(f"the log cannot be read: {error.strerror}")
    messages = [sighting.message for sighting in report.sightings.values()]
    rows = _evidence(path, messages)
    if format_ == "json":
        body = {"kind": "log", "lines": report.lines, "matches": log_matches(report)}
        _print_json(body, path, rows)
        return
    click.echo(log_text(report))
    if path is not None and messages:
        click.echo("\n" + evidence_text(rows, str(path)))


def _evidence(path: Path | None, messages: list[Any]) -> list[dict[str, Any]] | None:
    if path is None or not messages:
        return None
    from redislint.explaining.repository import evidence_in

    return evidence_in(path, messages)


def _print_json(body: dict[str, Any], path: Path | None, rows: list[dict[str, Any]] | None) -> None:
    if path is not None:
        body["files"] = rows
    click.echo(json.dumps(body, indent=2, ensure_ascii=False))


def _is_file(thing: str) -> bool:
    try:
        return Path(thing).is_file()
    except (OSError, ValueError):
        return False


def _fail(message: str) -> NoReturn:
    click.echo(f"redislint: {message}", err=True)
    sys.exit(2)
