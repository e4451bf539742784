#!/usr/bin/env python3
"""Lay out the files that a label set names, from local clones of their repositories.

usage: fetch_corpus.py LABELS.jsonl OUT --clones DIR [--clone]

The labels in docs/corpus/ name public files by repository, path and commit; the files themselves
are not ours to publish. DIR holds clones as `<owner>+<name>` (a work tree, a bare clone, or a
folder with a git directory named `repo`). With --clone, missing ones are cloned from GitHub
first. Files go to OUT/<owner>+<name>/<path>, which is what tools/precision.py reads. A commit that
the clone does not have falls back to its HEAD, with a notice: then lines may have moved.
Exit code 0 if every file is there, 1 if some are missing.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import subprocess
import sys


def git_directory(clones: pathlib.Path, repo: str) -> pathlib.Path | None:
    """The folder to run git in for a repository, or None."""
    base = clones / repo.replace("/", "+")
    for place in (base / "repo" / ".git", base / "repo", base / ".git", base):
        if (place / "HEAD").is_file():
            return place
    return None


def show(git: pathlib.Path, commit: str, path: str) -> bytes | None:
    """The bytes of a file at a commit, or None."""
    run = subprocess.run(
        ["git", "--git-dir", str(git), "show", f"{commit}:{path}"], capture_output=True
    )
    return run.stdout if run.returncode == 0 else None


def main() -> int:
    """Lay out the files; see the module's text."""
    assert __doc__
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("labels", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--clones", type=pathlib.Path, required=True)
    parser.add_argument("--clone", action="store_true", help="clone what is missing")
    args = parser.parse_args()
    missing = 0
    for line in args.labels.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        repo = row["repo"]
        git = git_directory(args.clones, repo)
        if git is None and args.clone:
            target = args.clones / repo.replace("/", "+")
            url = f"https://github.com/{repo}.git"
            subprocess.run(["git", "clone", "-q", "--bare", url, str(target)], check=False)
            git = git_directory(args.clones, repo)
        if git is None:
            print(f"missing {repo}: no clone", file=sys.stderr)
            missing += 1
            continue
        for path in [row["path"], *row.get("needs", [])]:
            target = args.out / repo.replace("/", "+") / path
            if target.is_file():
                continue
            data = show(git, row.get("commit", "HEAD"), path)
            if data is None:
                data = show(git, "HEAD", path)
                if data is not None:
                    print(f"{repo}:{path}: commit not in the clone, HEAD taken", file=sys.stderr)
            if data is None:
                print(f"missing {repo}:{path}", file=sys.stderr)
                missing += 1
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
