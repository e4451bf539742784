"""Gather the question: options over the running server over the file over redislint.toml."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from redislint.advisor.costs import Machine
from redislint.advisor.units import AdvisorError
from redislint.advisor.workload import OPTIONS, Workload, build, check_names


@dataclass(frozen=True, slots=True)
class Question:
    """A workload, the machine, and the existing configuration if there is one."""

    work: Workload
    machine: Machine
    values: Mapping[str, str] | None = None
    source: str = ""
    folder: Path | None = None


def gather(file: str | None, options: Mapping[str, object]) -> Question:
    """Everything that the advisor has to know. Raises AdvisorError and ConfigError."""
    given = {name: options.get(name.replace("-", "_")) for name in OPTIONS}
    given = {name: value for name, value in given.items() if value is not None}
    table = _table(options)
    said: dict[str, object] = {**table, **given}
    machine = Machine()
    values: Mapping[str, str] | None = None
    source, folder = "", None
    assumed: list[str] = []
    if options.get("url") and file:
        raise AdvisorError("--from and a file exclude each other: give one of them")
    if options.get("url"):
        from redislint.advisor.live import observe

        seen = observe(str(options["url"]))
        values, source, machine = seen.values, seen.source, seen.machine
        assumed += [note for name, note in seen.notes.items() if name not in said]
        said = {**seen.options, **said}
    elif file:
        from redislint.advisor.existing import options_of, read, said_purpose
        from redislint.advisor.workload import _server

        server = _server(None if said.get("server") is None else str(said["server"]))
        values, source = read(file, server), file
        folder = _folder(values, Path(file).parent)
        told = options_of(values)
        hint = said_purpose(file)
        if hint and "workload" not in said:
            told["workload"] = hint
            assumed.append(f"the data: {hint}, as a comment of the file says (--workload)")
        if "data-size" in told and "data-size" not in said:
            assumed.append("data size: as much as maxmemory allows (--data-size)")
        if "workload" in told and not hint and "workload" not in said:
            policy = values["maxmemory-policy"]
            assumed.append(f"a cache: maxmemory-policy {policy} may evict any key (--workload)")
        said = {**told, **said}
        if "data-size" not in said:
            assumed.append("data size 1 GB, for want of a maxmemory (--data-size)")
            said["data-size"] = "1gb"
    elif "data-size" not in said:
        if not (sys.stdin.isatty() and sys.stdout.isatty()) or options.get("format_") != "text":
            raise AdvisorError(
                "--data-size is missing: say how much data there is (as 8gb), or give a redis.conf,"
                " --from redis://host:port, or [workload] in redislint.toml"
            )
        from redislint.advisor.questions import ask

        said = ask(said)
    work = build(said, tuple(assumed))
    own = (values or {}).get("maxmemory", "0")
    if own.isdecimal() and int(own):
        work = replace(work, own_maxmemory=int(own))
    if options.get("calibrate"):
        from redislint.advisor.calibrate import calibrate

        if sys.stderr.isatty():
            print("measuring this disk and a throwaway server: up to a minute …", file=sys.stderr)
        measured = calibrate(work)
        machine = measured.machine
        notes = work.assumed
        if "disk" not in said and "disk-throughput" not in said:
            notes = tuple(n for n in notes if not n.startswith("disk "))
            work = replace(work, disk=measured.disk)
        work = replace(work, assumed=(*notes, *measured.notes))
    return Question(work, machine, values, source, folder)


def _table(options: Mapping[str, object]) -> dict[str, object]:
    """The [workload] table of the configuration that applies."""
    from redislint.config import find, load

    if options.get("isolated"):
        return {}
    named = options.get("config_path")
    config = load(Path(str(named)) if named else find(Path.cwd()))
    table = dict(config.workload)
    check_names(table)
    if config.servers and "server" not in table and len(config.servers) == 1:
        table["server"] = config.servers[0]
    return table


def _folder(values: Mapping[str, str], beside: Path) -> Path | None:
    """The data folder of a configuration file, if it can be looked at."""
    name = values.get("dir", "") or "."
    if "\x00" in name:
        return None
    return beside / name
