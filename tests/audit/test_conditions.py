"""Each condition fires on a dump that has it, and not on one that nearly has it."""

from __future__ import annotations

import re

import pytest

from redislint.auditing.judge import diagnose, once_a_cluster
from redislint.auditing.snapshot import Expectation, Snapshot
from redislint.knowledge.diagnostics import load
from tests.audit.dumps import config, info, read, snapshot

GB = 2**30
NODES = read("cluster-nodes.txt")
CLUSTER = read("cluster-info.txt")
REPLICA = {"role": "slave", "master_host": "10.20.0.1", "master_port": "6379",
           "master_link_status": "up", "connected_slaves": "0", "slave0": None}  # fmt: skip


def replica(**changes: str | None) -> str:
    return info(**{**REPLICA, **changes})


def cluster(old: str, new: str) -> Snapshot:
    assert old in CLUSTER + NODES
    return snapshot(cluster_info=CLUSTER.replace(old, new), nodes=NODES.replace(old, new))


def expecting(**what: object) -> Expectation:
    return Expectation(**what)  # type: ignore[arg-type]


def twice(before: dict[str, str], after: dict[str, str]) -> str:
    """Two samples of one server."""
    return info(**before) + info(**after)


WITH_CONF = expecting(conf={"appendonly": "yes", "dir": "/data"}, conf_name="redis.conf")
CLIENT = "id=3 addr=10.0.0.9:5123 laddr=10.0.0.1:6379 fd=8 name= flags={} db=0 cmd=monitor\n"
LINK_DOWN = {"master_link_status": "down"}

