"""Dockerfile and Containerfile → the container that its final stage makes."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from redislint.knowledge import images
from redislint.knowledge.directives import all_names
from redislint.model.container import Container, Mount, Port
from redislint.model.setting import Setting
from redislint.model.value import Origin, Value, at
from redislint.readers import Context
from redislint.readers.interpolation import interpolate
from redislint.source import Source, Span
from redislint.syntax import shell, treesitter
from redislint.syntax.places import Places


class Stage:
    """One build stage: its base image and what its instructions say."""

    def __init__(self, image: Value, span: Span, name: str, base: Stage | None) -> None:
        self.image = image
        self.span = span
        self.name = name
        self.args: dict[str, str] = {}
        self.env: dict[str, Value] = dict(base.env) if base else {}
        self.files: dict[str, object] = dict(base.files) if base else {}
        self.edits: dict[str, list[Setting] | None] = dict(base.edits) if base else {}
        self.written: dict[str, list[Setting]] = dict(base.written) if base else {}
        self.entrypoint: list[Value] | None = base.entrypoint if base else None
        self.command: list[Value] | None = base.command if base else None
        self.shell: bool = base.shell if base else False
        self.command_span: Span | None = base.command_span if base else None
        self.user: Value | None = base.user if base else None
        self.workdir: str = base.workdir if base else "/"
        self.ports: list[Port] = list(base.ports) if base else []
        self.volumes: list[Mount] = list(base.volumes) if base else []
        self.health: Value | None = base.health if base else None
        self.installed: Value | None = base.installed if base else None
        self.packaged: Value | None = base.packaged if base else None
        self.started: Value | None = base.started if base else None
        self.client: bool = base.client if base else False
        """Whether it installs a client of Redis, whose version a variable may be."""
        self.root: Stage = base.root if base else self


def read(source: Source, context: Context) -> Iterator[Container]:
    """The container of the final stage, where it runs or is made to run a server."""
    container = container_of(source)
    if container is not None:
        yield container


def container_of(
    source: Source, target: str = "", arguments: dict[str, str] | None = None
) -> Container | None:
    """The container of the final (or named) stage, if it is a server's; None else."""
    data = source.text.encode("utf-8", "surrogatepass")
    root = treesitter.root("containerfile", data)
    offsets = Places(data, len(source.text)).at
    stages: list[Stage] = []
    defaults: dict[str, str] = dict(arguments or {})
    for node in root.children:
        if not node.type.endswith("_instruction"):
            continue
        text = node.text.decode("utf-8", "replace")
        span = Span(source, offsets(node.start_byte), offsets(node.end_byte))
        if b"<<" in node.text and node.type in ("copy_instruction", "add_instruction"):
            block = next((c for c in node.children if c.type == "heredoc_block"), None)
            if block is not None and stages:
                _copy_heredoc(stages[-1], node, block, source, offsets)
                continue
        keyword, _, rest = re.sub(r"\\\r?\n(?:\s*#[^\n]*\n)*", " ", text, count=0).partition(" ")
        keyword = keyword.strip().upper()
        if keyword == "FROM":
            stages.append(_from(node, rest, span, stages, defaults))
        elif keyword == "ARG":
            table = stages[-1].args if stages else defaults
            for name, value in re.findall(r"\b([A-Za-z_]\w*)=(\"[^\"]*\"|'[^']*'|\S*)", rest):
                table.setdefault(name, value.strip("\"'"))
            for name in re.findall(r"(?:^|\s)([A-Za-z_]\w*)(?=\s|$)", rest):
                if name in defaults:
                    table.setdefault(name, defaults[name])
        elif stages:
            _instruction(stages[-1], keyword, node, rest.strip(), span, source, offsets)
    if not stages:
        return None
    stage = next((s for s in stages if target and s.name == target.lower()), stages[-1])
    return _container(stage, source)


def _from(node: Any, rest: str, span: Span, stages: list[Stage], known: dict[str, str]) -> Stage:
    words = [w for w in rest.split() if not w.startswith("--")]
    reference = words[0] if words else ""
    name = words[2].lower() if len(words) > 2 and words[1].lower() == "as" else ""
    image = interpolate(reference, known, span)
    base = next((s for s in reversed(stages) if s.name and image.value == s.name), None)
    if base is not None:
        return Stage(base.root.image, base.root.span, name, base)
    return Stage(image, span, name, None)


