"""`redislint drill`: prove a persistence promise on a throwaway server."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from redislint.advisor.drill import Order, Outcome


@click.command("drill", short_help="Prove a persistence promise on a throwaway server.")
@click.argument("file", required=False, metavar="[REDIS.CONF]")
@click.option("--write-rate", default="1000", help="Writes per second.  [default: 1000]")
@click.option("--value-size", default="200", help="Bytes of a value.  [default: 200]")
@click.option("--duration", help="How long to write before the fault, as 10s.")
@click.option("--power-loss", is_flag=True, help="Also: what was not fsynced is gone (Linux).")
@click.option("--failover", is_flag=True, help="Also: the primary dies, a replica is promoted.")
@click.option("--confirm", type=click.Choice(["wait", "waitaof"]),
              help="Count a write once WAIT 1 or WAITAOF 1 1 confirmed it.")  # fmt: skip
@click.option("--slow-fsync", help="Make each fsync slower in the power cut, as 1500ms.")
@click.option("--server", help="The version to use, if there are several, as redis-7.2.")
@click.option("--dir", "where", type=click.Path(file_okay=False), metavar="DIR",
              help="Folder on the disk to test; the default is the temporary folder.")  # fmt: skip
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
def command(file: str | None, **options: Any) -> None:
    """Boot a throwaway server with a configuration, break it, and count what is gone.

    It has its own folder and port on loopback, and everything is removed afterwards; no running
    server is touched. Without a file the server's defaults are drilled. Exit status: 0 every
    promise held, 1 one was broken, 2 the drill could not be done.
    """
    from redislint.advisor.units import AdvisorError

    try:
        status = _run(file, options)
    except AdvisorError as error:
        click.echo(f"redislint: {error}", err=True)
        status = 2
    except (KeyboardInterrupt, click.Abort):
        click.echo("redislint: interrupted; the throwaway server is gone", err=True)
        status = 2
    sys.exit(status)


def _run(file: str | None, options: dict[str, Any]) -> int:
    from redislint.advisor.drill import run, settings_of

    order = _order(file, options)
    faults = ["process_crash"]
    faults += ["power_loss"] if options["power_loss"] else []
    faults += ["failover"] if options["failover"] else []
    outcomes = [_one(run, order, fault, options) for fault in faults]
    kept = all(outcome.kept for outcome in outcomes)
    if options["format_"] == "json":
        from redislint.advisor.report_drill import as_json

        click.echo(as_json(order, settings_of(order), outcomes, file), nl=False)
    else:
        from redislint.advisor.report_drill import as_text

        click.echo(as_text(order, settings_of(order), outcomes, file), nl=False)
    if all(outcome.skipped for outcome in outcomes):
        return 2
    return 0 if kept else 1


def _one(run: Callable[..., Outcome], order: Order, fault: str, options: dict[str, Any]) -> Outcome:
    from redislint.advisor.drill import Outcome
    from redislint.advisor.units import AdvisorError

    show = options["format_"] == "text" and sys.stderr.isatty()
    try:
        return run(order, fault, _bar) if show else run(order, fault)
    except AdvisorError as error:
        if fault == "power_loss" and "cannot be simulated" in str(error):
            return Outcome(fault, None, 0.0, 0, 0, 0.0, 0.0, 0.0, (), str(error))
        raise


def _order(file: str | None, options: dict[str, Any]) -> Order:
    from redislint.advisor.drill import Order
    from redislint.advisor.plans import has_waitaof
    from redislint.advisor.servers import choose
    from redislint.advisor.units import AdvisorError, parse_duration, parse_rate, parse_size

    server, binary = choose(options["server"])
    rate = parse_rate("--write-rate", options["write_rate"])
    if not 0.1 <= rate <= 100_000:
        raise AdvisorError(f"--write-rate {options['write_rate']}: a drill writes 0.1 to 100000/s")
    size = parse_size("--value-size", options["value_size"], bare=True)
    if not 1 <= size <= 2**20:
        raise AdvisorError(f"--value-size {options['value_size']}: a drill takes 1 byte to 1mb")
    seconds = parse_duration("--duration", options["duration"]) if options["duration"] else None
    if seconds is not None and not 0.5 <= seconds <= 3600:
        raise AdvisorError(f"--duration {options['duration']}: a drill takes 500ms to 1h")
    volume = rate * size * (seconds or 30)
    if volume > 4 * 2**30:
        raise AdvisorError(
            "that drill would write more than 4 GB: lower --write-rate or --duration"
        )
    delay = parse_duration("--slow-fsync", options["slow_fsync"]) if options["slow_fsync"] else 0.0
    if delay > 10:
        raise AdvisorError(f"--slow-fsync {options['slow_fsync']}: at most 10s")
    if options["confirm"] == "waitaof" and not has_waitaof(server):
        raise AdvisorError(f"--confirm waitaof: {server} has no WAITAOF (from 7.2)")
    where = Path(options["where"]).resolve() if options["where"] else None
    if where is not None and not where.is_dir():
        raise AdvisorError(f"--dir {options['where']}: is no folder")
    return Order(
        binary, server, _values(file, server), rate, size, seconds, options["confirm"] or "",
        delay, where,
    )  # fmt: skip


def _values(file: str | None, server: str) -> dict[str, str]:
    from redislint.advisor.existing import read
    from redislint.advisor.settings import DEFAULT_SAVE

    if file is None:
        return {"save": " ".join(f"{s} {c}" for s, c in DEFAULT_SAVE)}
    return read(file, server)


@contextlib.contextmanager
def _bar(label: str, seconds: float) -> Iterator[Callable[[float], None]]:
    with click.progressbar(length=max(1, int(seconds * 10)), label=label, file=sys.stderr) as bar:
        yield lambda done: bar.update(max(0, int(done * 10) - bar.pos))