FIRES: list[tuple[str, Snapshot]] = [
    ("unexpected-replica", snapshot(replica(master_host="45.83.122.9"))),
    ("unexpected-replica", snapshot(replica(), expected=expecting(role="primary"))),
    ("unexpected-replica", snapshot(replica(), expected=expecting(hosts=frozenset({"10.9.9.9"})))),
    ("unexpected-replica", snapshot(replica(), config(replicaof=""))),
    ("unexpected-replica", snapshot(replica(), expected=WITH_CONF)),
    ("unexpected-replica", snapshot(replica(**LINK_DOWN, master_link_down_since_seconds="-1"),
                                    config(replicaof="10.20.0.1 6379"))),
    ("replica-link-down-never-up",
     snapshot(replica(**LINK_DOWN, master_link_down_since_seconds="-1"))),
    ("replica-link-down-never-up",
     snapshot(replica(**LINK_DOWN, master_link_down_since_seconds="1341313174"))),
    ("replica-link-down", snapshot(replica(**LINK_DOWN, master_link_down_since_seconds="120"))),
    ("replica-lag", snapshot(info(slave0="ip=10.0.0.2,port=6379,state=online,offset=9,lag=42"))),
    ("replica-lag", snapshot(info(slave0="ip=10.0.0.2,port=6379,state=online,offset=9,lag=0"))),
    ("no-replica", snapshot(info(connected_slaves="0"), config(min_replicas_to_write="1"))),
    ("no-replica", snapshot(info(connected_slaves="0"), expected=expecting(replicas=True))),
    ("good-slaves-low",
     snapshot(info(min_slaves_good_slaves="1"), config(min_replicas_to_write="2"))),
    ("full-syncs", snapshot(info(sync_partial_err="9", sync_partial_ok="2"))),
    ("full-syncs", snapshot(twice({"sync_full": "4"}, {"sync_full": "5"}))),
    ("backlog-too-small", snapshot(info(repl_backlog_size="1048576"))),
    ("failover-state", snapshot(info(master_failover_state="waiting-for-sync"))),
    ("rdb-save-failed", snapshot(info(rdb_last_bgsave_status="err"))),
    ("rdb-old", snapshot(info(rdb_last_save_time="1795137468"))),
    ("rdb-changes-unsaved", snapshot(info(aof_enabled="0"), config(save="", appendonly="no"))),
    ("rdb-slow", snapshot(info(rdb_last_bgsave_time_sec="75"))),
    ("rdb-slow", snapshot(info(rdb_last_bgsave_time_sec="20"), config(save="30 1000"))),
    ("rdb-cow-high", snapshot(info(rdb_last_cow_size=str(GB)))),
    ("rdb-cow-high", snapshot(info(aof_last_cow_size=str(GB)))),
    ("aof-rewrite-failed", snapshot(info(aof_last_bgrewrite_status="err"))),
    ("aof-write-failed", snapshot(info(aof_last_write_status="err"))),
    ("aof-delayed-fsync", snapshot(info(aof_delayed_fsync="500"))),
    ("aof-pending-bio", snapshot(twice({"aof_pending_bio_fsync": "1"},
                                       {"aof_pending_bio_fsync": "1"}))),
    ("aof-growth", snapshot(info(aof_current_size=str(9 * GB)),
                            config(auto_aof_rewrite_percentage="0"))),
    ("aof-growth", snapshot(info(aof_current_size=str(9 * GB), aof_rewrite_scheduled="1"))),
    ("aof-file-vs-live", snapshot(info(aof_enabled="0"), expected=WITH_CONF)),
    ("config-file-empty", snapshot(info(config_file=""), expected=WITH_CONF)),
    ("loading", snapshot(info(loading="1", loading_eta_seconds="90"))),
    ("maxmemory-zero", snapshot(info(maxmemory="0"))),
    ("maxmemory-zero", snapshot("redis_version:8.2.9\n", config(maxmemory="0"))),
    ("memory-near-max", snapshot(info(used_memory="4200000000"))),
    ("rss-near-limit", snapshot(expected=expecting(memory=2_500_000_000))),
    ("rss-near-limit", snapshot(info(total_system_memory=str(4 * GB)))),
    ("fragmentation-high", snapshot(info(mem_fragmentation_ratio="2.10",
                                         mem_fragmentation_bytes=str(GB)))),
    ("fragmentation-low", snapshot(info(mem_fragmentation_ratio="0.62"))),
    ("allocator-frag", snapshot(info(allocator_frag_ratio="1.4", allocator_frag_bytes=str(GB)))),
    ("peak", snapshot(info(used_memory_peak=str(4 * GB)))),
    ("client-buffers", snapshot(info(mem_clients_normal="90000000"))),
    ("client-buffers", snapshot(info(mem_clients_slaves="90000000"))),
    ("script-cache", snapshot(info(number_of_cached_scripts="25000"))),
    ("evicted-queue", snapshot(info(evicted_keys="12"), keys=["cache:1", "bull:mail:7"])),
    ("evicted-queue", snapshot(info(evicted_keys="12"), keys=["spring:session:sessions:1"])),
    ("evicted-queue", snapshot(info(evicted_keys="12", cmdstat_brpop="calls=9,usec=9"))),
    ("evicted-noeviction", snapshot(info(errorstat_OOM="count=77"))),
    ("no-ttl", snapshot(info(maxmemory_policy="volatile-lru", db0="keys=5000,expires=12,avg_ttl=0"))),
    ("hit-rate", snapshot(info(keyspace_hits="4000", keyspace_misses="40000"))),
    ("fork-slow", snapshot(info(latest_fork_usec="250000"))),
    ("rejected", snapshot(info(rejected_connections="3"))),
    ("clients-many", snapshot(info(connected_clients="9100"))),
    ("blocked", snapshot(info(blocked_clients="40"))),
    ("connection-churn", snapshot(info(total_connections_received="90000000"))),
    ("restarted", snapshot(info(uptime_in_seconds="33"))),
    ("default-user-open", snapshot(None, config(requirepass="", protected_mode="no"))),
    ("default-user-open",
     snapshot(None, config(protected_mode="no"), acl="user default on nopass ~* &* +@all\n")),
    ("foreign-dir", snapshot(None, config(dir="/var/spool/cron", dbfilename="root"))),
    ("foreign-dir", snapshot(None, config(dir="/root/.ssh", dbfilename="authorized_keys"))),
    ("foreign-dir", snapshot(None, config(dbfilename="exp.so"))),
    ("foreign-dir", snapshot(None, config(dir="/tmp"), expected=WITH_CONF)),
    ("unknown-module", snapshot(info(module="name=system,ver=1,api=1"))),
    ("unknown-module", snapshot(modules="name\nexp\nver\n1\n")),
    ("unknown-module",
     snapshot(modules="name\nbf\nver\n1\n", expected=expecting(modules=frozenset({"search"})))),
    ("cron-keys", snapshot(keys=["backup1", "backup2", "x"])),
    ("cluster-fail", cluster("cluster_state:ok", "cluster_state:fail")),
    ("slots-uncovered", cluster("cluster_slots_assigned:16384", "cluster_slots_assigned:10922")),
    ("slots-uncovered", cluster("cluster_slots_ok:16384", "cluster_slots_ok:10922")),
    ("slots-pfail", cluster("cluster_slots_pfail:0", "cluster_slots_pfail:5461")),
    ("cluster-size", cluster("cluster_size:3", "cluster_size:2")),
    ("cluster-nodes-dead", cluster("10.20.0.23:6379@16379 slave", ":0@0 slave,fail,noaddr")),
    ("cluster-private-announce", cluster("10.20.0.13:6379", "127.0.0.1:6379")),
    ("cluster-master-no-replica", cluster(f"slave {'1' * 40}", f"slave {'2' * 40}")),
    ("multi-db", snapshot(info(db3="keys=1,expires=0,avg_ttl=0"))),
    ("errorstats", snapshot(info(errorstat_READONLY="count=4"))),
    ("slow-commands", snapshot(info(cmdstat_keys="calls=12,usec=990000,usec_per_call=82500.00"))),
    ("acl-denied", snapshot(info(acl_access_denied_auth="90000"))),
    ("acl-denied", snapshot(twice({"acl_access_denied_auth": "1"}, {"acl_access_denied_auth": "2"}))),
    ("old-version", snapshot(info(redis_version="6.0.16"))),
    ("old-version", snapshot(info(redis_version="7.2.4"))),
    ("old-version", snapshot(info(valkey_version="8.0.1"))),
    ("arch32", snapshot(info(arch_bits="32"))),
    ("allocator-libc", snapshot(info(mem_allocator="libc"))),
    ("thp-live", snapshot(info(anon_huge_pages="2097152"))),
    ("lazyfree-pending", snapshot(info(lazyfree_pending_objects="900000"))),
    ("io-threads-idle", snapshot(None, config(io_threads="4"))),
    ("monitor", snapshot(clients=CLIENT.format("O"))),
    ("sentinel-quorum", snapshot("redis_version:8.2.9\nredis_mode:sentinel\nsentinel_masters:1\n"
     "master0:name=mymaster,status=ok,address=10.0.0.1:6379,slaves=1,sentinels=2\n")),
    ("sentinel-quorum", snapshot("redis_version:8.2.9\nredis_mode:sentinel\nsentinel_masters:1\n"
     "master0:name=mymaster,status=odown,address=10.0.0.1:6379,slaves=1,sentinels=3\n")),
    ("sentinel-tilt", snapshot("redis_version:8.2.9\nredis_mode:sentinel\nsentinel_tilt:1\n")),
]  # fmt: skip

