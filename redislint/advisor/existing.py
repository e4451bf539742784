"""An existing configuration: what it loses today, as a plan among the others."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from redislint.advisor.compare import Priced, price, volumes
from redislint.advisor.costs import Machine
from redislint.advisor.model import Replication
from redislint.advisor.plans import Plan, multi_part
from redislint.advisor.settings import Persistence, of_mapping
from redislint.advisor.stories import Story, stories
from redislint.advisor.units import AdvisorError
from redislint.advisor.workload import Workload

NAMES = (
    "save", "appendonly", "appendfsync", "no-appendfsync-on-rewrite", "aof-use-rdb-preamble",
    "auto-aof-rewrite-percentage", "auto-aof-rewrite-min-size", "min-replicas-to-write",
    "min-replicas-max-lag", "min-slaves-to-write", "min-slaves-max-lag", "rdbcompression",
    "maxmemory", "maxmemory-policy", "dir", "dbfilename", "appendfilename", "appenddirname",
    "stop-writes-on-bgsave-error", "aof-load-truncated", "rdbchecksum", "hz",
)  # fmt: skip
"""Directives that the advisor reads; none of them can hold a secret."""


@dataclass(frozen=True, slots=True)
class Today:
    """An existing configuration, priced."""

    source: str
    priced: Priced
    stories: tuple[Story, ...]


def read(path: str | os.PathLike[str], server: str) -> dict[str, str]:
    """What a server works with, by name, for the names in `NAMES`; from a configuration file.

    Raises AdvisorError where the file cannot be read or the server would not start with it.
    """
    from redislint.judgement.effective import effective
    from redislint.source import UnreadableError, read_bytes

    try:
        text = read_bytes(path)
    except UnreadableError as error:
        raise AdvisorError(f"{path}: {error}") from None
    found = effective(server, text, source=str(path), directory=Path(path).parent)
    if found.refusals:
        first = found.refusals[0]
        where = f", line {first.line}" if first.line else ""
        raise AdvisorError(
            f"{path}{where}: {server} does not start with this: {first.message}"
            f" (another version: --server; redislint verify says more)"
        )
    values = {}
    for name in NAMES:
        setting = found.get(name)
        if setting is not None:
            values[name] = setting.value
    return values


def said_purpose(path: str | os.PathLike[str]) -> str | None:
    """The use that a comment of the file names (`redislint: purpose=cache`), if the advisor has it."""
    from redislint.advisor.purposes import PURPOSES
    from redislint.knowledge.hints import purposes
    from redislint.source import decode, read_bytes

    found = [purpose for _, _, purpose in purposes(decode(read_bytes(path)))]
    return found[-1] if found and found[-1] in PURPOSES else None


def options_of(values: Mapping[str, str]) -> dict[str, str]:
    """Options of a workload that a configuration itself tells: the data size at most."""
    found: dict[str, str] = {}
    limit = values.get("maxmemory", "0")
    if limit.isdecimal() and int(limit) >= 1024:
        found["data-size"] = f"{limit}b"
    policy = values.get("maxmemory-policy", "")
    if policy.startswith("allkeys-"):
        found["workload"] = "cache"
    return found


def judge(
    values: Mapping[str, str],
    work: Workload,
    machine: Machine,
    source: str,
    folder: Path | None = None,
) -> Today:
    """Price a configuration under a workload, and tell its stories. `folder`: the data folder."""
    settings = of_mapping(values, multi_part=multi_part(work.server))
    replication = Replication(work.replicas, work.lag_s)
    plan = Plan("today", _base(settings), settings, replication, "the configuration as it is")
    v = volumes(work, machine)
    priced = price(plan, work, v, machine)
    return Today(
        source,
        priced,
        tuple(
            stories(
                settings,
                work,
                priced.memory_peak,
                replicas=work.replicas,
                dump_exists=_only_dump(values, folder),
            )
        ),
    )


def _base(p: Persistence) -> str:
    if p.appendonly:
        return f"{'rdb+' if p.save else ''}aof-{p.appendfsync}{'' if p.preamble else '-plain'}"
    return "rdb" if p.save else "none"


def _only_dump(values: Mapping[str, str], folder: Path | None) -> bool:
    """Whether an RDB lies in the data folder and no AOF does."""
    if folder is None:
        return False
    try:
        dump = folder / values.get("dbfilename", "dump.rdb")
        log = folder / values.get("appendfilename", "appendonly.aof")
        parts = folder / values.get("appenddirname", "appendonlydir")
        return dump.is_file() and not log.exists() and not parts.exists()
    except (OSError, ValueError):
        return False
