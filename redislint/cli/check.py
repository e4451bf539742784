"""`redislint check`."""

from __future__ import annotations

import click

from redislint.cli.checking import run


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