SILENT: list[tuple[str, Snapshot]] = [
    ("unexpected-replica", snapshot(replica(), config(replicaof="10.20.0.1 6379"))),
    ("unexpected-replica", snapshot(replica(), expected=expecting(hosts=frozenset({"10.20.0.1"})))),
    ("unexpected-replica", snapshot(replica(master_host="10.20.0.11"), nodes=NODES)),
    ("replica-link-down-never-up", snapshot(replica(**LINK_DOWN, master_link_down_since_seconds="3"))),
    ("replica-link-down", snapshot(replica(**LINK_DOWN, master_link_down_since_seconds="9"))),
    ("replica-link-down", snapshot(replica(**LINK_DOWN, master_link_down_since_seconds="-1"))),
    ("no-replica", snapshot(info(connected_slaves="0"))),
    ("good-slaves-low", snapshot(info(min_slaves_good_slaves="2"), config(min_replicas_to_write="2"))),
    ("full-syncs", snapshot(info(sync_partial_err="2", sync_partial_ok="2"))),
    ("full-syncs", snapshot(info(sync_partial_err="2", sync_partial_ok="0", connected_slaves="2"))),
    ("rdb-old", snapshot(info(rdb_last_save_time="1795137468", rdb_changes_since_last_save="0"))),
    ("rdb-old", snapshot(info(rdb_last_save_time="1795137468"), config(save=""))),
    ("rdb-changes-unsaved", snapshot(None, config(save=""))),
    ("rdb-slow", snapshot(info(rdb_last_bgsave_time_sec="75"), config(save=""))),
    ("rdb-cow-high", snapshot(info(used_memory="1000000", rdb_last_cow_size="800000", aof_last_cow_size="0"))),
    ("aof-pending-bio", snapshot(info(aof_pending_bio_fsync="1"))),
    ("aof-growth", snapshot(info(aof_current_size=str(9 * GB)))),
    ("aof-file-vs-live", snapshot(expected=WITH_CONF)),
    ("config-file-empty", snapshot(info(config_file=""))),
    ("memory-near-max", snapshot(info(used_memory="3800000000"))),
    ("fragmentation-high", snapshot(info(mem_fragmentation_ratio="12", mem_fragmentation_bytes="7673248"))),
    ("fragmentation-low", snapshot(info(mem_fragmentation_ratio="0.5", used_memory="900000"))),
    ("evicted-queue", snapshot(info(evicted_keys="12"), keys=["cache:1"])),
    ("no-ttl", snapshot(info(maxmemory_policy="allkeys-lru", db0="keys=5000,expires=0,avg_ttl=0"))),
    ("hit-rate", snapshot(info(keyspace_hits="40", keyspace_misses="4000"))),
    ("default-user-open", snapshot(None, config(requirepass="", protected_mode="yes"))),
    ("default-user-open", snapshot(None, config(requirepass="", protected_mode="no", bind="127.0.0.1 -::1"))),
    ("default-user-open", snapshot(None, config(requirepass="", protected_mode="no"), acl=read("acl-list.txt"))),
    ("foreign-dir", snapshot(expected=WITH_CONF)),
    ("unknown-module", snapshot(info(module="name=search,ver=1,api=1"))),
    ("cron-keys", snapshot(keys=["backup:2024", "x"])),
    ("old-version", snapshot(info(redis_version="8.4.6"))),
    ("old-version", snapshot(info(valkey_version="9.1.2", redis_version="7.2.4"))),
    ("monitor", snapshot(clients=CLIENT.format("N"))),
    ("cluster-private-announce", snapshot(nodes=NODES.replace("10.20.0.", "127.0.0."))),
]  # fmt: skip


