"""Pages with real output: the start page and the tutorial. redislint runs while they are made."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from docsite.links import rewrite


def run(root: Path, *arguments: str) -> str:
    """What redislint prints, in the repository's root."""
    done = subprocess.run(
        [sys.executable, "-m", "redislint", *arguments],
        cwd=root, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"}, check=False,
    )  # fmt: skip
    if done.returncode not in (0, 1):
        raise SystemExit(f"redislint {' '.join(arguments)}: {done.stderr}")
    return done.stdout.rstrip()


def start_page(root: Path) -> str:
    """The README, with output of this very build in place of the screen it shows."""
    text = (root / "README.md").read_text(encoding="utf-8")
    command = re.search(r"^\$ redislint (check examples/[^\n]+)$", text, re.MULTILINE)
    assert command is not None, "the README shows a run on examples/"
    screen = run(root, *command[1].split())
    text = re.sub(
        r"```\n\$ redislint check .*?\n```",
        lambda _: f"```text\n{command[0]}\n{screen}\n```",
        text,
        count=1,
        flags=re.DOTALL,
    )
    return "---\ntitle: redislint\n---\n\n" + rewrite(text, "README.md", "index.md")


def tutorial(root: Path) -> str:
    """The four incidents: their stories, the reports, and what is left after the repair."""
    lines = [
        "# Four incidents", "",
        "Four outages that happened, each as a small repository in `examples/`. The reports below were made"
        " when this page was built.", "",
    ]  # fmt: skip
    for folder in sorted((root / "examples").iterdir()):
        readme = folder / "README.md"
        if not readme.is_file():
            continue
        text = readme.read_text(encoding="utf-8")
        # The story's own headings go one level down.
        text = re.sub(r"^#", "##", text, flags=re.MULTILINE)
        story = rewrite(text, f"examples/{folder.name}/README.md", "tutorial.md")
        lines += [story.rstrip(), ""]
        name = f"examples/{folder.name}"
        before = [f"{name}/{p.name}" for p in sorted(folder.iterdir()) if p.name != "repaired"]
        report = run(root, "check", *before, "--fail-on", "never")
        lines += [
            f'??? example "The whole report: redislint check {name}"', "",
            *_indented(["```text", *report.splitlines(), "```"]), "",
        ]  # fmt: skip
        if (folder / "repaired").is_dir():
            after = run(root, "check", f"{name}/repaired", "--fail-on", "never")
            lines += [
                f'??? success "After the repair: redislint check {name}/repaired"', "",
                *_indented(["```text", *after.splitlines(), "```"]), "",
            ]  # fmt: skip
    return "\n".join(lines)


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" if line else "" for line in lines]
