"""What the tests of Java, Kotlin and Spring ask: the clients of a tree, and the rules that fire."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from redislint.checking import check
from redislint.config import Config
from redislint.findings.finding import Finding
from redislint.model import load_vocabulary
from redislint.model.client import Client
from tests.readers.trees import read

LETTUCE = """import io.lettuce.core.*;
import io.lettuce.core.cluster.*;
import org.springframework.data.redis.connection.*;
import org.springframework.data.redis.connection.lettuce.*;
"""
OTHERS = """import org.springframework.data.redis.connection.*;
import org.springframework.data.redis.connection.jedis.*;
import redis.clients.jedis.*;
import org.redisson.Redisson;
import org.redisson.config.*;
"""


def clients(base: Path, files: dict[str, str], reader: str = "java") -> list[Client]:
    return [s for s in read(base, reader, files) if isinstance(s, Client)]


def body(statements: str, imports: str = LETTUCE, fields: str = "") -> str:
    """A Java class with one method of these statements."""
    return f"{imports}\nclass Redis {{\n{fields}\nvoid start() throws Exception {{\n{statements}\n}}\n}}\n"


def client(base: Path, text: str, name: str = "src/main/java/Redis.java") -> Client:
    """The one client of a file."""
    reader = "kotlin" if name.endswith(".kt") else "java"
    (found,) = clients(base, {name: text}, reader)
    return found


def shown(client: Client, name: str) -> Any:
    """The value of a fact; "unknown" where it is not known."""
    load_vocabulary()
    value = client.get(name)
    return value.value if value.known else "unknown"


def fired(base: Path, files: dict[str, str], *topics: str) -> list[str]:
    """The rules that fire on a tree, with file and line, those of some name prefixes only."""
    return [
        f"{f.rule.name} {f.span.path}:{f.span.line}"
        for f in findings(base, files)
        if not topics or f.rule.name.startswith(topics)
    ]


def findings(base: Path, files: dict[str, str]) -> list[Finding]:
    """All findings on a tree."""
    for name, text in files.items():
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return check([str(base)], Config()).findings


def pom(version: str) -> str:
    """A manifest with a release of Lettuce."""
    return f"""<project><artifactId>app</artifactId><dependencies><dependency>
<groupId>io.lettuce</groupId><artifactId>lettuce-core</artifactId><version>{version}</version>
</dependency></dependencies></project>"""


def boot_pom(version: str, more: str = "") -> str:
    """A manifest of a Spring Boot application."""
    return f"""<project><parent><groupId>org.springframework.boot</groupId>
<artifactId>spring-boot-starter-parent</artifactId><version>{version}</version></parent>
<artifactId>app</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId>
<artifactId>spring-boot-starter-data-redis</artifactId></dependency>{more}</dependencies></project>"""
