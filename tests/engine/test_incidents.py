"""The four incidents: what their READMEs promise is reported, and the repaired twins are clean."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from redislint import check

EXAMPLES = Path(__file__).parents[2] / "examples"
INCIDENTS = sorted(p.name for p in EXAMPLES.iterdir() if (p / "README.md").is_file())


def promised(incident: str) -> set[str]:
    """The rules in the first column of the README's table."""
    text = (EXAMPLES / incident / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([a-z0-9-]+)`", row)}


def reported(folder: Path) -> set[str]:
    return {finding.rule.name for finding in check([folder]).findings}


def test_there_are_four() -> None:
    assert INCIDENTS == [
        "cluster-persistence",
        "ecs-readonly-replica",
        "elasticache-maintenance",
        "memorydb-two-failovers",
    ]


@pytest.mark.parametrize("incident", INCIDENTS)
def test_what_the_readme_promises_is_what_is_reported(incident: str) -> None:
    assert promised(incident)
    assert reported(EXAMPLES / incident) == promised(incident)


@pytest.mark.parametrize("incident", [i for i in INCIDENTS if (EXAMPLES / i / "repaired").is_dir()])
def test_the_repaired_twin_is_clean(incident: str) -> None:
    assert reported(EXAMPLES / incident / "repaired") == set()


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("cluster-persistence/docker-compose.yml", "cluster-behind-nat"),
        ("ecs-readonly-replica/ecs/task-definition.json", "implicit-replication-exposed-server"),
        (
            "elasticache-maintenance/java-app/src/main/java/shop/orders/RedisConfig.java",
            "lettuce-no-topology-refresh",
        ),
        ("memorydb-two-failovers/orders/store.py", "redispy-async-cluster-loses-endpoint"),
    ],
)
def test_a_check_of_all_examples_finds_the_cause_of_each(file: str, name: str) -> None:
    findings = check([EXAMPLES]).findings
    assert name in {f.rule.name for f in findings if f.span.path.endswith(file)}
