"""Dockerfiles: what the last stage, or the one that is built, starts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redislint.model.container import Container
from redislint.model.setting import Setting
from redislint.readers.dockerfile import container_of
from redislint.source import Source


def image(text: str, target: str = "") -> Container:
    found = container_of(Source("docker/Dockerfile", text), target)
    assert found is not None
    return found


def settings(found: list[Setting] | None) -> list[tuple[str, tuple[str, ...]]] | None:
    return None if found is None else [(s.name, s.args) for s in found]


def argv(found: Container) -> list[object]:
    return [w.value for w in found.argv or []]


def test_the_exec_form() -> None:
    found = image('FROM redis:7.2\nCMD ["redis-server", "--save", ""]\n')
    assert (argv(found), found.shell) == (["redis-server", "--save", ""], False)


def test_the_shell_form_is_a_script() -> None:
    found = image("FROM redis:7.2\nCMD redis-server --port 7001\n")
    assert argv(found)[:2] == ["sh", "-c"]
    assert found.shell
    assert str(argv(found)[2]).strip() == "redis-server --port 7001"


def test_an_entry_point_forgets_the_command_before_it() -> None:
    found = image('FROM redis\nCMD ["a"]\nENTRYPOINT ["redis-server"]\n')
    assert found.argv is None
    assert [w.value for w in found.entrypoint or []] == ["redis-server"]


def test_the_last_command_counts() -> None:
    assert argv(image('FROM redis\nCMD ["a"]\nCMD ["redis-server"]\n')) == ["redis-server"]


def test_an_argument_before_from_names_the_version() -> None:
    assert image("ARG TAG=7.2\nFROM redis:${TAG}\n").facts["tag"].value == "7.2"


def test_an_argument_without_default_leaves_the_version_open() -> None:
    assert not image("ARG TAG\nFROM redis:${TAG}\n").facts["tag"].known


def test_a_stage_continues_another() -> None:
    text = "FROM redis:7.2 AS base\nEXPOSE 6379\nFROM base\nUSER redis\n"
    found = image(text)
    assert (found.facts["tag"].value, found.facts["user"].value) == ("7.2", "redis")
    assert [p.container for p in found.ports] == [6379]


def test_a_named_stage_is_what_is_built() -> None:
    text = "FROM redis:7.2 AS cache\nFROM redis:6.2 AS queue\n"
    assert image(text, "cache").facts["tag"].value == "7.2"
    assert image(text).facts["tag"].value == "6.2"


@pytest.mark.parametrize(
    ("instruction", "inside"),
    [
        ("COPY redis.conf /etc/redis.conf", "/etc/redis.conf"),
        ("COPY redis.conf /etc/", "/etc/redis.conf"),
        ('COPY ["redis.conf", "/etc/redis.conf"]', "/etc/redis.conf"),
        ("COPY --chown=redis:redis redis.conf /etc/redis.conf", "/etc/redis.conf"),
        ("WORKDIR /etc\nCOPY redis.conf .", "/etc/redis.conf"),
        ("ADD redis.conf /etc/redis.conf", "/etc/redis.conf"),
    ],
)
def test_a_copied_file(instruction: str, inside: str) -> None:
    assert image(f"FROM redis\n{instruction}\n").files[inside] == "docker/redis.conf"


def test_a_file_of_another_stage_is_unknown() -> None:
    found = image("FROM redis\nCOPY --from=build /redis.conf /etc/redis.conf\n")
    assert found.edits["/etc/redis.conf"] is None


def test_echo_appends_settings() -> None:
    found = image('FROM redis\nRUN echo "maxmemory 100mb" >> /etc/redis.conf\n')
    assert settings(found.edits["/etc/redis.conf"]) == [("maxmemory", ("100mb",))]


def test_printf_writes_several_lines() -> None:
    found = image("FROM redis\nRUN printf 'port 7001\\nsave \"\"\\n' > /etc/redis.conf\n")
    assert settings(found.edits["/etc/redis.conf"]) == [("port", ("7001",)), ("save", ("",))]


def test_sed_replaces_a_setting() -> None:
    text = "FROM redis\nRUN sed -i 's/^protected-mode yes/protected-mode no/' /etc/redis.conf\n"
    assert settings(image(text).edits["/etc/redis.conf"]) == [("protected-mode", ("no",))]


@pytest.mark.parametrize(
    "script",
    [
        "'s/^bind .*/bind 0.0.0.0/;s/protected-mode yes/protected-mode no/g'",
        "-e 's/^bind .*/bind 0.0.0.0/' -e \"s|protected-mode yes|protected-mode no|\"",
    ],
)
def test_one_sed_replaces_several_settings(script: str) -> None:
    found = image(f"FROM redis\nRUN sed -i {script} /etc/redis.conf; echo 'done; really'\n")
    assert settings(found.edits["/etc/redis.conf"]) == [
        ("bind", ("0.0.0.0",)),
        ("protected-mode", ("no",)),
    ]


def test_an_edit_that_is_not_understood_makes_the_file_unknown() -> None:
    text = "FROM redis\nRUN awk '{print}' /etc/redis.conf > /tmp/redis.conf\n"
    assert image(text).edits["/etc/redis.conf"] is None


def test_a_continued_line_is_one_instruction() -> None:
    found = image('FROM redis\nRUN true && \\\n  echo "port 7001" >> /etc/redis.conf\n')
    assert settings(found.edits["/etc/redis.conf"]) == [("port", ("7001",))]


def test_a_heredoc_is_the_file_itself() -> None:
    found = image("FROM redis\nCOPY <<EOF /etc/redis.conf\nport 7001\nEOF\n")
    held = found.files["/etc/redis.conf"]
    assert isinstance(held, Source)
    assert held.text.strip() == "port 7001"
    assert held.position(0) == (3, 1)


def test_variables_in_both_forms() -> None:
    found = image("FROM redis\nENV A=x B='y z'\nENV C d\n")
    assert {k: v.value for k, v in found.env.items()} == {"A": "x", "B": "y z", "C": "d"}


@pytest.mark.parametrize("text", ["FROM redis\nVOLUME /d\n", 'FROM redis\nVOLUME ["/d"]\n'])
def test_a_volume_is_anonymous(text: str) -> None:
    assert [(m.kind, m.target) for m in image(text).mounts] == [("anonymous", "/d")]


def test_an_image_that_runs_no_server_is_none() -> None:
    assert container_of(Source("Dockerfile", "FROM python:3.12\nCMD app.py\n")) is None


_LINES = st.sampled_from(
    ["FROM redis", "FROM", "FROM a AS", "ARG", "ARG X=$X", "ENV", "ENV a", "COPY", "COPY <<E /x",
     "RUN sed -i s/a/b/ /redis.conf", "RUN echo '", "CMD [", 'CMD ["redis-server", 1]', "CMD",
     "ENTRYPOINT []", "EXPOSE 99999", "VOLUME [", "\\", "# x", "é\x00", "HEALTHCHECK", "USER"]
)  # fmt: skip


@given(st.lists(_LINES, max_size=12).map("\n".join) | st.text(max_size=80))
def test_any_text_is_read_without_an_error(text: str) -> None:
    container_of(Source("Dockerfile", text))
    container_of(Source("Dockerfile", "FROM redis\n" + text), "x")


@pytest.mark.parametrize(
    ("step", "release"),
    [
        ("RUN wget http://download.redis.io/releases/redis-4.0.2.tar.gz", "redis 4.0.2"),
        ("RUN curl -L https://github.com/valkey-io/valkey/archive/refs/tags/8.0.1.tar.gz", "valkey 8.0.1"),
        ("RUN apt-get install -y redis-server=5:6.0.16-1+deb11u2", "redis 6.0.16"),
        ("RUN apk add --no-cache redis=7.0.15-r0", "redis 7.0.15"),
        ("ENV REDIS_VERSION=3.2.12\nRUN wget download.redis.io/releases/redis-$REDIS_VERSION.tar.gz", "redis 3.2.12"),
        ("RUN pecl install redis-5.3.7 && apt-get install -y redis-server", None),
        ("ENV REDIS_VERS 3.0.6\nRUN wget download.redis.io/redis-$REDIS_VERS.tar.gz", "redis 3.0.6"),
        ("ARG VERSION=7.2.4\nRUN wget github.com/redis/redis/archive/${VERSION}.tar.gz", "redis 7.2.4"),
        ("ENV REDIS_VERSION=5.3.7\nRUN pecl install redis-$REDIS_VERSION", None),
        ("RUN tar xf redis-5.1.1.tgz && mv redis-5.1.1 ext/redis && docker-php-ext-install redis", None),
        ("ARG URL=http://download.redis.io/redis-4.0.14.tar.gz\nRUN wget $URL -O redis.tgz", "redis 4.0.14"),
        ("ENV REDIS_VERSION 2.8.24\nRUN /install-redis.sh", "redis 2.8.24"),
        ("ENV URL http://download.redis.io/releases/redis-4.0.1.tar.gz\nRUN wget -O redis.tar.gz $URL", "redis 4.0.1"),
        ("RUN pip install redis==4.5.1", None),
    ],
)  # fmt: skip
def test_the_release_that_a_build_installs(step: str, release: str | None) -> None:
    found = image(f'FROM debian:12\n{step}\nEXPOSE 6379\nCMD ["redis-server"]\n')
    installed = found.facts.get("installed")
    assert (installed.value if installed else None) == release


def test_the_line_of_a_variable_is_its_own() -> None:
    found = image('FROM redis:7.2\nENV \\\n  A=1 \\\n  REDIS_PASSWORD="secret"\n')
    span = found.env["REDIS_PASSWORD"].span
    assert span is not None
    assert span.line == 4


def test_variables_in_paths_are_filled_in() -> None:
    text = "FROM redis:7.2\nENV HOME=/opt/redis\nCOPY r.conf $HOME/redis.conf\nWORKDIR ${HOME}\n"
    found = image(text)
    assert "/opt/redis/redis.conf" in found.files
    assert found.get("workdir").value == "/opt/redis"


def test_a_build_of_a_server_behind_a_script_is_a_server() -> None:
    text = "FROM debian:12\nRUN curl -O http://download.redis.io/releases/redis-3.2.1.tar.gz\n"
    script = 'ENTRYPOINT ["/entrypoint.sh"]\n'
    assert image(f"{text}EXPOSE 6379\n{script}").get("installed").value == "redis 3.2.1"
    assert "brought-along" not in image(f"{text}EXPOSE 6379\n{script}").facts
    assert image(f"{text}EXPOSE 80\n{script}").facts["brought-along"].value is True


@pytest.mark.parametrize(
    "step",
    [
        "RUN cat <<'EOF' > /etc/redis/redis.conf\nbind 0.0.0.0\nmaxmemory 1gb\nEOF",
        "RUN <<RUNS\nmkdir -p /etc/redis\ncat > /etc/redis/redis.conf <<EOF\nbind 0.0.0.0\nmaxmemory 1gb\nEOF\nRUNS",
        "RUN tee /etc/redis/redis.conf <<EOF\nbind 0.0.0.0\nmaxmemory 1gb\nEOF",
    ],
)
def test_a_file_that_run_writes_from_a_here_document_is_known(step: str) -> None:
    found = image(f"FROM redis:7.2\n{step}\n")
    written = found.files["/etc/redis/redis.conf"]
    assert isinstance(written, Source)
    assert written.text == "bind 0.0.0.0\nmaxmemory 1gb\n"
    row = 1 + step.split("bind")[0].count("\n")
    assert written.span(written.text.index("maxmemory")).line == row + 2
    assert "/etc/redis/redis.conf" not in found.edits


def test_a_here_document_with_variables_is_unknown() -> None:
    found = image("FROM redis:7.2\nRUN cat > /etc/redis.conf <<EOF\nport $PORT\nEOF\n")
    assert found.edits == {"/etc/redis.conf": None}


def test_what_echo_writes_anew_is_the_whole_file() -> None:
    found = image(
        "FROM redis:7.2\nCOPY redis.conf /etc/redis.conf\n"
        'RUN echo "port 1" > /etc/redis.conf && echo "appendonly yes" >> /etc/redis.conf\n'
    )
    assert isinstance(found.files["/etc/redis.conf"], Source)
    assert settings(found.edits["/etc/redis.conf"]) == [("port", ("1",)), ("appendonly", ("yes",))]
    lines = found.edits["/etc/redis.conf"] or []
    assert [s.span.text for s in lines if s.span] == ["port 1", "appendonly yes"]


@pytest.mark.parametrize(
    "step",
    [
        "RUN python3 /patch.py /etc/redis.conf",
        "RUN sed -i '/^requirepass/d' /etc/redis.conf",
        "RUN sed -i 's/^bind/# bind/' /etc/redis.conf",
        "RUN sed -i 's/^port .*/port 1/; /^requirepass/d' /etc/redis.conf",
        "RUN sed -i -e 's/^port .*/port 1/' -e '/^requirepass/d' /etc/redis.conf",
        "RUN sed -i 's/^port .*/port 1/ /etc/redis.conf",
        "RUN curl -o /etc/redis.conf https://example.org/redis.conf",
    ],
)
def test_a_command_whose_effect_is_not_seen_makes_the_file_unknown(step: str) -> None:
    found = image(f"FROM redis:7.2\nCOPY redis.conf /etc/redis.conf\n{step}\n")
    assert found.edits == {"/etc/redis.conf": None}


def test_rights_and_folders_change_no_file() -> None:
    found = image(
        "FROM redis:7.2\nCOPY redis.conf /etc/redis.conf\n"
        "RUN chown redis /etc/redis.conf && chmod 600 /etc/redis.conf && ls -l /etc/redis.conf\n"
    )
    assert found.edits == {}


def test_a_distributions_package_says_which_release_its_archive_has() -> None:
    text = "FROM ubuntu:16.04\nRUN apt-get install -y \\\n    curl redis-server\nCMD redis-server\n"
    packaged = image(text).facts["packaged"]
    assert packaged.value == "redis 3.0 of ubuntu:16.04"
    assert packaged.span is not None
    assert packaged.span.line == 3


@pytest.mark.parametrize(
    ("instruction", "kind"),
    [
        ("RUN redis-server", "foreground"),
        ("RUN apt-get install -y redis-server && redis-server --port 7001", "foreground"),
        ("RUN service redis-server start", "background"),
        ("RUN echo x && redis-server --daemonize yes", "background"),
    ],
)
def test_a_server_of_a_build_step_is_noted(instruction: str, kind: str) -> None:
    found = image(f"FROM debian:12\n{instruction}\nCMD ['app']\n")
    assert found.facts["build-start"].value == kind


@pytest.mark.parametrize(
    "instruction",
    [
        "RUN redis-server --version",
        "RUN redis-server & sleep 1; make test",
        "RUN redis-server --daemonize yes && make test",
        "RUN redis-server /etc/test.conf && make test",
        "RUN apt-get install -y redis-server",
        "RUN which redis-server",
        "RUN service redis-server start && make test",
    ],
)
def test_a_build_step_that_uses_its_server_is_fine(instruction: str) -> None:
    assert container_of(Source("Dockerfile", f"FROM debian:12\n{instruction}\n")) is None
