"""`redislint audit`: the rules, and conditions on what is running, for live servers or dumps."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from redislint.auditing.snapshot import Expectation, Snapshot
    from redislint.findings.outcome import Report

FILE = click.Path(dir_okay=False)


@click.command("audit")
@click.argument("urls", nargs=-1, metavar="[URL]...")
@click.option("--info", "info", type=FILE, help="Output of INFO everything, instead of a URL.")
@click.option("--config", "config", type=FILE, help="Output of CONFIG GET '*'.")
@click.option("--cluster-info", type=FILE, help="Output of CLUSTER INFO.")
@click.option("--cluster-nodes", type=FILE, help="Output of CLUSTER NODES.")
@click.option("--acl-list", type=FILE, help="Output of ACL LIST.")
@click.option("--client-list", type=FILE, help="Output of CLIENT LIST.")
@click.option("--module-list", type=FILE, help="Output of MODULE LIST.")
@click.option("--conf", type=FILE, help="The redis.conf that the server should run with.")
@click.option("--role", type=click.Choice(["primary", "replica"]), help="What it should be.")
@click.option("--own-host", multiple=True, help="Host that may be its primary.")
@click.option("--memory", help="Memory of its container or host, as 4gb.")
@click.option("--module", "modules", multiple=True, help="Module that belongs there.")
@click.option("--expect-replicas", is_flag=True, help="It should have replicas.")
@click.option("--tls", is_flag=True, help="Speak TLS (as rediss:// does).")
@click.option("--cacert", type=FILE, help="CA that signed the server's certificate.")
@click.option("--cert", type=FILE, help="Client certificate.")
@click.option("--key", type=FILE, help="Key of the client certificate.")
@click.option("--insecure", is_flag=True, help="Do not verify the certificate.")
@click.option("--user", help="ACL user; the password comes from REDISCLI_AUTH or the URL.")
@click.option(
    "--timeout", type=click.FloatRange(0.1, 600), default=5.0, help="Seconds for each answer."
)
@click.option(
    "--interval",
    type=click.FloatRange(0, 60),
    default=1.0,
    help="Seconds between two samples of INFO; 0 for one sample.",
)
@click.option("--config-command", default="CONFIG", help="Name of CONFIG where it was renamed.")
@click.option("--server", default="", help="Its version, where its own word is not to be trusted.")
@click.option("--select", multiple=True, help="Only these: names, codes or prefixes.")
@click.option("--ignore", multiple=True, help="Not these: names, codes or prefixes.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.option(
    "--fail-on",
    type=click.Choice(["note", "warning", "error", "never"]),
    default="note",
    help="Lowest severity that makes the exit status 1.",
)
def command(urls: tuple[str, ...], **options: Any) -> None:
    """Audit running servers: redis://host:port, or what they print, in files.

    Only reading commands are sent: INFO, CONFIG GET, CLUSTER INFO and NODES, ACL LIST, CLIENT
    LIST, MODULE LIST, one SCAN step, HELLO. Every node of a cluster is visited. Exit status:
    0 clean, 1 findings, 2 the job could not be done.
    """
    from redislint.auditing.dumps import DumpError
    from redislint.auditing.wire import AuditError
    from redislint.rules.errors import PageError
    from redislint.source import UnreadableError

    try:
        status = _run(urls, options)
    except (AuditError, DumpError, PageError, UnreadableError) as error:
        _fail(str(error))
        status = 2
    except KeyboardInterrupt:
        _fail("interrupted")
        status = 2
    sys.exit(status)


def _fail(message: str) -> None:
    click.echo(f"redislint: {message}", err=True)


def _run(urls: tuple[str, ...], options: dict[str, Any]) -> int:
    from redislint.auditing.wire import AuditError

    dumps = ("info", "config", "cluster_info", "cluster_nodes", "acl_list", "client_list",
             "module_list")  # fmt: skip
    given = [name for name in dumps if options[name]]
    if bool(urls) == bool(given) or not all(urls):
        raise AuditError("give an address (redis://host:port), or dumps with --info and --config")
    expected = _expected(options)
    if urls:
        shots, problems = _live(urls, options, expected)
    else:
        shots, problems = [_from_files(options, expected)], []
    report = _report(shots, problems, options)
    _print(report, shots, options)
    return 1 if report.reaches(str(options["fail_on"])) else 0


def _expected(options: dict[str, Any]) -> Expectation:
    from redislint.auditing.snapshot import Expectation
    from redislint.auditing.wire import AuditError
    from redislint.model.setting import size

    memory = size(options["memory"]) if options["memory"] else 0
    if memory is None:
        raise AuditError(f"--memory {options['memory']}: is no amount of memory, as 4gb")
    conf = None
    if options["conf"]:
        from redislint.readers.redisconf import conf_file
        from redislint.source import load

        settings = conf_file(load(options["conf"]), None).settings
        conf = {setting.name: " ".join(setting.args) for setting in settings}
    return Expectation(
        role=options["role"] or "",
        hosts=frozenset(options["own_host"]),
        memory=memory,
        conf=conf,
        conf_name=options["conf"] or "",
        modules=frozenset(name.lower() for name in options["modules"]),
        replicas=options["expect_replicas"],
    )


def _from_files(options: dict[str, Any], expected: Expectation) -> Snapshot:
    from redislint.auditing.dumps import DumpError
    from redislint.auditing.snapshot import Snapshot
    from redislint.source import UnreadableError, decode, read_bytes

    shot = Snapshot(options["info"] or options["config"] or "dump", expected=expected)
    takers = {
        "info": shot.read_info,
        "config": shot.read_config,
        "cluster_info": shot.read_cluster_info,
        "cluster_nodes": shot.read_nodes,
        "acl_list": shot.read_acl,
        "client_list": shot.read_clients,
        "module_list": shot.read_modules,
    }
    for name, take in takers.items():
        path = options[name]
        if not path:
            continue
        try:
            take(path, decode(read_bytes(path)))
        except (DumpError, UnreadableError) as error:
            raise DumpError(f"{path}: {error}") from None
    return shot


def _live(
    urls: tuple[str, ...], options: dict[str, Any], expected: Expectation
) -> tuple[list[Snapshot], list[tuple[str, str]]]:
    from dataclasses import replace

    from redislint.auditing.live import collect
    from redislint.auditing.wire import AuditError, Options, parse_target

    for name in ("cacert", "cert", "key"):
        if options[name] and not Path(options[name]).is_file():
            raise AuditError(f"--{name} {options[name]}: no such file")
    how = Options(
        options["timeout"],
        options["cacert"] or "",
        options["cert"] or "",
        options["key"] or "",
        options["insecure"],
    )
    shots: list[Snapshot] = []
    problems: list[tuple[str, str]] = []
    for url in urls:
        target = parse_target(url)
        target = replace(
            target,
            tls=target.tls or options["tls"],
            user=options["user"] or target.user,
            password=target.password or os.environ.get("REDISCLI_AUTH", ""),
        )
        found, missed = collect(
            target,
            how,
            expected,
            interval=options["interval"],
            config_command=options["config_command"],
            server=options["server"],
        )
        known = {shot.text("run_id") for shot in shots if shot.text("run_id")}
        shots += [shot for shot in found if shot.text("run_id") not in known]
        problems += [problem for problem in missed if problem not in problems]
    return shots, problems


def _report(
    shots: list[Snapshot], problems: list[tuple[str, str]], options: dict[str, Any]
) -> Report:
    from redislint.auditing.judge import apply_rules, diagnose, once_a_cluster, without_echo
    from redislint.findings.outcome import SEVERITY, Report
    from redislint.model.deployment import Problem
    from redislint.rules.book import load_book

    report = Report(os.path.realpath(os.getcwd()))
    live = once_a_cluster([finding for shot in shots for finding in diagnose(shot)], shots)
    ruled = []
    if any(shot.config is not None for shot in shots):
        book = load_book()
        report.book = book
        ruled = without_echo(live, apply_rules(shots, book, options["server"]))
    order = {shot.name: number for number, shot in enumerate(shots)}
    report.findings = [
        f
        for f in sorted(
            live + ruled,
            key=lambda f: (order.get(f.subject, 0), -SEVERITY[f.severity], f.rule.code),
        )
        if _wanted(f.rule.name, f.rule.code, options)
    ]
    report.errors = [Problem(name, None, message) for name, message in problems]
    report.files = len(shots)
    return report


def _wanted(name: str, code: str, options: dict[str, Any]) -> bool:
    def named(selectors: tuple[str, ...]) -> bool:
        words = [word.strip().lower() for each in selectors for word in each.split(",")]
        return any(w == name or (w and code.lower().startswith(w)) or w == "all" for w in words)

    return (not options["select"] or named(options["select"])) and not named(options["ignore"])


def _print(report: Report, shots: list[Snapshot], options: dict[str, Any]) -> None:
    if options["format_"] == "json":
        from redislint.report import as_json

        click.echo(as_json.render(report), nl=False)
        return
    from redislint.report import as_text

    text = as_text.render(report, colour=sys.stdout.isatty(), quiet=True)
    if text:
        click.echo(text)
    counts = {"error": 0, "warning": 0, "note": 0}
    for finding in report.findings:
        counts[finding.severity] += 1
    parts = [f"{n} {kind}{'' if n == 1 else 's'}" for kind, n in counts.items() if n]
    click.echo(f"{', '.join(parts) or 'no findings'} on {_servers(shots)}")


def _servers(shots: list[Snapshot]) -> str:
    if len(shots) != 1:
        return f"{len(shots)} servers"
    shot = shots[0]
    what = (
        "Sentinel"
        if shot.is_sentinel
        else {"slave": "replica", "master": "primary"}.get(shot.text("role"), "server")
    )
    return f"{shot.name} ({shot.product} {shot.version or 'of unknown version'}, {what})"
