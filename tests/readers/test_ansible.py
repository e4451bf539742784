"""Ansible playbooks: roles with passwords."""

from __future__ import annotations

from pathlib import Path

from redislint.model.subject import Subject
from tests.readers.trees import read


def test_the_password_of_a_role_is_read(tmp_path: Path) -> None:
    text = "- hosts: all\n  roles:\n    - role: x.redis\n      vars:\n        redis_requirepass: Vq3pX9sLw2\n"
    found = read(tmp_path, "ansible", {"site.yml": text})
    assert [f.label for f in found if isinstance(f, Subject)] == ["variable redis_requirepass"]
