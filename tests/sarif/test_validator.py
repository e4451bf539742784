"""The real SARIF validator on real reports: no error, no warning, and only the note SARIF2013.

SARIF2013 asks to embed the analysed files, which a linter of files with secrets must not do;
SARIF2006 asks whether addresses answer, which needs a network.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
STRICT = Path(__file__).parent / "strict.xml"
TOOL = "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"

pytestmark = [pytest.mark.npm, pytest.mark.slow]


@pytest.fixture(scope="session")
def validator() -> Path:
    place = ROOT / ".cache" / "sarif"
    tool = place / TOOL
    if not tool.is_file():
        if shutil.which("npm") is None:
            pytest.skip("npm is missing: the SARIF validator comes from its registry")
        place.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", place,
             "@microsoft/sarif-multitool"],
            check=False, capture_output=True,
        )  # fmt: skip
    if not tool.is_file():
        pytest.skip("the SARIF validator could not be installed from npm")
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    return tool


def complaints(validator: Path, report: Path) -> list[str]:
    """What the validator says, as `level rule: arguments`."""
    out = report.with_suffix(".checked.sarif")
    subprocess.run(
        [validator, "validate", report, "--config", STRICT, "--rule-kind", "Sarif;Ghas",
         "--level", "Error;Warning;Note", "--kind", "Fail", "-o", out,
         "--log", "ForceOverwrite;PrettyPrint"],
        capture_output=True, check=False,
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
    )  # fmt: skip
    run = json.loads(out.read_text(encoding="utf-8-sig"))["runs"][0]
    rules = run["tool"]["driver"].get("rules", [])
    levels = {r["id"]: r.get("defaultConfiguration", {}).get("level", "warning") for r in rules}
    found = []
    for result in run.get("results", []):
        rule = result["ruleId"].split("/")[0]
        if rule not in ("SARIF2006", "SARIF2013"):
            level = result.get("level") or levels.get(result["ruleId"], "warning")
            found.append(f"{level} {rule}: {result['message'].get('arguments')}")
    return found


def check(where: Path, target: str, report: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "redislint", "check", target, "--format", "sarif",
         "--output", report, "--isolated"],
        cwd=where, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "example", sorted(p.name for p in (ROOT / "examples").iterdir() if p.is_dir())
)
def test_every_example_passes(validator: Path, example: str, tmp_path: Path) -> None:
    report = tmp_path / "report.sarif"
    check(ROOT, f"examples/{example}", report)
    assert complaints(validator, report) == []


def test_a_report_from_a_subfolder_names_files_from_the_root(tmp_path: Path) -> None:
    report = tmp_path / "report.sarif"
    check(ROOT / "examples", "cluster-persistence", report)
    run = json.loads(report.read_text(encoding="utf-8"))["runs"][0]
    uris = {
        r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"]
    }
    assert all(uri.startswith("examples/cluster-persistence/") for uri in uris)


LINES = [
    "port 6379", "bind 0.0.0.0", "protected-mode no", "requirepass foobared", "appendonly true",
    'save ""', "save 3600 1", "maxmemory 1.5gb", "maxmemory 100", "appendonly no", "appendfsync sometimes",
    "maxmemory-policy allkeys-lru", "timeout 5 # idle", "nosuch 1", 'dbfilename "x', "cluster-enabled no",
    "# ünïcödé 🎉", "user alice on >hunter2secret ~* +@all", "user bob on #abc", "{weird} %d 'quotes'",
    "logfile \"/tmp/🎉.log\"", "rename-command CONFIG \"\"", "\tdatabases 16", "masterauth sesame",
]  # fmt: skip


def test_a_hundred_generated_reports_pass(validator: Path, tmp_path: Path) -> None:
    """Random configurations and compose files; the validator gets five runs at once."""
    chance = random.Random(20261121)
    logs: list[dict[str, object]] = []
    for number in range(100):
        folder = tmp_path / f"case{number}"
        folder.mkdir()
        lines = chance.sample(LINES, chance.randint(1, len(LINES)))
        end = chance.choice(["\n", "\r\n"])
        (folder / "redis.conf").write_bytes((end.join(lines) + end).encode())
        if number % 2:
            tag, port = chance.choice(["7.2", "5.0", "latest"]), chance.randint(1000, 9999)
            (folder / "compose.yaml").write_text(
                f"services:\n  redis:\n    image: redis:{tag}\n"
                "    command: redis-server /redis.conf\n"
                f"    volumes: ['./redis.conf:/redis.conf']\n    ports: ['{port}:6379']\n",
                encoding="utf-8",
            )
        if number % 7 == 0:
            (folder / "bad redis name.conf").write_bytes(b"port 1\0\0\0")
        report = tmp_path / f"report{number}.sarif"
        check(folder, ".", report)
        logs.append(json.loads(report.read_text(encoding="utf-8")))
    wrong: list[str] = []
    for first in range(0, 100, 5):
        runs = [run for log in logs[first : first + 5] for run in log["runs"]]  # type: ignore[attr-defined]
        for number, run in enumerate(runs):
            run["automationDetails"] = {"id": f"redislint/{first + number}"}
        batch = tmp_path / f"batch{first}.sarif"
        batch.write_text(json.dumps({**logs[first], "runs": runs}), encoding="utf-8")
        wrong += complaints(validator, batch)
    assert wrong == []
