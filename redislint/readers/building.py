"""What RUN instructions do with a server: install a release or a package of it, or start it."""

from __future__ import annotations

import re

from redislint.model.value import Origin, Value, at
from redislint.source import Span
from redislint.syntax import shell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.readers.dockerfile import Stage


def run(stage: Stage, span: Span) -> None:
    """Note on the stage what one RUN instruction that speaks of Redis does."""
    client = re.search(r"(?i)\bpecl\b|phpredis|docker-php|phpize", span.text)
    stage.client = stage.client or client is not None
    if client is None or "redis.io" in span.text:
        _installed(stage, span)
    if stage.packaged is None:
        stage.packaged = _package(stage, span)
    if stage.started is None:
        stage.started = _started(span)


_RELEASE = re.compile(
    r"(?<![\w-])(?:"
    r"(?P<archive>redis|valkey)-v?(?P<a>\d{1,2}\.\d{1,2}(?:\.\d{1,3})?)(?=\.t)"
    r"|(?P<package>redis|valkey)-server[=_](?:\d+:)?(?P<p>\d{1,2}\.\d{1,2}(?:\.\d{1,3})?)"
    r"|(?P<tree>redis|valkey)/(?:archive|tarball)/(?:refs/tags/)?v?(?P<t>\d{1,2}\.\d{1,2}(?:\.\d{1,3})?)"
    r"|(?P<apk>redis|valkey)=~?(?P<k>\d{1,2}\.\d{1,2}(?:\.\d{1,3})?)(?=[-\s*]|$)"
    r")"
)
"""A server's release in a download or a package: `pecl install redis-5.3.7` is PHP's client."""
_BUILDS = re.compile(
    r"(?i)download\.redis\.io|redis/(?:archive|tarball)|(?:redis|valkey)-server[=_]"
    r"|(?:redis|valkey)-\$\{?\w+\}?\.tar|apk add[^&|;]*\b(?:redis|valkey)=|(?:redis|valkey)\.tar"
)


_VARIABLE = re.compile(
    r"(?i)(redis|valkey)(?:-v?|/(?:archive|tarball)/(?:refs/tags/)?v?)\$\{?(\w+)\}?(?=\.t|/|[\s\"']|$)"
)
"""A variable where the name of a server's archive has the release."""


def _installed(stage: Stage, span: Span) -> None:
    """The release that a RUN instruction downloads or installs, by its number or a variable."""
    text = span.text
    match = _RELEASE.search(text)
    place = span
    if match:
        place = Span(span.source, span.start + match.start(), span.start + match.end())
    else:
        match, place = _archive(stage, span) or (None, span)
    if match and not (match["apk"] and "pip" in text):
        kind = next(n for n in ("archive", "package", "tree", "apk") if match[n])
        _release(stage, match[kind], match[kind[0] if kind != "apk" else "k"], place)
    elif _BUILDS.search(text):
        named = {m[2]: m[1].lower() for m in _VARIABLE.finditer(text)}
        for name, value in {**stage.args, **stage.env}.items():
            usual = re.fullmatch(r"(?i)(redis|valkey)_VER(?:SION)?", name) if name in text else None
            product = usual[1].lower() if usual else named.get(name)
            if product is not None:
                held = value if isinstance(value, Value) else at(value, span)
                if held.known:
                    _release(stage, product, str(held.value), held.span or span)


def _archive(stage: Stage, span: Span) -> tuple[re.Match[str], Span] | None:
    """The release in a variable that a RUN instruction downloads: `wget "$REDIS_DOWNLOAD_URL"`."""
    text = span.text
    if not re.search(r"\b(?:wget|curl)\b", text):
        return None
    for name in re.findall(r"\$\{?(\w+)", text):
        value = stage.env.get(name)
        written = value.value if value is not None else stage.args.get(name)
        match = _RELEASE.search(written) if isinstance(written, str) else None
        if match is not None:
            start = span.source.text.rfind(f"{name}={written}", 0, span.start)
            own = Span(span.source, start, start + len(f"{name}={written}"))
            return match, (value.span if value is not None else None) or (
                own if start >= 0 else span
            )
    return None


