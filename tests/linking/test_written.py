"""Containers whose command writes the configuration file that the server reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linking.test_containers import servers


def started(base: Path, script: str, mounts: str = "", **files: str) -> object:
    """The server of a service that runs a script with `sh -c`."""
    body = "".join(f"        {line}\n" for line in script.splitlines())
    service = f"  r:\n    image: redis:7.2\n    command:\n      - sh\n      - -c\n      - |\n{body}"
    return servers(base, service + mounts, {f"{n}.conf": t for n, t in files.items()})["r"]


@pytest.mark.parametrize(
    "script",
    [
        'echo "maxmemory 1gb" > /tmp/r.conf && redis-server /tmp/r.conf',
        "printf 'port 7001\\nmaxmemory 1gb\\n' > /tmp/r.conf; exec redis-server /tmp/r.conf",
        "cat > /tmp/r.conf <<EOF\nmaxmemory 1gb\nEOF\nredis-server /tmp/r.conf",
        "cat <<'EOF' | tee /tmp/r.conf\nmaxmemory 1gb\nEOF\nredis-server /tmp/r.conf",
        "# wait for x\necho wait for x\nuntil nc x 1; do :; done\n"
        "echo maxmemory 1gb > /tmp/r.conf\nredis-server /tmp/r.conf",
        "if [ ! -f /tmp/r.conf ]; then echo maxmemory 1gb > /tmp/r.conf; fi; redis-server /tmp/r.conf",
    ],
)
def test_what_the_command_prints_is_the_file(tmp_path: Path, script: str) -> None:
    found = started(tmp_path, script)
    assert found.get("maxmemory").value == 1024**3
    assert found.get("requirepass").set is False


def test_a_variable_in_the_printed_text_is_set_and_unknown(tmp_path: Path) -> None:
    found = started(tmp_path, 'echo "requirepass $$PASS" > /tmp/r.conf\nredis-server /tmp/r.conf')
    password = found.get("requirepass")
    assert (password.set, password.known) == (True, False)


def test_a_line_is_told_where_it_stands(tmp_path: Path) -> None:
    found = started(
        tmp_path, "echo port 7001 > /r.conf\necho maxmemory 1gb >> /r.conf\nredis-server /r.conf"
    )
    span = found.get("maxmemory").span
    assert span is not None
    assert (span.path, span.line) == ("compose.yml", 9)


def test_lines_are_added_to_the_mounted_file(tmp_path: Path) -> None:
    mount = "    volumes: ['./r.conf:/r.conf']\n"
    found = started(
        tmp_path, "echo port 7002 >> /r.conf && redis-server /r.conf", mount, r="maxmemory 1gb\n"
    )
    assert (found.get("port").value, found.get("maxmemory").value) == (7002, 1024**3)


@pytest.mark.parametrize(
    "script",
    [
        'if [ "$$X" ]; then echo requirepass a > /r.conf; fi; redis-server /r.conf',
        "sed -i s/a/b/ /r.conf; redis-server /r.conf",
        "envsubst < /t.conf > /r.conf; redis-server /r.conf",
        "python make.py > /r.conf; redis-server /r.conf",
    ],
)
def test_what_is_not_understood_leaves_the_rest_unknown(tmp_path: Path, script: str) -> None:
    assert not started(tmp_path, script).get("maxmemory").known
