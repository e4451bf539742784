"""A healthy server's dumps, and copies of them with something wrong."""

from __future__ import annotations

from pathlib import Path

from redislint.auditing.snapshot import Expectation, Snapshot

HEALTHY = Path(__file__).parent / "healthy"


def read(name: str) -> str:
    return (HEALTHY / name).read_text("utf-8")


def info(**changes: str | None) -> str:
    """INFO of the healthy server with fields changed, added or (None) taken away."""
    lines = read("info.txt").splitlines()
    rest = dict(changes)
    out = []
    for line in lines:
        name = line.partition(":")[0]
        if name in rest:
            value = rest.pop(name)
            if value is not None:
                out.append(f"{name}:{value}")
            continue
        out.append(line)
    out += [f"{name}:{value}" for name, value in rest.items() if value is not None]
    return "\n".join(out) + "\n"


def config(**changes: str) -> str:
    """CONFIG GET of the healthy server; `_` in names stands for `-`."""
    lines = read("config.txt").splitlines()
    pairs = dict(zip(lines[::2], lines[1::2], strict=True))
    pairs.update({name.replace("_", "-"): value for name, value in changes.items()})
    return "".join(f"{name}\n{value}\n" for name, value in pairs.items())


def snapshot(
    info_text: str | None = None,
    config_text: str | None = None,
    *,
    cluster_info: str | None = None,
    nodes: str | None = None,
    acl: str | None = None,
    clients: str | None = None,
    modules: str | None = None,
    keys: list[str] | None = None,
    expected: Expectation | None = None,
) -> Snapshot:
    shot = Snapshot("test", expected=expected or Expectation())
    shot.read_info("info.txt", info() if info_text is None else info_text)
    shot.read_config("config.txt", config() if config_text is None else config_text)
    if cluster_info is not None:
        shot.read_cluster_info("cluster-info.txt", cluster_info)
    if nodes is not None:
        shot.read_nodes("cluster-nodes.txt", nodes)
    if acl is not None:
        shot.read_acl("acl-list.txt", acl)
    if clients is not None:
        shot.read_clients("client-list.txt", clients)
    if modules is not None:
        shot.read_modules("module-list.txt", modules)
    shot.keys = keys or []
    return shot
