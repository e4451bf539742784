"""Conditions that tell of an open or a captured server."""

from __future__ import annotations

import re
from collections.abc import Iterator

from redislint.auditing.conditions import Hit, config, diagnostic
from redislint.auditing.snapshot import Snapshot

ATTACKED = re.compile(
    r"/(?:var/spool/cron|etc/cron[\w.]*|etc/init\.d|etc/profile\.d|etc/ld\.so[\w.]*)(?:/|$)"
    r"|/\.ssh(?:/|$)|^/etc/?$|^/root/?$|/var/www|/public_html|/htdocs"
)
ATTACK_FILE = re.compile(
    r"authorized_keys|\.so(?:\.\d+)*$|crontab|^root$|\.(?:php|jsp|aspx?)$|^\.bash|id_rsa"
)
ROGUE_MODULES = {"system", "exp", "system.rev", "shell", "rce", "redissystem"}
LOOPBACK = re.compile(r"-?(127\.|::1$|localhost$)")


def _open_user(s: Snapshot) -> bool | None:
    """Whether somebody can log in without a password; None where that is unknown."""
    if s.acl is not None:
        return any(
            re.search(r"(?<=\s)nopass(?=\s|$)", line) and re.search(r"(?<=\s)on(?=\s|$)", line)
            for line, _ in s.acl
            if line.split()[1] == "default"
        )
    password = s.setting("requirepass")
    return None if password is None else password == ""


@diagnostic("default-user-open")
def open_server(s: Snapshot) -> Iterator[Hit]:
    """No password, no protected mode, not on loopback only."""
    if _open_user(s) is not True or s.setting("protected-mode") != "no":
        return
    bind = s.setting("bind") or ""
    words = bind.split()
    if words and all(LOOPBACK.match(word) for word in words):
        return
    if s.setting("port") == "0" and s.setting("tls-port") in ("0", None):
        return
    if s.setting("tls-auth-clients") == "yes" and s.setting("port") == "0":
        return
    shown = "every address" if not words or "*" in words or "0.0.0.0" in words else bind
    facts = config("protected-mode", "requirepass", "bind")
    yield Hit(facts, {"bind": shown})


@diagnostic("foreign-dir")
def foreign_dir(s: Snapshot) -> Iterator[Hit]:
    """dir or dbfilename are an attacker's, or not what the file says."""
    folder, name = s.setting("dir"), s.setting("dbfilename")
    if folder is None and name is None:
        return
    folder, name = folder or "", name or ""
    target = f"{folder.rstrip('/')}/{name}"
    facts = config("dir", "dbfilename")
    if ATTACKED.search(folder) or ATTACK_FILE.search(name):
        why = "a place that attackers use, not one for snapshots"
        yield Hit(facts, {"target": target, "why": why})
        return
    conf = s.expected.conf or {}
    wanted = conf.get("dbfilename")
    if wanted and name and wanted.strip("\"'") != name:
        why = f"{s.expected.conf_name} says {wanted}"
        yield Hit(config("dbfilename"), {"target": target, "why": why}, confidence="medium")
        return
    wanted = (conf.get("dir") or "").strip("\"'").rstrip("/")
    if wanted.startswith("/") and folder.startswith("/") and wanted != folder.rstrip("/"):
        why = f"{s.expected.conf_name} says {wanted}"
        yield Hit(config("dir"), {"target": target, "why": why}, confidence="medium")


@diagnostic("unknown-module")
def rogue_module(s: Snapshot) -> Iterator[Hit]:
    """A module that attackers load, or one that does not belong there."""
    found: list[tuple[str, str, str | int]] = []
    for name, line in s.modules or ():
        found.append((name, "modules", line))
    listed = {name for name, _, _ in found}
    named = re.findall(r"name=([\w.-]+)", s.text("module"))
    found += [(name, "info", "module") for name in named if name not in listed]
    for name, part, place in found:
        if name.lower() in ROGUE_MODULES:
            yield Hit([(part, place)], {"module": name, "why": "attackers load one of this name"})
        elif s.expected.modules and name.lower() not in s.expected.modules:
            why = "it is not among those that belong here"
            yield Hit([(part, place)], {"module": name, "why": why}, confidence="medium")


@diagnostic("cron-keys")
def cron_keys(s: Snapshot) -> Iterator[Hit]:
    """Keys that an attack through crontab files leaves behind."""
    found = sorted(key for key in s.keys if re.fullmatch(r"backup[1-4]|crackit|trojan\d", key))
    if len(found) >= 2 or "crackit" in found:
        yield Hit([("info", "db0")], {"keys": ", ".join(found)}, confidence="medium")
