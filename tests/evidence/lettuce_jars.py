"""Releases of Java clients for evidence: jars from Maven Central, and our programs compiled for them."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

RELEASES = ("5.1.1.RELEASE", "6.5.5.RELEASE", "7.0.0.RELEASE")
"""An old one, a current one whose refresh is off by default, and the first where it is on."""

SOURCES = Path(__file__).parent / "java"
_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion>
<groupId>evidence</groupId><artifactId>evidence</artifactId><version>1</version>
<dependencies><dependency><groupId>GROUP</groupId><artifactId>ARTIFACT</artifactId>
<version>RELEASE</version></dependency></dependencies>
</project>
"""


def missing() -> str:
    """What of the tools is missing here, for a skip; "" if all is there."""
    for tool in ("java", "javac", "mvn"):
        if shutil.which(tool) is None:
            return f"needs {tool} on PATH"
    return ""


@cache
def artifact(group: str, name: str, release: str) -> Path | None:
    """The folder with a release and what it needs, fetched on first use; None if it cannot be had."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "redislint-evidence" / f"{name.removesuffix('-core')}-{release}"
    if not any(folder.glob(f"{name}-*.jar")):
        folder.mkdir(parents=True, exist_ok=True)
        pom = _POM.replace("GROUP", group).replace("ARTIFACT", name)
        (folder / "pom.xml").write_text(pom.replace("<version>RELEASE", f"<version>{release}"))
        command = ["mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=."]
        try:
            subprocess.run(command, cwd=folder, check=True, timeout=100, capture_output=True)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            return None
    return folder


def jars(release: str) -> Path | None:
    """The folder with a release of Lettuce and what it needs."""
    return artifact("io.lettuce", "lettuce-core", release)


def compiled(release: str, program: str, folder: Path, packed: Path | None = None) -> list[str]:
    """The words that start a program of `java/` with a release; its classes go to the folder."""
    classes = folder / f"{program}-{release}"
    classes.mkdir()
    path = f"{packed or jars(release)}/*"
    source = str(SOURCES / f"{program}.java")
    command = ["javac", "-nowarn", "-cp", path, "-d", str(classes), source]
    subprocess.run(command, check=True, timeout=100, capture_output=True)
    small = ["-Xmx96m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
    return ["java", *small, "-cp", f"{classes}{os.pathsep}{path}", program]
