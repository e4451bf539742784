"""What `redislint map` prints, where a thing runs and what for, and how the user overrules both."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from redislint.checking import check
from redislint.cli.check import command as check_command
from redislint.cli.map import command
from redislint.config import Config

COMPOSE = """\
services:
  app:
    image: shop/app:1
    environment:
      REDIS_URL: redis://cache:6379/0
  worker:
    image: shop/app:1
    environment:
      CELERY_BROKER_URL: redis://cache:6379/1
  cache:
    image: redis:7.2
    ports: ["6379:6379"]
"""


def shown(folder: Path, format_: str = "text") -> str:
    found = CliRunner().invoke(command, [str(folder), "--format", format_])
    assert found.exit_code == 0
    return found.output


def test_the_map_says_who_connects_and_where_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(COMPOSE)
    lines = shown(tmp_path).splitlines()
    assert any(
        line.endswith("compose.yml:5)") and "connects by REDIS_URL" in line for line in lines
    )
    assert not any("runs" in line for line in lines)


def test_the_map_says_where_it_runs_and_what_for_and_why(tmp_path: Path) -> None:
    (tmp_path / "compose.dev.yml").write_text(COMPOSE)
    text = shown(tmp_path)
    assert "environment development ('dev' in the path compose.dev.yml)" in text
    assert "purpose queue (service worker connects by CELERY_BROKER_URL)" in text


def test_the_map_of_a_sentinel_names_its_masters(tmp_path: Path) -> None:
    (tmp_path / "sentinel.conf").write_text("sentinel monitor orders 10.5.0.10 6379 2\n")
    assert "watches orders at 10.5.0.10 with quorum 2" in shown(tmp_path)


def test_data_keeps_every_container(tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(COMPOSE)
    data = json.loads(shown(tmp_path, "json"))
    assert "runs" in [a["text"] for a in data["arrows"]]


def names(folder: Path, **config: dict[str, str]) -> set[str]:
    report = check([str(folder)], Config(environments=config.get("environments", {})))
    return {f.rule.name for f in report.findings}


CACHE = """\
resource "google_redis_instance" "store" {
  memory_size_gb          = 5
  auth_enabled            = true
  transit_encryption_mode = "SERVER_AUTHENTICATION"
}
"""


def test_a_path_for_development_is_not_taken_for_production(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "main.tf").write_text(CACHE)
    assert "gcp-basic-tier" not in names(tmp_path)


def test_the_configuration_overrules_by_path(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    (tmp_path / "live").mkdir()
    for folder in ("dev", "live"):
        (tmp_path / folder / "main.tf").write_text(CACHE)
    found = check([str(tmp_path)], Config(environments={"dev/*": "production"})).findings
    assert [f.span.path for f in found if f.rule.name == "gcp-basic-tier"] == [
        "dev/main.tf",
        "live/main.tf",
    ]
    assert "gcp-basic-tier" not in names(tmp_path, environments={"*": "development"})


def test_a_purpose_is_overruled_by_path(tmp_path: Path) -> None:
    (tmp_path / "redis.conf").write_text("maxmemory 1gb\nmaxmemory-policy allkeys-lru\n")
    for purposes, expected in (({}, False), ({"redis.conf": "queue"}, True)):
        report = check([str(tmp_path)], Config(purposes=purposes))
        assert ("eviction-with-queue" in {f.rule.name for f in report.findings}) is expected


TWO = """\
services:
  orders:
    image: redis:7.2
    ports: ["6379:6379"]
  stock:
    image: redis:7.2
    ports: ["6380:6379"]
"""


def test_a_report_by_server_puts_together_what_is_about_one(tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(TWO)
    for name in ("one", "two"):
        (tmp_path / f"{name}.py").write_text(
            "import redis\n\nclient = redis.Redis(host='cache')\nfound = client.keys('*')\n"
        )
    found = CliRunner().invoke(check_command, [str(tmp_path), "--group-by", "server"])
    heads = [line.strip("─ ") for line in found.output.splitlines() if line.startswith("──")]
    folder = str(tmp_path)
    assert [head.replace(folder + "/", "") for head in heads] == [
        "service orders (compose.yml:2)",
        "service stock (compose.yml:5)",
        "redis.Redis() (one.py:3)",
        "redis.Redis() (two.py:3)",
    ]


def test_the_map_is_that_of_the_configuration_file(tmp_path: Path) -> None:
    (tmp_path / "redis.conf").write_text("port 6379\n")
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "redis.conf").write_text("port 6380\n")
    (tmp_path / "redislint.toml").write_text(
        'server = "redis-7.2"\nexclude = ["old/"]\n[purposes]\n"*" = "queue"\n'
    )
    text = shown(tmp_path)
    assert "redis 7.2, role master" in text
    assert "purpose queue (redislint configuration)" in text
    assert "old/redis.conf" not in text


def test_a_map_of_what_cannot_be_read_is_no_success(tmp_path: Path) -> None:
    found = CliRunner().invoke(command, [str(tmp_path / "nowhere")])
    assert found.exit_code == 2
    assert "no such file" in found.output
