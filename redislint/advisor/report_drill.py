"""What a drill showed, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from redislint.advisor.drill import Order, Outcome
from redislint.advisor.settings import Persistence
from redislint.advisor.units import duration, rate, size

LABELS = {
    "process_crash": "kill -9, restart",
    "power_loss": "power cut, restart",
    "failover": "kill -9, failover",
}


def as_json(order: Order, p: Persistence, outcomes: Sequence[Outcome], file: str | None) -> str:
    """JSON with a newline at its end: promised and counted loss per fault, in seconds."""
    document: dict[str, Any] = {
        "version": 1,
        "server": order.server,
        "file": file,
        "settings": {
            "save": " ".join(f"{s} {c}" for s, c in p.save),
            "appendonly": p.appendonly,
            "appendfsync": p.appendfsync if p.appendonly else None,
        },
        "write_rate": order.rate,
        "value_bytes": order.value_size,
        "confirm": order.confirm or None,
        "kept": all(o.kept for o in outcomes),
        "faults": [_fault(o) for o in outcomes],
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _fault(o: Outcome) -> dict[str, Any]:
    if o.skipped:
        return {"fault": o.fault, "skipped": o.skipped, "kept": None}
    return {
        "fault": o.fault,
        "promised_s": None if o.promised_s is None else round(o.promised_s, 3),
        "lost_s": round(o.lost_s, 3),
        "acknowledged": o.acknowledged,
        "lost": o.lost,
        "kept": o.kept,
        "wrote_s": round(o.wrote_s, 3),
        "restart_s": round(o.restart_s, 3),
        "slowest_fsync_s": round(o.slowest_fsync_s, 6),
        "notes": list(o.notes),
    }


def as_text(order: Order, p: Persistence, outcomes: Sequence[Outcome], file: str | None) -> str:
    """Text with a newline at its end; every number has its unit."""
    lines = [
        f"drill of {file or 'the defaults'} on {order.server}: {_settings(p)};"
        f" {rate(order.rate)} of {size(order.value_size)}"
        + (f", confirmed by {order.confirm.upper()}" if order.confirm else ""),
        "",
    ]
    for o in outcomes:
        lines += _lines(o)
    broken = [o for o in outcomes if not o.kept]
    done = [o for o in outcomes if not o.skipped]
    if broken:
        lines += ["", f"broken: {', '.join(LABELS[o.fault] for o in broken)}"]
    elif done:
        lines += ["", "every promise held"]
    return "\n".join(lines) + "\n"


def _settings(p: Persistence) -> str:
    save = "save " + " ".join(f"{s} {c}" for s, c in p.save) if p.save else 'save ""'
    aof = f"appendonly yes, appendfsync {p.appendfsync}" if p.appendonly else "appendonly no"
    return f"{save}, {aof}"


def _lines(o: Outcome) -> list[str]:
    name = LABELS[o.fault]
    if o.skipped:
        return [f"  {name}: not drilled: {o.skipped}"]
    promised = (
        "no promise (everything may be lost)"
        if o.promised_s is None
        else "promised: nothing is lost"
        if o.promised_s == 0
        else f"promised: at most {duration(o.promised_s)} are lost"
    )
    counted = (
        "nothing lost"
        if not o.lost
        else f"lost {o.lost} of {o.acknowledged} acknowledged writes, the oldest {duration(o.lost_s)}"
        " before the fault"
    )
    verdict = "held" if o.kept else "BROKEN"
    if o.promised_s is None:
        verdict = "as said"
    back = f"back after {duration(o.restart_s)}, slowest fsync {duration(o.slowest_fsync_s)}"
    return [
        f"  {name}: {promised}",
        f"    {verdict}: {counted} ({o.acknowledged} acknowledged in {duration(o.wrote_s)}); {back}",
        *(f"    note: {note}" for note in o.notes),
    ]
