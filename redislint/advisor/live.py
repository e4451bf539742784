"""A running server as a question: INFO and CONFIG GET are read, nothing else is sent (but AUTH)."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from redislint.advisor.costs import GB, Machine
from redislint.advisor.existing import NAMES
from redislint.advisor.resp import Client, RespError
from redislint.advisor.units import AdvisorError, duration, rate, size

SAMPLE_S = 1.0
"""Seconds between the two samples from which the write rate comes."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What a running server tells."""

    source: str
    values: dict[str, str]
    """Its configuration, for the names that the advisor reads."""
    options: dict[str, object]
    """Options of the workload."""
    machine: Machine
    notes: dict[str, str]
    """Sentences on where each option comes from."""


def observe(url: str, sample_s: float = SAMPLE_S, timeout: float = 5.0) -> Observed:
    """Ask the server at `redis://…`. Raises AdvisorError; secrets in the URL are never shown."""
    from redislint.auditing.wire import AuditError, parse_target

    try:
        target = parse_target(url)
    except AuditError as error:
        raise AdvisorError(str(error)) from None
    password = target.password or os.environ.get("REDISCLI_AUTH", "")
    name = target.name
    try:
        with Client(
            target.host, target.port, path=target.path, timeout=timeout, tls=target.tls
        ) as client:
            if password:
                client("AUTH", *((target.user, password) if target.user else (password,)))
            before = client.info()
            if "redis_version" not in before and "valkey_version" not in before:
                raise AdvisorError(f"{name}: its INFO names no version: it is no Redis or Valkey")
            values = _config(client, name)
            time.sleep(sample_s)
            after = client.info()
    except RespError as error:
        raise AdvisorError(f"{name}: {_plain(str(error))}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AdvisorError(f"{name}: cannot be read: {_plain(str(reason))}") from None
    return understand(name, before, after, values, sample_s)


def _plain(text: str) -> str:
    from redislint.masking import mask

    if text.startswith("NOAUTH"):
        return "wants a password: put it in REDISCLI_AUTH or in the URL"
    if text.startswith("WRONGPASS") or "invalid password" in text:
        return "user or password is wrong"
    return str(mask("".join(ch for ch in text if ch.isprintable())[:160]))


def _config(client: Client, name: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for directive in NAMES:
        try:
            answer = client("CONFIG", "GET", directive)
        except RespError as error:
            if directive == NAMES[0]:
                raise AdvisorError(f"{name}: refused CONFIG GET: {_plain(str(error))}") from None
            continue
        if isinstance(answer, list) and len(answer) == 2:
            pair = [part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part)
                    for part in answer]  # fmt: skip
            values[pair[0]] = pair[1]
    return values


def understand(
    name: str,
    before: Mapping[str, str],
    after: Mapping[str, str],
    values: Mapping[str, str],
    sample_s: float,
) -> Observed:
    """Options and machine from two INFO samples `sample_s` seconds apart."""
    used = _number(after, "used_memory")
    base = _number(after, "used_memory_startup")
    data = max(1024.0, used - base)
    options: dict[str, object] = {"data-size": f"{data:.0f}b"}
    notes = {"data-size": f"data size {size(data)}: used_memory of {name}"}
    keys = _keys(after)
    if keys and keys * 21 < data:
        options["keys"] = str(keys)
    per_s, how = _writes(before, after, sample_s)
    options["write-rate"] = f"{per_s:.3f}"
    notes["write-rate"] = f"{rate(per_s)}: {how}"
    if keys:
        value = max(1.0, data / keys - 80)
        options["value-size"] = f"{min(value, 512 * 2**20):.0f}b"
        options["key-size"] = "20b" if keys * 21 < data else "1b"
        notes["value-size"] = f"value size {size(value)}: memory over {keys} keys"
    machine = Machine()
    total = _number(after, "total_system_memory")
    if total > used:
        options["memory-limit"] = f"{total:.0f}b"
        notes["memory-limit"] = f"memory limit {size(total)}: the machine (--memory-limit if less)"
    options["replicas"] = str(min(100, int(_number(after, "connected_slaves"))))
    flavour = "valkey" if "valkey_version" in after else "redis"
    version = after.get(f"{flavour}_version", "")
    from redislint.knowledge.servers import matching

    if matching(f"{flavour}-{version}"):
        options["server"] = f"{flavour}-{version}"
    if values.get("maxmemory-policy", "").startswith("allkeys-"):
        options["workload"] = "cache"
        notes["workload"] = f"a cache: maxmemory-policy {values['maxmemory-policy']}"
    return Observed(name, dict(values), options, _machine(machine, after), notes)


def _machine(machine: Machine, info: Mapping[str, str]) -> Machine:
    """The default machine with what INFO knows better."""
    resident, used = _number(info, "used_memory_rss"), _number(info, "used_memory")
    if used > 64 * 2**20:
        machine = replace(machine, frag=min(3.0, max(1.0, resident / used)))
    fork = _number(info, "latest_fork_usec")
    if fork > 0 and resident > 64 * 2**20:
        machine = replace(machine, fork_s_per_gb=fork / 1e6 / (resident / GB))
    return machine


def _number(info: Mapping[str, str], name: str) -> float:
    try:
        value = float(info.get(name, "0"))
    except ValueError:
        return 0.0
    return value if 0 <= value < 2**60 else 0.0


def _keys(info: Mapping[str, str]) -> int:
    total = 0
    for name, value in info.items():
        if name.startswith("db") and name[2:].isdecimal():
            word = value.partition("keys=")[2].partition(",")[0]
            total += int(word) if word.isdecimal() and len(word) < 16 else 0
    return total


def _writes(
    before: Mapping[str, str], after: Mapping[str, str], sample_s: float
) -> tuple[float, str]:
    """Changes per second, and where that comes from: between the samples, else since a snapshot."""
    name = "rdb_changes_since_last_save"
    rise = _number(after, name) - _number(before, name)
    if rise > 0 and sample_s > 0:
        return rise / sample_s, f"changes between two samples, {sample_s:g} s apart"
    uptime = _number(after, "uptime_in_seconds")
    now, saved = _number(after, "server_time_usec") / 1e6, _number(after, "rdb_last_save_time")
    since = now - saved if 0 < saved < now else uptime
    changes = _number(after, name)
    how = f"{changes:.0f} changes in {duration(since)} since the last snapshot or start"
    return (changes / since if since else 0.0), f"{how}, none in the {sample_s:g} s of the sample"
