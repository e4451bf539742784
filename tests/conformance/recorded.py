"""Recorded cases and the servers of this machine."""

from __future__ import annotations

import json
import lzma
from pathlib import Path
from typing import NamedTuple

from redislint.knowledge.servers import SERVERS


class Case(NamedTuple):
    """One configuration and what each server did: see tools/pack_cases.py for the codes."""

    name: str
    family: str
    text: bytes
    verdicts: dict[str, str | int]


def recorded() -> list[Case]:
    rows = json.loads(lzma.decompress(Path(__file__).with_name("cases.json.xz").read_bytes()))
    out = []
    for name, family, text, codes in rows:
        spread = codes * len(SERVERS) if len(codes) == 1 else codes
        verdicts = dict(zip(SERVERS, spread, strict=True))
        out.append(Case(name, family, text.encode("latin-1"), verdicts))
    return out
