"""Tasks that change the lines of a packaged redis.conf."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.checking import check
from redislint.config import Config

_TASK = (
    "- name: {0}\n  ansible.builtin.lineinfile:\n    path: /etc/redis/redis.conf\n    line: {0!r}\n"
)


def _found(folder: Path, tasks: str) -> list[tuple[int, str]]:
    path = folder / "roles" / "redis" / "tasks" / "main.yml"
    path.parent.mkdir(parents=True)
    path.write_text(tasks)
    findings = check([str(folder)], Config()).findings
    return [(f.span.line, f.rule.name) for f in findings if f.severity != "note"]


def _tasks(*lines: str) -> str:
    return "".join(_TASK.format(line) for line in lines)


def test_lines_that_open_the_server_are_reported_where_they_are_written(tmp_path: Path) -> None:
    tasks = _tasks("bind 0.0.0.0", "protected-mode no")
    assert _found(tmp_path, tasks) == [(8, "no-auth-network")]


def test_the_bind_of_the_package_stays_where_no_task_changes_it(tmp_path: Path) -> None:
    assert _found(tmp_path, _tasks("protected-mode no", "maxclients 500")) == []


def test_a_password_that_a_variable_brings_closes_the_server(tmp_path: Path) -> None:
    tasks = _tasks("bind 0.0.0.0", "protected-mode no", "requirepass {{ redis_password }}")
    assert _found(tmp_path, tasks) == []


def test_the_items_of_a_loop_are_the_lines(tmp_path: Path) -> None:
    tasks = (
        "- lineinfile:\n    dest: /etc/redis/redis.conf\n    regexp: '{{ item.regexp }}'\n"
        "    line: '{{ item.line }}'\n  loop:\n"
        "    - { regexp: '^bind ', line: 'bind 0.0.0.0' }\n"
        "    - { regexp: '^# requirepass', line: 'requirepass foobared' }\n"
    )
    assert _found(tmp_path, tasks) == [(7, "requirepass-weak"), (7, "password-in-repo")]


@pytest.mark.parametrize(
    "tasks",
    [
        "- lineinfile: path=/etc/redis/redis.conf line='requirepass foobared'\n",
        "- blockinfile:\n    path: /etc/redis/redis.conf\n    block: |\n      requirepass foobared\n",
        "- replace:\n    path: /etc/redis/redis.conf\n    regexp: '^# requirepass.*'\n"
        "    replace: requirepass foobared\n",
    ],
)
def test_other_ways_to_write_a_line(tmp_path: Path, tasks: str) -> None:
    assert [name for _, name in _found(tmp_path, tasks)] == ["requirepass-weak", "password-in-repo"]


@pytest.mark.parametrize(
    "tasks",
    [
        "- lineinfile:\n    path: /etc/ssh/sshd_config\n    line: port 22\n# redis\n",
        "- lineinfile:\n    path: /etc/redis/redis.conf\n    line: protected-mode no\n    state: absent\n",
        "- lineinfile:\n    path: /etc/redis/redis.conf\n    line: '{{ item }}'\n  loop: '{{ lines }}'\n",
        "- lineinfile:\n    path: /etc/redis/redis.conf\n    regexp: '^bind'\n",
    ],
)
def test_what_writes_no_known_line_is_left_alone(tmp_path: Path, tasks: str) -> None:
    assert _found(tmp_path, tasks) == []