def _instruction(
    stage: Stage, keyword: str, node: Any, rest: str, span: Span, source: Source, offsets: Any
) -> None:
    if keyword in ("CMD", "ENTRYPOINT"):
        words, is_shell = _command(node, rest, span, source, offsets)
        if keyword == "CMD":
            stage.command = words
        else:
            stage.entrypoint, stage.command = words, None
        stage.shell, stage.command_span = is_shell, span
    elif keyword == "ENV":
        pairs = re.findall(r"\b([A-Za-z_]\w*)=(\"(?:[^\"\\]|\\.)*\"|'[^']*'|\S*)", rest)
        if not pairs and " " in rest:
            pairs = [tuple(rest.split(None, 1))]
        known = {**stage.args, **{k: str(v.value) for k, v in stage.env.items() if v.known}}
        for name, value in pairs:
            place = source.text.find(f"{name}={value}", span.start, span.end)
            own = Span(source, place, place + len(f"{name}={value}")) if place >= 0 else span
            stage.env[name] = interpolate(value.strip("\"'"), known, own)
    elif keyword in ("COPY", "ADD"):
        _copy(stage, _expanded(stage, rest, span), source)
    elif keyword == "RUN":
        _run(stage, node.text.decode("utf-8", "replace"), span, source)
        if re.search("(?i)redis|valkey", span.text):
            from redislint.readers import building

            building.run(stage, span)
    elif keyword == "EXPOSE":
        for number in re.findall(r"\b(\d{1,5})(?:/tcp)?\b", rest):
            stage.ports.append(Port(int(number), None, "", "container", span))
    elif keyword == "USER":
        stage.user = at(rest.split(":")[0].strip("\"'"), span)
    elif keyword == "WORKDIR":
        stage.workdir = posixpath.join(stage.workdir, _expanded(stage, rest.strip("\"'"), span))
    elif keyword == "VOLUME":
        targets = _json_words(rest) or rest.split()
        stage.volumes += [Mount(t, "anonymous", "", span) for t in targets]
    elif keyword == "HEALTHCHECK":
        stage.health = at(rest, span)


def _expanded(stage: Stage, text: str, span: Span) -> str:
    """A path with the variables that ENV and ARG set; as written where one is not known."""
    if "$" not in text:
        return text
    known = {**stage.args, **{k: str(v.value) for k, v in stage.env.items() if v.known}}
    value = interpolate(text, known, span)
    return str(value.value) if value.known else text


def _copy_heredoc(stage: Stage, node: Any, block: Any, source: Source, offsets: Any) -> None:
    """`COPY <<EOF /etc/redis.conf`: the file stands in the Dockerfile itself."""
    paths = [c.text.decode("utf-8", "replace") for c in node.children if c.type == "path"]
    content = next((c for c in block.children if c.type == "heredoc_content"), None)
    if len(paths) != 2 or content is None:
        return
    start, end = offsets(content.start_byte), offsets(content.end_byte)
    text = source.text[start:end]
    starts = [start, *(start + m.end() for m in re.finditer("\n", text))]
    target = posixpath.normpath(posixpath.join(stage.workdir, paths[1].strip("\"'")))
    stage.files[target] = source.embedded(text, starts)


def _json_words(rest: str) -> list[str] | None:
    if not rest.startswith("["):
        return None
    try:
        words = json.loads(rest)
    except ValueError:
        return None
    return words if isinstance(words, list) and all(isinstance(w, str) for w in words) else None


def _command(
    node: Any, rest: str, span: Span, source: Source, offsets: Any
) -> tuple[list[Value], bool]:
    words = _json_words(rest)
    if words is not None:
        found = []
        cursor = span.start
        for word in words:
            quoted = json.dumps(word, ensure_ascii=False)
            place = source.text.find(quoted, cursor, span.end)
            own = Span(source, place, place + len(quoted)) if place >= 0 else span
            cursor = own.end if place >= 0 else cursor
            found.append(at(word, own))
        return found, False
    script = source.text[span.start : span.end]
    body = re.sub(r"^\s*\w+\s+", "", script, count=1)
    begin = span.end - len(body)
    return [
        at("sh", span),
        at("-c", span),
        Value(body, Origin(Span(source, begin, span.end))),
    ], True


_FOLDERS = frozenset(
    "/ /etc /usr/local/etc /usr/local/bin /usr/bin /opt /tmp /data /var /srv /root /home".split()
)
"""Folders that are in every image: a file that is copied there keeps its name."""


