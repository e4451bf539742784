"""Containers and configuration files → servers with their effective settings, in reading order."""

from __future__ import annotations

import re

from redislint.knowledge import images
from redislint.knowledge.images import Image
from redislint.knowledge.servers import matching, of_flavour
from redislint.linking.arguments import arguments, environment, image_defaults
from redislint.linking.conffiles import configuration
from redislint.linking.scripts import started
from redislint.model.conf import ConfFile
from redislint.model.container import Container
from redislint.model.deployment import Arrow, Deployment
from redislint.model.sentinel import Sentinel
from redislint.model.server import LIKELY, Server
from redislint.model.setting import Setting
from redislint.model.value import Origin, Value
from redislint.syntax import shell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.readers import Context


def link_containers(deployment: Deployment, context: Context) -> None:
    """Make a server (or sentinel) of every container that runs one, and of every other file."""
    used: set[int] = set()
    built: set[str] = set()
    containers = [s for s in deployment.subjects if isinstance(s, Container)]
    dockerfiles = {c.anchor.path: c for c in containers if c.platform == "dockerfile" and c.anchor}
    for container in containers:
        if container.build and container.platform != "dockerfile":
            base = dockerfiles.get(container.build) or _build(container, context)
            if base is not None and "brought-along" not in base.facts:
                built.add(container.build)
                _inherit(container, base, deployment)
    made: list[Server] = []
    for container in containers:
        if (
            container.platform == "dockerfile"
            and container.anchor
            and container.anchor.path in built
        ):
            continue
        server = _server(container, deployment, context, used)
        if server is not None:
            made.append(server)
    for path in built:
        if path in dockerfiles and dockerfiles[path] in deployment.subjects:
            deployment.subjects.remove(dockerfiles[path])
    brought = _brought(containers)
    made += [_alone(c, brought) for c in deployment.confs if id(c) not in used and c.role != "acl"]
    if any(c.role == "acl" for c in deployment.confs) or any(s.written("aclfile") for s in made):
        from redislint.linking.aclfiles import link_acl_files

        made += link_acl_files(deployment, made, context)
    deployment.subjects += made


def _build(container: Container, context: Context) -> Container | None:
    from redislint.readers.dockerfile import container_of

    source = container.inline or context.find(container.build or "")
    if source is None:
        return None
    target = container.facts.get("build-target")
    return container_of(source, str(target.value or "") if target else "")


def _inherit(container: Container, base: Container, deployment: Deployment) -> None:
    """What the image that a Dockerfile builds brings to the container that runs it."""
    if container.image is None or base.image is not None:
        container.image = base.image
        for fact in ("image", "image-name", "tag", "digest"):
            if fact in base.facts:
                container.set(fact, base.facts[fact])
            else:
                container.facts.pop(fact, None)
    if container.entrypoint is None:
        container.entrypoint = base.entrypoint
        if container.argv is None:
            container.argv = base.argv
            container.shell = base.shell
            container.command_span = base.command_span
    container.env = {**base.env, **container.env}
    container.files = {**base.files, **container.files}
    container.edits = {**base.edits, **container.edits}
    container.written = {**base.written, **container.written}
    container.mounts = [*base.mounts, *container.mounts]
    for fact in ("user", "healthcheck", "installed", "packaged", "workdir"):
        if fact not in container.facts and fact in base.facts:
            container.set(fact, base.facts[fact])
    deployment.arrows.append(Arrow(container, base, "is built from", base.anchor))


def _brought(containers: list[Container]) -> dict[str, tuple[tuple[str, ...], Origin]]:
    """Files that an image takes in → the versions of that image: who copies it there will run it."""
    found: dict[str, tuple[tuple[str, ...], Origin]] = {}
    for container in containers:
        probe = Server(container.label, container.anchor)
        _versions(probe, container, _image(container))
        if probe.version_origin.span is None:
            continue
        for path in [f for f in container.files.values() if isinstance(f, str)]:
            found.setdefault(path, (probe.candidates, probe.version_origin))
    return found


