"""Conditions on snapshots, the AOF and the configuration file."""

from __future__ import annotations

from collections.abc import Iterator

from redislint.auditing.conditions import Hit, config, diagnostic, duration, info, size
from redislint.auditing.snapshot import Snapshot


@diagnostic("rdb-save-failed")
def save_failed(s: Snapshot) -> Iterator[Hit]:
    """The last snapshot failed."""
    if s.text("rdb_last_bgsave_status") == "err":
        yield Hit(info("rdb_last_bgsave_status"))


@diagnostic("rdb-old")
def old(s: Snapshot) -> Iterator[Hit]:
    """The last snapshot is older than twice the longest interval."""
    points = s.save_points()
    changes, last = s.number("rdb_changes_since_last_save"), s.number("rdb_last_save_time")
    if not points or not changes or not last or s.now is None:
        return
    interval = (
        max(seconds for seconds, least in points if least <= changes)
        if any(least <= changes for _, least in points)
        else 0
    )
    age = s.now - last
    if interval and age > 2 * interval:
        facts = info("rdb_last_save_time", "rdb_changes_since_last_save") + config("save")
        yield Hit(
            facts,
            {"age": duration(age), "changes": f"{changes:.0f}", "interval": duration(interval)},
        )


@diagnostic("rdb-changes-unsaved")
def unsaved(s: Snapshot) -> Iterator[Hit]:
    """Changes, and neither snapshots nor AOF."""
    changes = s.number("rdb_changes_since_last_save")
    if changes and s.text("aof_enabled") == "0" and s.save_points() == []:
        evicting = s.text("maxmemory_policy") not in ("", "noeviction")
        facts = info("rdb_changes_since_last_save", "aof_enabled") + config("save")
        severity = "note" if evicting and s.number("maxmemory") else ""
        yield Hit(facts, {"changes": f"{changes:.0f}"}, severity=severity)


@diagnostic("rdb-slow")
def slow(s: Snapshot) -> Iterator[Hit]:
    """A snapshot takes more than half of the shortest save point."""
    points = s.save_points()
    seconds = s.number("rdb_last_bgsave_time_sec")
    if not points or seconds is None or seconds <= 0:
        return
    shortest = min(each for each, _ in points)
    if seconds > 60 or seconds > 0.5 * shortest:
        facts = info("rdb_last_bgsave_time_sec") + config("save")
        yield Hit(facts, {"seconds": f"{seconds:.0f}", "interval": shortest})


@diagnostic("rdb-cow-high")
def cow(s: Snapshot) -> Iterator[Hit]:
    """Copy-on-write of more than 30 % of the data, and enough of it to matter."""
    used = s.number("used_memory")
    for name, child in (("rdb_last_cow_size", "snapshot"), ("aof_last_cow_size", "AOF rewrite")):
        copied = s.number(name)
        if copied and used and copied > 0.3 * used and copied > 10 * 2**20:
            fields = {"child": child, "cow": size(copied), "used": size(used)}
            yield Hit(info(name, "used_memory"), dict(fields))
            return


@diagnostic("aof-rewrite-failed")
def rewrite_failed(s: Snapshot) -> Iterator[Hit]:
    """The last AOF rewrite failed."""
    if s.text("aof_last_bgrewrite_status") == "err":
        yield Hit(info("aof_last_bgrewrite_status"))


@diagnostic("aof-write-failed")
def write_failed(s: Snapshot) -> Iterator[Hit]:
    """The last AOF write failed."""
    if s.text("aof_last_write_status") == "err":
        yield Hit(info("aof_last_write_status"))


@diagnostic("aof-delayed-fsync")
def delayed(s: Snapshot) -> Iterator[Hit]:
    """The disk was too slow for one fsync a second: now, or more than once a day."""
    count = s.number("aof_delayed_fsync")
    days = (s.number("uptime_in_seconds") or 0) / 86400
    if count and ((s.rise("aof_delayed_fsync") or 0) > 0 or count > max(days, 1)):
        yield Hit(info("aof_delayed_fsync", "uptime_in_seconds"), {"count": f"{count:.0f}"})


@diagnostic("aof-pending-bio")
def pending(s: Snapshot) -> Iterator[Hit]:
    """fsyncs wait in two samples."""
    count = s.number("aof_pending_bio_fsync")
    before = (s.earlier or {}).get("aof_pending_bio_fsync", "0")
    if count and before not in ("", "0"):
        yield Hit(info("aof_pending_bio_fsync"), {"count": f"{count:.0f}"})


@diagnostic("aof-growth")
def growth(s: Snapshot) -> Iterator[Hit]:
    """The AOF grew to three times its base and is not rewritten."""
    now, base = s.number("aof_current_size"), s.number("aof_base_size")
    if now is None or base is None or now <= 3 * base or now < 2**20:
        return
    ratio = f"{now / base:.0f}" if base else "many"
    if s.setting_number("auto-aof-rewrite-percentage") == 0:
        facts = info("aof_current_size", "aof_base_size") + config("auto-aof-rewrite-percentage")
        yield Hit(facts, {"size": size(now), "ratio": ratio, "why": "and rewrites are off"})
    elif s.text("aof_rewrite_scheduled") == "1" and (
        s.earlier is None or s.earlier.get("aof_rewrite_scheduled") == "1"
    ):
        facts = info("aof_current_size", "aof_base_size", "aof_rewrite_scheduled")
        why = "and the rewrite waits for another child"
        yield Hit(facts, {"size": size(now), "ratio": ratio, "why": why})


@diagnostic("aof-file-vs-live")
def aof_mode(s: Snapshot) -> Iterator[Hit]:
    """appendonly differs between the server and its file."""
    conf = s.expected.conf
    if conf is None or s.text("aof_enabled") not in ("0", "1"):
        return
    live = "yes" if s.text("aof_enabled") == "1" else "no"
    wanted = conf.get("appendonly", "no").lower()
    if wanted in ("yes", "no") and wanted != live:
        loss = " and starts with an empty AOF, without the data" if wanted == "yes" else ""
        yield Hit(info("aof_enabled"), {"live": live, "file": wanted, "loss": loss})


@diagnostic("config-file-empty")
def no_file(s: Snapshot) -> Iterator[Hit]:
    """No file was read although there is one."""
    if s.expected.conf is not None and s.info.get("config_file") == "":
        yield Hit(info("config_file"), {"file": s.expected.conf_name})


@diagnostic("loading")
def loading(s: Snapshot) -> Iterator[Hit]:
    """The data is being loaded."""
    if s.text("loading") == "1":
        eta = s.number("loading_eta_seconds")
        text = f", about {duration(eta)} more" if eta is not None and eta >= 0 else ""
        yield Hit(info("loading", "loading_eta_seconds"), {"eta": text})
