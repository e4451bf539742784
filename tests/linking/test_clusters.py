"""Which servers of a file are one cluster."""

from __future__ import annotations

from pathlib import Path

from tests.readers.trees import linked


def nodes(*names: str) -> str:
    body = "".join(
        f"  {n}:\n    image: redis:7.2\n    command: redis-server --cluster-enabled yes\n"
        for n in names
    )
    return f"services:\n{body}"


def clusters(base: Path, *names: str) -> list[object]:
    found = linked(base, "compose", {"compose.yml": nodes(*names)}, [])
    return [c.get("size").value for c in found.of("cluster")]


def test_all_nodes_of_a_file_are_one_cluster(tmp_path: Path) -> None:
    assert clusters(tmp_path, "primary-1", "primary-2", "primary-3", "replica-1", "replica-2") == [
        5
    ]


def test_two_series_of_names_are_two_clusters(tmp_path: Path) -> None:
    plain = [f"plain-{i}" for i in range(6)]
    tls = [f"tls-{i}" for i in range(3)]
    assert clusters(tmp_path, *plain, *tls) == [6, 3]


def test_names_without_numbers_are_one_cluster(tmp_path: Path) -> None:
    assert clusters(tmp_path, "anna", "bert", "carl") == [3]


def test_one_service_with_copies_counts_them(tmp_path: Path) -> None:
    text = nodes("node") + "    deploy: { replicas: 6 }\n"
    found = linked(tmp_path, "compose", {"compose.yml": text}, [])
    assert [c.get("size").value for c in found.of("cluster")] == [6]
