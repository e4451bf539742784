"""What the advisor's tests share: the contract's workload, and real servers where there are any."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from redislint.advisor.servers import available
from redislint.advisor.workload import Workload, build
from redislint.cli.advise import command as advise
from redislint.cli.drill import command as drill

CONTRACT = {
    "data-size": "8gb",
    "write-rate": "5000",
    "value-size": "512",
    "memory-limit": "16gb",
    "disk": "gp3",
    "workload": "queue",
    "rpo": "1s",
    "rto": "60s",
    "replicas": "1",
}
SERVERS = available()


@pytest.fixture
def workload() -> Callable[..., Workload]:
    """The contract's workload, with other options where a test says so (None leaves one out)."""

    def make(**changes: object) -> Workload:
        options: dict[str, object] = dict(CONTRACT)
        options |= {name.replace("_", "-"): value for name, value in changes.items()}
        return build({name: value for name, value in options.items() if value is not None})

    return make


@pytest.fixture
def run_advise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(advise, list(words))


@pytest.fixture
def run_drill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(drill, list(words))


def contract_words() -> list[str]:
    return [word for name, value in CONTRACT.items() for word in (f"--{name}", value)]


@pytest.fixture(
    params=list(SERVERS.items()) or [None], ids=[str(name) for name in SERVERS] or ["none"]
)
def real_server(request: pytest.FixtureRequest) -> tuple[str, Path]:
    """Each server of this machine: its key and binary."""
    if request.param is None:
        pytest.skip("no redis-server or valkey-server on this machine")
    found: tuple[str, Path] = request.param
    return found