def _alone(conf: ConfFile, brought: dict[str, tuple[tuple[str, ...], Origin]]) -> Server:
    """The server of a file that no container here runs."""
    anchor = conf.settings[0].span if conf.settings else conf.source.line_span(1)
    kind = Sentinel if conf.role == "sentinel" else Server
    server = kind(conf.label, anchor, conf.settings, complete=not conf.open_why, why=conf.open_why)
    server.config_paths = (conf.path,)
    if conf.path in brought:
        server.candidates, server.version_origin = brought[conf.path]
    else:
        server.candidates = narrowed(conf.settings, server.candidates)
    return server


def narrowed(settings: list[Setting], servers: tuple[str, ...]) -> tuple[str, ...]:
    """The servers that know most of the names used; a file says so which versions it is for."""
    from redislint.knowledge.directives import all_names

    known = all_names()
    fit = set(servers)
    for name in {s.name for s in settings}:
        if name in known:
            fit.intersection_update(known[name])
    return tuple(s for s in servers if s in fit) or servers


def _server(
    container: Container, deployment: Deployment, context: Context, used: set[int]
) -> Server | None:
    image = _image(container)
    words = _words(container, image)
    if container.image is None and image is None and not words:
        return None
    found = shell.find_server(words) if words else None
    script = started(container, words, context) if found is None and words else None
    if script is not None:
        found = script.invocation
    built = any(fact in container.facts for fact in ("installed", "packaged", "build-start"))
    if found is None and image is None and not built:
        return None
    if found is None and image is not None and image.family == "other" and words:
        return None
    mirror = found is None and image is not None and image.family == "mirror"
    if mirror and words and not _by_script(words):
        return None
    if found is None and image is not None and image.role != "server" and image.family == "other":
        return None
    if found is None and words and _runs_something_else(words):
        return None
    sentinel = found.sentinel if found else (image is not None and image.role == "sentinel")
    kind = Sentinel if sentinel else Server
    server = kind(container.label, container.anchor)
    _versions(server, container, image)
    operator = container.facts.get("operator")
    if operator is not None:
        server.complete, server.why = False, str(operator.value)
    if script is not None and script.changes:
        server.complete, server.why = False, f"the script {script.path} may change the settings"
    if found is None and (words or image is None or image.family == "other"):
        server.complete = False
        server.why = "what the container starts is not known"
    settings: list[Setting] = []
    if image is not None:
        image_defaults(server, container, image)
    path, options = arguments(found.arguments if found else [])
    if path is not None:
        settings += configuration(server, container, path, deployment, context, used)
    elif image is not None and image.conf and found is None:
        settings += configuration(
            server, container, image.conf, deployment, context, used, quiet=True
        )
    if image is not None:
        settings += environment(server, container, image)
    if found is not None and found.program == "keydb-server":
        from redislint.knowledge.directives import all_names

        # A fork with directives of its own: what Redis does not know is none of our business.
        options = [o for o in options if o.name in all_names()]
        settings = [s for s in settings if s.name in all_names()]
    server.settings = settings + options
    if script is not None and script.changes:
        server.set("script", Value(script.path, Origin(found.value.span if found else None)))
    server.links["container"] = container
    container.links["sentinel" if sentinel else "server"] = server
    deployment.arrows.append(
        Arrow(container, server, "runs", container.command_span or container.anchor)
    )
    return server


def _runs_something_else(words: list[Value]) -> bool:
    """Whether a command on a Redis image plainly is no server: redis-cli, a benchmark, a test."""
    joined = " ".join(str(w.value if w.known else w.raw or "") for w in words)
    first = next((str(w.value) for w in words if w.known), "").rpartition("/")[2]
    if first in ("sh", "bash", "/bin/sh"):
        return "redis-cli" in joined or "valkey-cli" in joined or "--cluster create" in joined
    return first in (
        "redis-cli",
        "valkey-cli",
        "redis-benchmark",
        "sleep",
        "tail",
        "echo",
        "true",
        "cat",
    )


