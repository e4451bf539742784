"""The model against real servers with 100 MB of data; docs/advisor-accuracy.md goes to 2 GB."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.advisor import costs, lab
from redislint.advisor.calibrate import calibrate
from redislint.advisor.compare import compare
from redislint.advisor.throwaway import Throwaway, folder
from redislint.advisor.workload import build

pytestmark = [pytest.mark.server, pytest.mark.slow]
TOTAL = 100 * 2**20


def test_a_calibrated_prediction_is_within_a_factor_of_two(
    real_server: tuple[str, Path], tmp_path: Path
) -> None:
    server, binary = real_server
    work = build({"data-size": f"{TOTAL}b", "value-size": 512, "key-size": 20, "rpo": "any",
                  "rto": "any", "write-rate": 2000, "server": server})  # fmt: skip
    measured = calibrate(work, tmp_path, real_server)
    keys = costs.key_count(TOTAL, 20, 512, measured.machine)
    predicted = compare(work, measured.machine).volumes
    with folder(tmp_path) as place:
        quiet = lab.settings(server)
        with Throwaway(binary, place / "data", quiet) as running:
            running.wait()
            with running.client() as client:
                lab.fill(client, lab.Shape(keys, 20, 512))
                shot = lab.snapshot(running, client)
                used = int(client.info("memory")["used_memory"])
        restart = min(lab.reload(binary, place / "data", quiet)[0] for _ in range(3))
    assert shot.size == pytest.approx(predicted.rdb, rel=0.05)
    assert used == pytest.approx(TOTAL, rel=0.1)
    expected = measured.machine.start_s + predicted.keys * measured.machine.load_key_s
    assert 0.5 <= restart / expected <= 2
    assert 0.25 <= shot.seconds / predicted.save_s <= 4, "a snapshot has no bar, but an order"


def test_a_calibration_leaves_nothing_behind(real_server: tuple[str, Path], tmp_path: Path) -> None:
    found = calibrate(build({"data-size": "1gb", "value-size": 4096}), tmp_path, real_server)
    assert list(tmp_path.iterdir()) == []
    assert found.machine.measured
    assert found.disk.bytes_per_s > 2**20
    assert 0 < found.disk.fsync_s <= found.disk.fsync_worst_s