def _copy(stage: Stage, rest: str, source: Source) -> None:
    options = re.findall(r"--(\w[\w-]*)(?:=(\S+))?", rest)
    bare = re.sub(r"--\w[\w-]*(?:=\S+)?\s*", "", rest)
    words = _json_words(bare.strip()) or bare.split()
    if len(words) < 2:
        return
    target = posixpath.normpath(posixpath.join(stage.workdir, words[-1]))
    folder = words[-1].endswith("/") or words[-1] in (".", "./") or len(words) > 2
    folder = folder or (target in _FOLDERS and "." in posixpath.basename(words[0]))
    origin = dict(options).get("from")
    for word in words[:-1]:
        place = posixpath.join(target, posixpath.basename(word)) if folder else target
        if origin:
            stage.edits[place] = None
            continue
        stage.files[place] = posixpath.normpath(
            posixpath.join(posixpath.dirname(source.path), word.lstrip("/"))
        )


_SED = re.compile(
    r"s(?P<d>[^\w\s\\])(?P<old>(?:\\.|(?!(?P=d)).)*)(?P=d)(?P<new>(?:\\.|(?!(?P=d)).)*)(?P=d)"
)
_PASSWORDS = ("requirepass", "masterauth")
_SHELL_WORD = re.compile(r"[^\s\"';|&]+")
_CONF_PATH = re.compile(r"(?>.*?(?:redis|valkey|sentinel)).*\.conf\b")


def _run(stage: Stage, text: str, span: Span, source: Source) -> None:
    """What RUN does to configuration files: simple echo, printf, cat and sed; else unknown."""
    text = _here_documents(stage, text, span, source)
    for path in _conf_paths(text):
        target = posixpath.normpath(posixpath.join(stage.workdir, path))
        before = stage.edits.get(target, [])
        added: list[Setting] | None = list(before) if before is not None else None
        for command in _commands(re.sub(r"\\\r?\n", " ", text)):
            if path not in command:
                continue
            found = _edit(command, span, source)
            for one in found or []:
                if one.name in _PASSWORDS:
                    stage.written.setdefault(target, []).append(one)
            if found is None:
                added = None
            if found is None or added is None:
                continue
            if re.search(r"(?:^|[^>])>\s*[\"']?" + re.escape(path), command):
                # Written anew: what was copied there is gone.
                stage.files[target] = source.embedded("", [span.start])
                added = []
            added = added + found
        if added or added is None:
            stage.edits[target] = added


_COMMAND = re.compile(r"""(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^;&|\n'"\\]|&(?!&)|\|(?!\|))+""", re.S)


def _commands(text: str) -> list[str]:
    """The commands of a line; `;` within quotes ends none (`sed 's/a/b/; s/c/d/'`)."""
    found = _COMMAND.findall(text) if len(text) <= _LONGEST else []
    if found and not any("'" in rest or '"' in rest for rest in _COMMAND.split(text)):
        return list(found)
    return re.split(r"&&|;|\n|\|\|", text)  # quotes that nobody closed


def _conf_paths(text: str) -> list[str]:
    """The configuration files that a command names, each once; the address of a download is none."""
    words = (w.lstrip("<>") for w in _SHELL_WORD.findall(text))
    found = (match[0] for w in words if (match := _CONF_PATH.match(w)))
    return [path for path in dict.fromkeys(found) if "://" not in path]


_LONGEST = 50_000
_HERE = re.compile(
    r"(?P<head>[^\n]*?)<<-?[ \t]*(?P<q>[\"']?)(?P<mark>\w+)(?P=q)(?P<tail>[^\n]*)\n"
    r"(?P<body>(?:[^\n]*\n)*?)[ \t]*(?P=mark)[ \t]*(?=\n|$)"
)


def _here_documents(stage: Stage, text: str, span: Span, source: Source) -> str:
    """The instruction without the here-documents that cat or tee puts into a configuration file.

    A here-document of RUN itself is the script that it runs and stays.
    """
    if "<<" not in text or len(text) > _LONGEST:
        return text
    rest, cursor = [], 0
    while match := _HERE.search(text, cursor):
        words = match["head"] + match["tail"]
        path = next(iter(_conf_paths(words)), None)
        if path is None or not re.search(r"\b(?:cat|tee)\b", words):
            rest.append(text[cursor : match.start("body")])
            cursor = match.start("body")
            continue
        rest.append(text[cursor : match.start()])
        cursor = match.end()
        target = posixpath.normpath(posixpath.join(stage.workdir, path))
        begin = span.start + match.start("body")
        exact = source.text[begin : begin + len(match["body"])] == match["body"]
        expands = not match["q"] and re.search(r"[$`]", match["body"])
        if not exact or expands or ">>" in words or re.search(r"\btee\s+(?:-a|--append)", words):
            stage.edits[target] = None
            continue
        starts = [begin, *(begin + m.end() for m in re.finditer("\n", match["body"]))]
        stage.files[target] = source.embedded(match["body"], starts)
        stage.edits.pop(target, None)
    return "".join(rest) + text[cursor:]