def _by_script(words: list[Value]) -> bool:
    """Whether a command is a script, which on an image named redis starts the server in the end."""
    joined = " ".join(str(w.value if w.known else w.raw or "") for w in words)
    return bool(re.search(r"\.sh\b", joined)) and not _runs_something_else(words)


_OWN_BUILD = re.compile(r"(?!docker\.io/)[\w-]+(?:\.[\w-]+)+(?::\d+)?/.*:v\d[\w.-]*")
"""A registry's own image: the official ones have no tags like `v1`, and nor have their copies."""
_EXAMPLES = (
    "registry.k8s.io/redis", "k8s.gcr.io/redis", "gcr.io/google_containers/redis",
    "gcr.io/google-containers/redis", "kubernetes/redis:",
)  # fmt: skip
"""The image of Kubernetes' old examples, with a start script and folders of its own."""


def _image(container: Container) -> Image | None:
    name = container.facts.get("image-name")
    image = images.lookup(str(name.value)) if name is not None and name.known else None
    written = str(container.image.value) if container.image and container.image.known else ""
    if image is not None and (
        (image.family == "official" and _OWN_BUILD.fullmatch(written))
        or written.startswith(_EXAMPLES)
    ):
        # Its folders and its start are its own: nothing of the official image is known of it.
        return images.Image(image.name, image.flavour, "other", image.role, False, "", False)
    return image


def _words(container: Container, image: Image | None) -> list[Value]:
    """The whole command as the container runs it."""
    argv = list(container.argv or [])
    if container.entrypoint is not None:
        return [*container.entrypoint, *argv]
    if image is not None and image.family in ("official", "mirror", "modules", "stack") and argv:
        first = str(argv[0].value) if argv[0].known else (argv[0].raw or "")
        if first.startswith("-") or first.endswith(".conf"):
            return [Value(f"{image.flavour}-server"), *argv]
    if image is not None and not argv and image.family in ("official", "mirror", "modules"):
        return [Value(f"{image.flavour}-{'sentinel' if image.role == 'sentinel' else 'server'}")]
    return argv


def _versions(server: Server, container: Container, image: Image | None) -> None:
    flavour = image.flavour if image else "redis"
    tag = container.facts.get("tag")
    shown = container.image
    installed = container.facts.get("installed")
    foreign = image is None or image.family == "other"
    # An image that is named by its digest says nothing of the server that was built on it.
    if installed is not None and (foreign or (tag is None and "digest" in container.facts)):
        product, _, number = str(installed.value).partition(" ")
        server.candidates = matching(number, product) or server.candidates
        server.version_origin = Origin(installed.span, f"the build installs {installed.value}")
        return
    if image is None or image.family == "other":
        packaged = container.facts.get("packaged")
        if packaged is not None:
            # An archive takes fixes into an old release: it is known, but not as one without fixes.
            product, _, number = str(packaged.value).partition(" of ")[0].partition(" ")
            server.candidates = matching(number, product) if number else server.candidates
        return
    named = str(tag.value) if tag is not None and tag.known else ""
    if image.family == "stack" and re.match(r"\d+\.\d+\.\d+-v\d", named):
        server.candidates = matching(".".join(named.split(".")[:2]), flavour) or server.candidates
    elif image.family in ("stack", "modules"):
        server.candidates = tuple(s for s in LIKELY if s.startswith("redis"))
        return
    if tag is None:
        if "digest" not in container.facts and image.family != "mirror":
            server.candidates = matching("latest", flavour)
        else:
            server.candidates = tuple(s for s in LIKELY if s.startswith(flavour))
    elif tag.known:
        found = matching(str(tag.value), flavour)
        server.candidates = found or tuple(s for s in LIKELY if s.startswith(flavour))
    else:
        server.candidates = tuple(s for s in LIKELY if s.startswith(flavour)) or of_flavour(flavour)
    note = f"image {shown.value}" if shown is not None and shown.known else "the image"
    server.version_origin = Origin(shown.span if shown else None, note)