def names(shot: Snapshot) -> set[str]:
    return {finding.rule.name for finding in diagnose(shot)}


@pytest.mark.parametrize(("name", "shot"), FIRES)
def test_a_condition_fires(name: str, shot: Snapshot) -> None:
    assert name in names(shot)


@pytest.mark.parametrize(("name", "shot"), SILENT)
def test_a_condition_is_silent_where_it_nearly_holds(name: str, shot: Snapshot) -> None:
    assert name not in names(shot)


def test_what_all_nodes_of_a_cluster_tell_is_told_once() -> None:
    shots = []
    for name in ("redis://10.20.0.11:6379", "redis://10.20.0.12:6379"):
        shot = cluster("cluster_state:ok", "cluster_state:fail")
        shot.name = name
        shots.append(shot)
    live = [finding for shot in shots for finding in diagnose(shot)]
    (told,) = [f for f in once_a_cluster(live, shots) if f.rule.name == "cluster-fail"]
    assert (told.subject, len(told.reasons)) == ("redis://10.20.0.11:6379", 2)


def test_two_clusters_are_two() -> None:
    shots = [cluster("cluster_state:ok", "cluster_state:fail") for _ in range(2)]
    shots[0].name, shots[1].name = "redis://a:1", "redis://b:1"
    shots[1].read_nodes("cluster-nodes.txt", re.sub(r"\b[0-9a-f]{38}", "f" * 38, NODES))
    live = [finding for shot in shots for finding in diagnose(shot)]
    failed = [f for f in once_a_cluster(live, shots) if f.rule.name == "cluster-fail"]
    assert [f.subject for f in failed] == ["redis://a:1", "redis://b:1"]


def test_a_healthy_server_is_silent() -> None:
    healthy = snapshot(
        cluster_info=CLUSTER, nodes=NODES, acl=read("acl-list.txt"), clients=CLIENT.format("N")
    )
    assert names(healthy) == set()


def test_every_diagnostic_has_a_dump_that_fires_it() -> None:
    assert {name for name, _ in FIRES} == set(load())


def test_codes_and_ids_are_unique() -> None:
    codes = [diagnostic.code for diagnostic in load().values()]
    assert len(set(codes)) == len(codes) == 65


def test_a_finding_points_at_its_line_and_gives_its_reasons() -> None:
    text = replica(master_host="45.83.122.9")
    finding = next(f for f in diagnose(snapshot(text)) if f.rule.name == "unexpected-replica")
    assert finding.severity == "error"
    assert text.splitlines()[finding.span.line - 1] == "master_host:45.83.122.9"
    assert finding.reasons[0].text == "master_host is 45.83.122.9"
    assert "45.83.122.9:6379, a public address" in finding.message


def test_messages_have_all_their_fields() -> None:
    for _, shot in FIRES:
        for finding in diagnose(shot):
            assert "{" not in finding.message
            assert finding.fix is not None
            assert "{" not in finding.fix.text
