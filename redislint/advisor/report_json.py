"""The comparison as JSON: the contract of `advise --format json`."""

from __future__ import annotations

import json
import math
from typing import Any

from redislint.advisor.compare import Comparison, Priced
from redislint.advisor.existing import Today
from redislint.advisor.reasons import reasons


def render(c: Comparison, today: Today | None = None) -> str:
    """JSON text with a newline at its end. Bytes and seconds; null is unbounded: everything."""
    return json.dumps(document(c, today), indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def document(c: Comparison, today: Today | None = None) -> dict[str, Any]:
    """The document as plain data."""
    work = c.work
    found: dict[str, Any] = {
        "version": 1,
        "recommended": c.recommended.plan.name if c.recommended else None,
        "next_best": c.next_best.plan.name if c.next_best else None,
        "plans": [_plan(p) for p in c.plans],
        "reasons": reasons(c),
        "assumed": list(work.assumed),
        "units": {"loss_s": "seconds", "restart_s": "seconds", "memory_peak_bytes": "bytes"},
        "server": work.server,
        "workload": {
            "purpose": work.purpose.name,
            "data_bytes": work.data_bytes,
            "keys": c.volumes.keys,
            "write_rate": work.write_rate,
            "value_bytes": work.value_size,
            "rewritten_share": work.share,
            "memory_limit_bytes": work.memory_limit,
            "disk": work.disk.name,
            "disk_bytes_per_s": work.disk.bytes_per_s,
            "fsync_s": work.disk.fsync_s,
            "rpo_s": work.rpo_s,
            "rto_s": work.rto_s,
            "replicas": work.replicas,
        },
        "calibrated": c.machine.measured,
    }
    if today is not None:
        plan = _plan(today.priced)
        del plan["conf"], plan["feasible"]
        found["today"] = plan | {"source": today.source}
        found["stories"] = [
            {"name": s.name, "what": s.what, "way_out": s.way_out} for s in today.stories
        ]
    return found


def _plan(p: Priced) -> dict[str, Any]:
    return {
        "name": p.plan.name,
        "summary": p.plan.summary,
        "feasible": p.feasible,
        "breaks": list(p.breaks),
        "loss_s": {k: _seconds(v) for k, v in p.loss.as_dict().items()},
        "restart_s": round(p.restart_s, 3),
        "memory_peak_bytes": round(p.memory_peak),
        "copy_on_write_bytes": round(p.copied),
        "fork_s": round(p.fork_s, 4),
        "disk_bytes": round(p.disk_bytes) if math.isfinite(p.disk_bytes) else None,
        "disk_written_bytes_per_s": round(p.written_per_s),
        "write_amplification": round(p.amplification, 3),
        "write_latency_s": round(p.latency_s, 6),
        "worst_write_latency_s": round(p.worst_latency_s, 6),
        "conf": p.conf,
    }


def _seconds(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