_HARMLESS = frozenset(
    "chown chmod mkdir touch ls cat test [ grep head tail stat dos2unix rm set wc cd".split()
)


def _edit(command: str, span: Span, source: Source) -> list[Setting] | None:
    """The settings that one command writes; None where that is not understood."""
    words = [w.text for w in shell.split(command) if not w.operator]
    if not words:
        return []
    while words and (words[0] in ("RUN", "sudo", "{", "(") or words[0].startswith("--")):
        words = words[1:]
    name = words[0] if words else ""
    if name in ("echo", "printf"):
        text = re.sub(
            r"\\n", "\n", " ".join(w for w in words[1:] if not re.fullmatch(r"-[neE]+", w))
        )
        return [s for line in text.splitlines() if (s := _setting(line, span, source))]
    if name == "sed":
        found = []
        for match in _SED.finditer(command):
            new = re.sub(r"\\(.)", r"\1", match["new"])
            one = _setting(new, span, source)
            if one is not None:
                found.append(one)
            else:
                return None
        # Another command than `s` (delete, insert) takes away or adds what is not seen here.
        return found if found and _only_replaces(words[1:]) else None
    return [] if name in _HARMLESS and not re.search(r">|\btee\b", command) else None


def _only_replaces(words: list[str]) -> bool:
    """Whether the scripts among the words of sed hold nothing but `s` commands."""
    scripts = [b for a, b in pairwise(words) if a in ("-e", "--expression")]
    scripts = scripts or [w for w in words if not w.startswith("-")][:1]
    return not any(re.sub(r"[gI\d;\s]", "", _SED.sub("", script)) for script in scripts)


def _setting(line: str, span: Span, source: Source) -> Setting | None:
    words = line.split()
    if not words or words[0].lower() not in all_names() or "&" in words[0]:
        return None
    place = source.text.find(words[0], span.start, span.end)
    exact = place >= 0 and source.text.startswith(line, place)
    where = Span(source, place, place + len(line.rstrip())) if exact else span
    if place >= 0 and not exact:
        where = source.span(place)
    return Setting(words[0], tuple(w.strip("\"'") for w in words[1:]), where, "build")


def _container(stage: Stage, source: Source) -> Container | None:
    reference = str(stage.image.value) if stage.image.known else (stage.image.raw or "")
    name, tag, digest = images.parse(reference)
    known = images.lookup(name)
    words = [*(stage.entrypoint or []), *(stage.command or [])]
    if stage.installed is None and known is None and any("_VER" in n.upper() for n in stage.env):
        from redislint.readers import building

        building.declared(stage)
    starts = shell.find_server(words) if words else None
    exposed = any(p.container in (6379, 26379) for p in stage.ports)
    own = exposed and (stage.installed is not None or stage.packaged is not None)
    along = known is None and starts is None and not own
    if along and stage.installed is None and stage.started is None:
        return None
    folder = posixpath.dirname(source.path)
    container = Container(source.path, stage.span, "dockerfile")
    container.image = stage.image
    container.set("image", stage.image)
    container.set("image-name", Value(name, Origin(stage.span)))
    if stage.image.known and tag:
        container.set("tag", at(tag, stage.span))
    elif not stage.image.known:
        container.set("tag", Value(None, Origin(stage.span), known=False, why=stage.image.why))
    if digest:
        container.set("digest", at(digest, stage.span))
    container.entrypoint, container.argv = stage.entrypoint, stage.command
    container.shell, container.command_span = stage.shell, stage.command_span
    if stage.workdir != "/":
        container.set("workdir", Value(stage.workdir, Origin(stage.span)))
    container.env, container.files, container.edits = stage.env, stage.files, stage.edits
    container.written = stage.written
    container.mounts, container.ports = stage.volumes, stage.ports
    container.group = folder
    if stage.user is not None:
        container.set("user", stage.user)
    if stage.health is not None:
        container.set("healthcheck", stage.health)
    if stage.installed is not None:
        container.set("installed", stage.installed)
    if stage.packaged is not None and stage.installed is None:
        container.set("packaged", stage.packaged)
    if stage.started is not None:
        container.set("build-start", stage.started)
    if along:
        container.set("brought-along", Value(True, Origin(stage.span)))
    return container
