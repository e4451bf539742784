"""A Sentinel process: a server's settings, and the masters that it watches."""

from __future__ import annotations

from redislint.model import deployment, subject
from redislint.model.server import Server, Vocabulary
from redislint.model.setting import Setting
from redislint.model.value import Value, default


class Monitor:
    """One watched master: its name, and the settings that name it."""

    def __init__(self, name: str, setting: Setting) -> None:
        self.name = name
        self.setting = setting
        self.options: dict[str, list[Setting]] = {}

    @property
    def host(self) -> str:
        """Host as written, or empty."""
        return self.setting.args[2] if len(self.setting.args) > 2 else ""

    @property
    def quorum(self) -> int | None:
        """The quorum, where it is a number."""
        text = self.setting.args[4] if len(self.setting.args) > 4 else ""
        return int(text) if text.isdecimal() else None


class Sentinel(Server):
    """A Sentinel; `sentinel …` lines are settings named "sentinel"."""

    kind = "sentinel"

    def missing(self, name: str) -> Value:
        """As of a server, but a Sentinel listens on 26379 and has no protected mode."""
        value = super().missing(name)
        if value.set is False and name == "port":
            return default(26379, "default of a Sentinel")
        if value.set is False and name == "protected-mode":
            return default(False, "a Sentinel has no protected mode")
        return value

    def call(self, name: str, arguments: list[str]) -> Value:
        """The value of a function, its own or a server's."""
        functions = subject.FUNCTIONS["sentinel"]
        spec = functions.get(name) or subject.FUNCTIONS["server"][name]
        assert spec.compute is not None
        return spec.compute(self, *arguments)

    def statements(self, word: str) -> list[Setting]:
        """The lines `sentinel <word> …`, in order."""
        return [
            s
            for s in self.settings
            if s.name == "sentinel" and s.args and s.args[0].lower() == word
        ]

    @property
    def monitors(self) -> dict[str, Monitor]:
        """The watched masters by name; the last `monitor` line of a name counts."""
        found: dict[str, Monitor] = {}
        for setting in self.statements("monitor"):
            if len(setting.args) > 1:
                found[setting.args[1]] = Monitor(setting.args[1], setting)
        for setting in self.settings:
            if setting.name == "sentinel" and len(setting.args) > 1 and setting.args[1] in found:
                found[setting.args[1]].options.setdefault(setting.args[0].lower(), []).append(
                    setting
                )
        return found


assert deployment
_server = subject.VOCABULARY["server"]
assert isinstance(_server, Vocabulary)
_table = Vocabulary(subject.VOCABULARY.get("sentinel", {}))
_table.fallback = _server
subject.VOCABULARY["sentinel"] = _table
