"""`redislint check`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from redislint.config import Config, ConfigError, find, load


def _names(values: tuple[str, ...]) -> list[str]:
    return [n.strip() for v in values for n in v.split(",") if n.strip()]


@click.command("check", short_help="Report what will hurt in production.")
@click.argument("paths", nargs=-1)
@click.option("--select", multiple=True, help="Only these rules: names, codes, prefixes, topics.")
@click.option("--extend-select", multiple=True, help="These rules too (preview ones by name).")
@click.option("--ignore", multiple=True, help="Not these rules.")
@click.option("--server", "servers", multiple=True, help="Servers in use: redis-7.2, valkey-8.")
@click.option(
    "--format",
    "format_",
    default="text",
    help="text, json, sarif, github, gitlab, junit, markdown or html.",
)
@click.option("--output", type=click.Path(dir_okay=False), help="Write the report to a file.")
@click.option(
    "--fail-on",
    type=click.Choice(["note", "warning", "error", "never"]),
    help="Lowest severity that makes the exit status 1 (default: note).",
)
@click.option(
    "--min-confidence",
    type=click.Choice(["low", "medium", "high"]),
    help="Hide what is less certain.",
)
@click.option(
    "--config", "config_path", type=click.Path(dir_okay=False), help="Use this configuration file."
)
@click.option("--isolated", is_flag=True, help="Use no configuration file.")
@click.option("--stdin-filename", help="Name of the file whose text comes on standard input.")
@click.option(
    "--baseline", type=click.Path(dir_okay=False), help="Report only what is not in this file."
)
@click.option(
    "--write-baseline",
    type=click.Path(dir_okay=False),
    help="Write what is found as a baseline and exit 0.",
)
@click.option(
    "--group-by",
    type=click.Choice(["file", "server", "rule"]),
    default="file",
    help="Order of the text report.",
)
@click.option(
    "--rules",
    "rule_folders",
    multiple=True,
    type=click.Path(file_okay=False),
    help="Further folders of rule pages.",
)
@click.option("--preview", is_flag=True, help="Use preview rules too.")
@click.option("--pedantic", is_flag=True, help="Report what cannot be ruled out as well.")
@click.option(
    "--color",
    "colour",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colour in the text report.",
)
@click.option(
    "--jobs", "-j", type=click.IntRange(1, 64), default=1, help="Processes that read files."
)
@click.option("--quiet", "-q", is_flag=True, help="No closing line.")
@click.option("--sarif-category", default="redislint", help="Category of the SARIF run.")
@click.option("--fix", "fix", is_flag=True, help="Apply safe fixes.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix: those that change behaviour too.")
@click.option("--diff", is_flag=True, help="With --fix: show what would change, change nothing.")
@click.pass_context
def command(context: click.Context, /, paths: tuple[str, ...], **options: object) -> None:
    """Report what will hurt in production.

    PATHS are files and folders; the default is this folder. Exit status: 0 clean, 1 findings,
    2 the job could not be done.
    """
    status = run(paths, options)
    context.exit(status)


def run(paths: tuple[str, ...], options: dict[str, object]) -> int:
    """Check and report; the exit status."""
    from redislint.report import FORMATS
    from redislint.rules.pages import PageError

    format_ = str(options["format_"])
    if format_ not in FORMATS:
        return _fail(f"--format {format_}: one of {', '.join(FORMATS)}")
    try:
        config = _config(paths, options)
    except ConfigError as error:
        return _fail(str(error))
    try:
        return _checked(paths, options, config, format_)
    except PageError as error:
        return _fail(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return _fail("interrupted")


def _checked(
    paths: tuple[str, ...], options: dict[str, object], config: Config, format_: str
) -> int:
    from redislint.checking import check

    stdin = None
    name = options["stdin_filename"]
    if name or paths == ("-",):
        stdin = (str(name or "redis.conf"), sys.stdin.buffer.read())
        paths = ()
    report = check([*paths] or ["."], config, stdin=stdin, jobs=int(str(options["jobs"])))
    if options["write_baseline"]:
        from redislint.findings import baseline

        baseline.write(Path(str(options["write_baseline"])), report.findings)
        click.echo(
            f"{len(report.findings)} findings written to {options['write_baseline']}", err=True
        )
        return 0
    if options["baseline"]:
        from redislint.findings import baseline

        try:
            known = baseline.read(Path(str(options["baseline"])))
        except baseline.BaselineError as error:
            return _fail(str(error))
        report.findings = [f for f in report.findings if f.fingerprint not in known]
    if options["fix"]:
        from redislint.findings.fixing import apply_fixes

        text = apply_fixes(report, unsafe=bool(options["unsafe_fixes"]), write=not options["diff"])
        click.echo(text, nl=False)
        if options["diff"]:
            return 1 if text else 0
    output = options["output"]
    colour = _colour(str(options["colour"]), bool(output))
    text = render(report, format_, colour, options)
    if output:
        try:
            Path(str(output)).write_text(text, encoding="utf-8")
        except OSError as error:
            return _fail(f"{output}: cannot be written: {error.strerror}")
    else:
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
        sys.stdout.write(text)
        sys.stdout.flush()
    if format_ not in ("text",) or output:
        for path in report.failed_paths:
            why = next((p.message for p in report.errors if p.path == path), "cannot be read")
            click.echo(f"redislint: {report.shown(path)}: {why}", err=True)
    if report.failed_paths:
        return 2
    return 1 if report.reaches(config.fail_on) else 0


def render(report: object, format_: str, colour: bool, options: dict[str, object]) -> str:
    """The report in a format; its module is imported only now."""
    import importlib

    if format_ == "text":
        from redislint.findings.outcome import Report
        from redislint.report.as_text import render as text

        assert isinstance(report, Report)
        return text(
            report,
            colour=colour,
            group_by=str(options["group_by"]),
            quiet=bool(options["quiet"]),
        )
    module = importlib.import_module(
        "redislint.report." + ("as_json" if format_ == "json" else format_)
    )
    if format_ == "sarif":
        return str(module.render(report, category=str(options["sarif_category"])))
    return str(module.render(report))


def _config(paths: tuple[str, ...], options: dict[str, object]) -> Config:
    given = options["config_path"]
    if options["isolated"]:
        config = Config()
    elif given:
        config = load(Path(str(given)))
    else:
        first = next((p for p in paths if p != "-"), ".")
        config = load(find(Path(first).resolve()))

    def many(key: str) -> list[str]:
        value = options[key]
        assert isinstance(value, tuple)
        return _names(value)

    if many("select"):
        config.select = many("select")
    config.extend_select += many("extend_select")
    config.ignore += many("ignore")
    if many("servers"):
        config.servers = many("servers")
    _known_servers(config.servers)
    config.rules += [Path(p) for p in many("rule_folders")]
    if options["fail_on"]:
        config.fail_on = str(options["fail_on"])
    if options["min_confidence"]:
        config.min_confidence = str(options["min_confidence"])
    config.preview = config.preview or bool(options["preview"])
    config.pedantic = config.pedantic or bool(options["pedantic"])
    return config


def _known_servers(servers: list[str]) -> None:
    from redislint.knowledge.servers import SERVERS, matching

    for text in servers:
        if not matching(text):
            raise ConfigError(f"--server {text}: one of {', '.join(SERVERS)}, or a version as 7.2")


def _colour(wanted: str, to_file: bool) -> bool:
    if wanted != "auto":
        return wanted == "always"
    return (
        not to_file
        and sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def _fail(message: str) -> int:
    click.echo(f"redislint: {message}", err=True)
    return 2
