"""Take snapshots of running servers: one, or every node of a cluster. Nothing is ever changed."""

from __future__ import annotations

import re
import time
from typing import Any

from redislint.auditing.dumps import DumpError
from redislint.auditing.snapshot import Expectation, Snapshot
from redislint.auditing.wire import (
    AuditError,
    Options,
    RefusedError,
    Target,
    Wire,
    can_open,
)

READ_ONLY = frozenset(
    {
        "INFO",
        "CONFIG GET",
        "CLUSTER INFO",
        "CLUSTER NODES",
        "ACL LIST",
        "CLIENT LIST",
        "MODULE LIST",
    }
    | {"SCAN", "HELLO"}
)
"""Every command that an audit sends, beside AUTH."""

MOST_NODES = 100
"""Nodes of a cluster that are visited."""

Problem = tuple[str, str]
"""A server and what could not be read from it."""


def collect(
    target: Target,
    options: Options,
    expected: Expectation,
    *,
    interval: float = 1.0,
    config_command: str = "CONFIG",
    server: str = "",
) -> tuple[list[Snapshot], list[Problem]]:
    """Snapshots of the server, and of every other node if it is one of a cluster.

    `interval` seconds lie between two INFO samples. `server` says which version it is, where the
    server's own word is not to be trusted. Raises AuditError where the first server cannot be
    audited; what fails later is a problem.
    """
    problems: list[Problem] = []
    first = snapshot(target, options, expected, problems, interval, config_command, server)
    shots = [first]
    if not first.nodes:
        return shots, problems
    for node in first.nodes[:MOST_NODES]:
        if "myself" in node.flags or node.flags & {"noaddr", "handshake", "fail"}:
            continue
        if not node.host or not node.port:
            continue
        address = f"{node.host}:{node.port}"
        # Without TLS a plain connection tells whether clients get there.
        first.reachable[address] = can_open(node.host, node.port, options.timeout)
        if not first.reachable[address]:
            continue
        other = target.at(node.host, node.port)
        try:
            shots.append(snapshot(other, options, expected, problems, 0, config_command, server))
        except AuditError as error:
            problems.append((other.name, str(error).removeprefix(f"{other.name}: ")))
    return shots, problems


def snapshot(
    target: Target,
    options: Options,
    expected: Expectation,
    problems: list[Problem],
    interval: float,
    config_command: str,
    server: str,
) -> Snapshot:
    """Everything that one server tells. Raises AuditError."""
    shot = Snapshot(target.name, target.path or target.host, expected=expected)
    with Wire(target, options) as wire:
        _take_info(wire, shot)
        _take_config(wire, shot, config_command, problems)
        _take_rest(wire, shot, problems)
        if not server:
            _check_version(wire, shot)
        if interval > 0:
            time.sleep(interval)
            before = shot.info
            _take_info(wire, shot)
            shot.earlier = before
    if shot.now is None:
        shot.now = time.time()
    return shot


def _ask(wire: Wire, *words: str) -> Any:
    assert " ".join(words[:2]) in READ_ONLY or words[0] in READ_ONLY or words[1:2] == ("GET",)
    return wire.ask(*words)


def _take_info(wire: Wire, shot: Snapshot) -> None:
    name = shot.name
    for section in (("everything",), ("all",), ()):
        try:
            answer = _ask(wire, "INFO", *section)
        except RefusedError as error:
            raise AuditError(_info_refused(name, str(error))) from None
        if isinstance(answer, str) and re.search(r"^(?:redis|valkey)_version:", answer, re.M):
            shot.read_info(f"{name}/INFO", answer)
            return
    raise AuditError(f"{name}: its INFO names no version: it is no Redis or Valkey, or a proxy")


def _info_refused(name: str, error: str) -> str:
    if error.startswith("NOAUTH"):
        return f"{name}: wants a password: set REDISCLI_AUTH, and --user NAME for an ACL user"
    if error.startswith("NOPERM"):
        return (
            f"{name}: this user may not use INFO: ACL SETUSER name"
            " +info +config|get +cluster|info +cluster|nodes +acl|list +client|list +module|list"
        )
    if error.startswith("DENIED"):
        return f"{name}: is in protected mode: run the audit on its own host"
    return f"{name}: refused INFO: {error[:160]}"


def _take_config(wire: Wire, shot: Snapshot, command: str, problems: list[Problem]) -> None:
    if shot.is_sentinel:
        return
    try:
        answer = _ask(wire, command, "GET", "*")
    except RefusedError as error:
        problems.append(
            (
                shot.name,
                f"CONFIG GET is refused ({_reason(str(error))}): conditions and rules on settings"
                " were not asked; --config-command NAME if it was renamed",
            )
        )
        return
    if isinstance(answer, list) and len(answer) % 2 == 0:
        words = ["" if word is None else str(word) for word in answer]
        one_line = [re.sub(r"[\r\n]+", " ", word) for word in words]
        try:
            shot.read_config(f"{shot.name}/CONFIG", "\n".join(one_line) + "\n")
        except DumpError:
            problems.append((shot.name, "its CONFIG GET names no directive that is known"))


def _take_rest(wire: Wire, shot: Snapshot, problems: list[Problem]) -> None:
    if shot.text("cluster_enabled") == "1":
        _optional(wire, problems, shot, shot.read_cluster_info, "CLUSTER", "INFO")
        _optional(wire, problems, shot, shot.read_nodes, "CLUSTER", "NODES")
    if shot.is_sentinel:
        return
    if not shot.version.startswith(("2.", "3.", "4.", "5.")):
        _optional(wire, None, shot, shot.read_acl, "ACL", "LIST")
    _optional(wire, None, shot, shot.read_clients, "CLIENT", "LIST")
    _optional(wire, None, shot, shot.read_modules, "MODULE", "LIST")
    try:
        answer = _ask(wire, "SCAN", "0", "COUNT", "200")
        if isinstance(answer, list) and len(answer) == 2 and isinstance(answer[1], list):
            shot.keys = [str(key) for key in answer[1][:1000]]
    except RefusedError:
        pass


def _optional(
    wire: Wire, problems: list[Problem] | None, shot: Snapshot, take: Any, *words: str
) -> None:
    """Ask for what may be refused; `problems` None: then it is not missed."""
    try:
        answer = _ask(wire, *words)
        if isinstance(answer, list):
            answer = "\n".join(_flat(answer))
        take(f"{shot.name}/{' '.join(words)}", str(answer))
    except (RefusedError, DumpError) as error:
        if problems is not None:
            problems.append((shot.name, f"{' '.join(words)} is refused ({_reason(str(error))})"))


def _flat(answer: list[Any]) -> list[str]:
    lines: list[str] = []
    for each in answer:
        if isinstance(each, list):
            lines += _flat(each)
        else:
            lines.append(re.sub(r"[\r\n]+", " ", str(each)))
    return lines


def _reason(error: str) -> str:
    if error.startswith("NOPERM"):
        return "the user may not use it"
    if "unknown command" in error.lower():
        return "the server does not know it: renamed, or a managed service"
    return error[:100]


def _check_version(wire: Wire, shot: Snapshot) -> None:
    """Raise AuditError where the server's word about its version cannot be true."""
    from redislint.auditing.versions import contradiction

    hello = ""
    try:
        answer = _ask(wire, "HELLO")
        if isinstance(answer, list):
            pairs = dict(zip(map(str, answer[::2]), answer[1::2], strict=False))
            hello = str(pairs.get("version", ""))
    except RefusedError:
        pass
    doubt = contradiction(shot, hello)
    if doubt:
        raise AuditError(f"{shot.name}: {doubt}; say which it is with --server redis-X.Y")
