"""`redislint advise`: compare persistence plans for a workload and choose one."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from redislint.advisor.compare import Comparison
    from redislint.advisor.existing import Today

FORMATS = ("text", "json", "conf", "markdown", "html")


@click.command("advise", short_help="Compare persistence plans for a workload and choose one.")
@click.argument("file", required=False, metavar="[REDIS.CONF]")
@click.option("--data-size", help="Data in memory, as 8gb.")
@click.option("--write-rate", help="Writes per second, as 5000 or 300/min.")
@click.option("--value-size", help="Bytes of a value, as 512 or 4kb.")
@click.option("--key-size", help="Bytes of a key's name.")
@click.option("--keys", help="Number of keys (default: as many as fill the data size).")
@click.option("--rewritten-share", help="Part of the data that the writes touch, as 20%.")
@click.option("--memory-limit", help="Memory of the container or machine, as 16gb.")
@click.option(
    "--disk", help="gp3, gp2, io2, nvme, ssd, hdd, st1, pd-ssd, premium-ssd, efs, nfs, none."
)
@click.option("--disk-throughput", help="What the disk streams, as 250mb/s.")
@click.option("--fsync-latency", help="A usual fsync, as 2ms.")
@click.option("--disk-size", help="Space for the data folder, as 50gb.")
@click.option("--workload", help="cache, session, queue, rate-limiter, leaderboard, primary.")
@click.option("--rpo", help="Tolerated loss, as 1s; any for whatever.")
@click.option("--rto", help="Tolerated restart time, as 60s; any for whatever.")
@click.option("--replicas", help="Number of replicas.")
@click.option("--replica-lag", help="Lag of a healthy replica, as 100ms.")
@click.option("--failover-time", help="Seconds of an automatic failover, as 20s, if there is one.")
@click.option("--save", help="Save points to use, as '300 1', instead of computed ones.")
@click.option("--compressed", help="What is left of a value after compression, as 40%.")
@click.option("--clients", help="Clients that write at the same time (they share an fsync).")
@click.option("--server", help="The server, as redis-7.2 or valkey-9.1.")
@click.option(
    "--from", "url", metavar="URL", help="Read a running server (INFO and CONFIG GET only)."
)
@click.option("--calibrate", is_flag=True, help="Measure this disk and a throwaway server first.")
@click.option("--plan", "plan_name", help="With --format conf: this plan instead of the best.")
@click.option("--all", "everything", is_flag=True, help="Show every plan.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text")
@click.option("--output", type=click.Path(dir_okay=False), help="Write the answer to a file.")
@click.option("--config", "config_path", type=click.Path(dir_okay=False),
              help="The redislint.toml whose [workload] is used.")  # fmt: skip
@click.option("--isolated", is_flag=True, help="Use no configuration file.")
def command(file: str | None, **options: object) -> None:
    """Compare persistence plans for a workload, choose one, and write the block to paste.

    The workload comes from options, from [workload] in redislint.toml, from a redis.conf, from a
    running server (--from), or from questions on a terminal. Sizes as in redis.conf (1gb is
    1024mb). Exit status: 0 a plan is recommended, 1 none keeps all wishes, 2 the question cannot
    be answered.
    """
    from redislint.advisor.units import AdvisorError
    from redislint.config import ConfigError

    try:
        status = _run(file, options)
    except (AdvisorError, ConfigError) as error:
        click.echo(f"redislint: {error}", err=True)
        status = 2
    except (KeyboardInterrupt, click.Abort):
        click.echo("redislint: interrupted", err=True)
        status = 2
    sys.exit(status)


def _run(file: str | None, options: dict[str, object]) -> int:
    from redislint.advisor.asking import gather
    from redislint.advisor.compare import compare
    from redislint.advisor.existing import judge

    question = gather(file, options)
    work, machine = question.work, question.machine
    comparison = compare(work, machine)
    today = None
    if question.values is not None:
        today = judge(question.values, work, machine, question.source, question.folder)
    text = _render(comparison, today, options)
    output = options["output"]
    if output:
        try:
            Path(str(output)).write_text(text, encoding="utf-8")
        except OSError as error:
            from redislint.advisor.units import AdvisorError

            raise AdvisorError(f"{output}: cannot be written: {error.strerror}") from None
    else:
        click.echo(text, nl=False)
    return 0 if comparison.recommended is not None else 1


def _render(comparison: Comparison, today: Today | None, options: dict[str, object]) -> str:
    format_ = options["format_"]
    everything = bool(options["everything"])
    if format_ == "json":
        from redislint.advisor import report_json

        return report_json.render(comparison, today)
    if format_ == "conf":
        return _conf(comparison, options["plan_name"])
    if format_ == "markdown":
        from redislint.advisor import report_markdown

        return report_markdown.render(comparison, today, everything=everything)
    if format_ == "html":
        from redislint.advisor import report_html

        return report_html.render(comparison, today)
    from redislint.advisor import report_text

    colour = sys.stdout.isatty() and not options["output"]
    width = shutil.get_terminal_size().columns if colour else None
    return report_text.render(comparison, today, colour=colour, everything=everything, width=width)


def _conf(comparison: Comparison, name: object) -> str:
    from redislint.advisor.units import AdvisorError

    if name is None:
        if comparison.recommended is None:
            nearest = comparison.plans[0]
            raise AdvisorError(
                f"no plan keeps all wishes ({nearest.plan.name} breaks {nearest.breaks[0]}):"
                " take one by name with --plan"
            )
        return comparison.recommended.conf
    for priced in comparison.plans:
        if priced.plan.name == name:
            return priced.conf
    names = ", ".join(p.plan.name for p in comparison.plans if "+replica" not in p.plan.name)
    raise AdvisorError(f"--plan '{str(name)[:40]}' is no plan: {names}; see --all")
