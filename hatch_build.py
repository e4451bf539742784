"""Build hook: compiles the rule pages into the wheel, so that a check parses no Markdown."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileRules(BuildHookInterface[Any]):
    """Adds `redislint/_rules/compiled.json` to wheels; editable installs compile on change."""

    PLUGIN_NAME = "custom"
    folder: Path | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the pages; a page that cannot be used stops the build."""
        if self.target_name != "wheel" or version == "editable":
            return
        sys.path.insert(0, self.root)
        try:
            from redislint.rules.packs import compile_pack
        finally:
            sys.path.pop(0)
        pack = compile_pack(Path(self.root, "rules"))
        self.folder = Path(tempfile.mkdtemp(prefix="redislint-build-"))
        target = self.folder / "compiled.json"
        target.write_text(json.dumps(pack, separators=(",", ":")))
        build_data["force_include"][str(target)] = "redislint/_rules/compiled.json"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """The wheel is written: what was made for it can go."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