def declared(stage: Stage) -> None:
    """REDIS_VERSION of an image that exposes Redis's port: a script installs that release.

    Without the port it may be the version of a client, as in images of PHP.
    """
    if stage.client:
        return
    for name, value in stage.env.items():
        product = re.fullmatch(r"(?i)(redis|valkey)_VER(?:SION)?", name)
        if product and value.known and any(p.container in (6379, 26379) for p in stage.ports):
            _release(stage, product[1], str(value.value), value.span or stage.span)


def _release(stage: Stage, product: str, number: str, span: Span) -> None:
    if stage.installed is None and re.fullmatch(r"\d{1,2}\.\d{1,2}(?:\.\d{1,3})?", number):
        flavour = "valkey" if product.lower().startswith("valkey") else "redis"
        stage.installed = at(f"{flavour} {number}", span)


_PACKAGE = re.compile(
    r"\b(?:apt-get|apt|aptitude|yum|dnf|microdnf|apk|zypper)\b[^&|;]*?\b(?:install|add)\b[^&|;]*?"
    r"\s(?P<name>redis-server|valkey-server|redis|valkey)(?=[\s&;\\]|$)"
)
"""A distribution's package of no named version."""
_CARRIES = {
    # The release that a distribution's archive has had since its own release (packages.debian.org,
    # packages.ubuntu.com).
    "jessie": "2.8", "stretch": "3.2", "buster": "5.0", "bullseye": "6.0", "bookworm": "7.0",
    "trusty": "2.8", "xenial": "3.0", "bionic": "4.0", "focal": "5.0", "jammy": "6.0",
    "noble": "7.0", "debian:8": "2.8", "debian:9": "3.2", "debian:10": "5.0", "debian:11": "6.0",
    "debian:12": "7.0", "ubuntu:14.04": "2.8", "ubuntu:16.04": "3.0", "ubuntu:18.04": "4.0",
    "ubuntu:20.04": "5.0", "ubuntu:22.04": "6.0", "ubuntu:24.04": "7.0",
}  # fmt: skip


def _package(stage: Stage, span: Span) -> Value | None:
    """`redis 3.0 of ubuntu:16.04`: what the package manager brings; `redis` where that is not known."""
    match = _PACKAGE.search(re.sub(r"\\\r?\n", "  ", span.text))
    if match is None:
        return None
    product = "valkey" if match["name"].startswith("valkey") else "redis"
    place = Span(span.source, span.start + match.start("name"), span.start + match.end("name"))
    origin = Origin(place, "apt" if match[0].startswith("apt") else "")
    image = str(stage.image.value) if stage.image.known else ""
    if product == "redis" and "packages.redis.io" not in span.source.text:
        for name, number in _CARRIES.items():
            if re.search(rf"(?:^|[/:-]){re.escape(name)}(?![\w])", image):
                return Value(f"redis {number} of {image}", origin)
    return Value(product, origin)


_SERVICE = re.compile(
    r"\b(?:service\s+(?:redis|valkey)(?:-server)?\s+(?:re)?start|/etc/init\.d/redis[\w-]*\s+(?:re)?start"
    r"|systemctl\s+(?:re)?start\s+(?:redis|valkey)[\w.-]*)\s*$"
)


def _started(span: Span) -> Value | None:
    """A server that a RUN instruction starts and nothing uses: "foreground" or "background"."""
    commands = shell.commands(shell.split(re.sub(r"^\s*RUN\s+(?:--\S+\s+)*", "", span.text)))
    for number, command in enumerate(commands):
        last = number == len(commands) - 1
        words = [str(w.value) if w.known else (w.raw or "") for w in command]
        if last and _SERVICE.search(" ".join(words)):
            return Value("background", Origin(span))
        found = shell.in_command(command)
        if found is None or found.program not in words[0]:
            continue
        options = " ".join(words[1:]).lower()
        if re.search(r"(?:^|\s)-(?:v|h|-version|-help|-test-memory|-check-system)\b", options):
            continue
        if re.search(r"daemonize['\" ]+yes", options):
            if last:
                return Value("background", Origin(span))
        elif not re.search(r"\.conf\b|(?<!&)&(?!&)", span.text) and " || " not in span.text:
            # A file may say daemonize; what `&` leaves behind ends with the step.
            return Value("foreground", Origin(span))
    return None
