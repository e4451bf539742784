"""The questions of `advise` on a terminal, each with a sensible answer to start from."""

from __future__ import annotations

from collections.abc import Mapping

import click

from redislint.advisor.purposes import ALIASES, PURPOSES
from redislint.advisor.units import AdvisorError, parse_size, size
from redislint.advisor.workload import build


def ask(said: Mapping[str, object]) -> dict[str, object]:
    """Ask for what was not said; returns options for `workload.build`. Needs a terminal."""
    answers = dict(said)
    answers.setdefault("workload", _choice())
    name = str(answers["workload"]).lower()
    purpose = PURPOSES.get(ALIASES.get(name, name), PURPOSES["primary"])
    rpo = "any" if purpose.rpo_s is None else f"{purpose.rpo_s:g}s"
    rto = "any" if purpose.rto_s is None else f"{purpose.rto_s:g}s"
    for key, text, default in (
        ("data-size", "how much data is in memory (as 8gb)", "1gb"),
        ("write-rate", "writes per second (as 5000, or 300/min)", "1000"),
        ("value-size", "size of a value (as 512, or 4kb)", "200"),
        ("memory-limit", "memory of the container or machine", ""),
        ("disk", "disk (gp3, nvme, ssd, hdd, efs, ..., none)", "gp3"),
        ("rpo", "how much may be lost (as 1s, 15min, any)", rpo),
        ("rto", "how long may a restart take (as 60s, any)", rto),
        ("replicas", "how many replicas", "0"),
    ):
        if key == "memory-limit":
            default = size(2 * parse_size("--data-size", answers["data-size"]))
        if key not in answers:
            answers[key] = _ask(key, text, default, answers)
    return answers


def _choice() -> str:
    names = ", ".join(PURPOSES)
    return str(
        click.prompt(
            f"what is the data ({names})",
            default="primary",
            type=click.Choice([*PURPOSES, *ALIASES]),
            show_choices=False,
        )
    )


def _ask(key: str, text: str, default: str, answers: Mapping[str, object]) -> str:
    """One answer that can be read; asked again where it cannot."""
    while True:
        answer = str(click.prompt(text, default=default)).strip()
        probe = {"data-size": "1tb", "value-size": "1", **answers, key: answer}
        # What was not asked yet must not stand against the answer: there is still a way to keep both.
        if key == "disk":
            probe.setdefault("rpo", "any")
        elif key == "rpo":
            probe.setdefault("replicas", "1")
        elif key != "replicas":
            probe.pop("disk", None)
        try:
            build({k: v for k, v in probe.items() if v is not None})
        except AdvisorError as error:
            if key in str(error) or key == "memory-limit":
                click.echo(f"  {error}")
                continue
        return answer
