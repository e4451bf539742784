"""What `redislint check` does with its options, without the option parser."""

from __future__ import annotations

import os
import sys

from redislint.config import Config, ConfigError, find, load

DEFAULTS: dict[str, object] = {
    "select": (), "extend_select": (), "ignore": (), "servers": (), "format_": "text",
    "output": None, "fail_on": None, "min_confidence": None, "config_path": None,
    "isolated": False, "stdin_filename": None, "baseline": None, "write_baseline": None,
    "group_by": "file", "rule_folders": (), "preview": False, "pedantic": False, "colour": "auto",
    "jobs": 1, "quiet": False, "sarif_category": "redislint", "fix": False, "unsafe_fixes": False,
    "diff": False,
}  # fmt: skip
"""The options' defaults: a call without options is not parsed by click. A test compares them."""


def _names(values: tuple[str, ...]) -> list[str]:
    return [n.strip() for v in values for n in v.split(",") if n.strip()]


def run(paths: tuple[str, ...], options: dict[str, object]) -> int:
    """Check and report; the exit status."""
    from redislint.report import FORMATS
    from redislint.rules.errors import PageError

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

        try:
            baseline.write(str(options["write_baseline"]), report.findings)
        except baseline.BaselineError as error:
            return _fail(str(error))
        print(
            f"{len(report.findings)} findings written to {options['write_baseline']}",
            file=sys.stderr,
        )
        return 0
    if options["baseline"]:
        from redislint.findings import baseline

        try:
            known = baseline.read(str(options["baseline"]))
        except baseline.BaselineError as error:
            return _fail(str(error))
        report.findings = [f for f in report.findings if f.fingerprint not in known]
    if options["fix"]:
        from redislint.findings.fixing import apply_fixes

        text = apply_fixes(report, unsafe=bool(options["unsafe_fixes"]), write=not options["diff"])
        sys.stdout.write(text)
        if options["diff"]:
            return 1 if text else 0
    output = options["output"]
    colour = _colour(str(options["colour"]), bool(output))
    text = render(report, format_, colour, options)
    if output:
        try:
            with open(str(output), "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            return _fail(f"{output}: cannot be written: {error.strerror}")
    else:
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
        sys.stdout.write(text)
        sys.stdout.flush()
    if format_ not in ("text",) or output:
        for path in report.failed_paths:
            why = next((p.message for p in report.errors if p.path == path), "cannot be read")
            print(f"redislint: {report.shown(path)}: {why}", file=sys.stderr)
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
        config = load(str(given))
    else:
        first = next((p for p in paths if p != "-"), ".")
        config = load(find(first))

    def many(key: str) -> list[str]:
        value = options[key]
        assert isinstance(value, tuple)
        return _names(value)

    if many("select"):
        config.select = many("select")
    config.extend_select += many("extend_select")
    config.ignore += many("ignore")
    config.typed = (*many("select"), *many("extend_select"), *many("ignore"))
    if many("servers"):
        config.servers = many("servers")
    _known_servers(config.servers)
    config.rules += many("rule_folders")
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
    print(f"redislint: {message}", file=sys.stderr)
    return 2
