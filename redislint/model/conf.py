"""A configuration file as it stands, before one knows who runs it."""

from __future__ import annotations

from redislint.model.setting import Setting
from redislint.source import Source


class ConfFile:
    """A redis.conf, sentinel.conf or ACL file: its settings in order.

    `role` is "server", "sentinel" or "acl". `template` says that something fills it in first.
    `open_why` is not empty where some settings are not known (an include that cannot be read).
    `label` is how users see it (the path, or "ConfigMap redis, key redis.conf").
    `loops` are the `include` lines that lead back to a file that is being read.
    """

    def __init__(self, source: Source, role: str, settings: list[Setting], label: str = "") -> None:
        self.source = source
        self.path = source.path
        self.role = role
        self.settings = settings
        self.template = False
        self.open_why = ""
        self.loops: list[Setting] = []
        self.label = label or source.path

    def __repr__(self) -> str:
        return f"ConfFile({self.label!r}, {self.role}, {len(self.settings)} settings)"
