from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redislint.model.deployment import Problem
from redislint.readers import gradle
from redislint.source import Source
from tests.readers.trees import problems, read, versions

LETTUCE = "io.lettuce:lettuce-core"
JEDIS = "redis.clients:jedis"
DATA = "org.springframework.data:spring-data-redis"


@pytest.mark.parametrize(
    "line",
    [
        "implementation 'io.lettuce:lettuce-core:6.1.8.RELEASE'",
        'implementation "io.lettuce:lettuce-core:$lettuceVersion"',
        'implementation "io.lettuce:lettuce-core:${lettuceVersion}"',
        'implementation "io.lettuce:lettuce-core:${rootProject.ext.lettuceVersion}"',
        "implementation 'io.lettuce:lettuce-core:' + lettuceVersion",
        "implementation group: 'io.lettuce', name: 'lettuce-core', version: '6.1.8.RELEASE'",
        "implementation group: 'io.lettuce', name: 'lettuce-core', version: lettuceVersion",
        "compile('io.lettuce:lettuce-core:6.1.8.RELEASE') { transitive = true }",
        "implementation('io.lettuce:lettuce-core') { version { strictly '6.1.8.RELEASE' } }",
    ],
)
def test_groovy_notations(tmp_path: Path, line: str) -> None:
    text = f"ext {{\n    lettuceVersion = '6.1.8.RELEASE'\n}}\ndependencies {{\n    {line}\n}}\n"
    (found,) = read(tmp_path, "gradle", {"build.gradle": text})
    assert found.requirement.value == "6.1.8.RELEASE"
    assert found.anchor.text == line
    assert found.scope == "compile"


@pytest.mark.parametrize(
    "line",
    [
        'implementation("io.lettuce:lettuce-core:6.1.8.RELEASE")',
        'implementation("io.lettuce:lettuce-core:$lettuceVersion")',
        'implementation("io.lettuce:lettuce-core:${property("lettuceVersion")}")',
        'implementation("io.lettuce", "lettuce-core", "6.1.8.RELEASE")',
        'implementation(group = "io.lettuce", name = "lettuce-core", version = lettuceVersion)',
    ],
)
def test_kotlin_notations(tmp_path: Path, line: str) -> None:
    text = f'val lettuceVersion = "6.1.8.RELEASE"\ndependencies {{\n    {line}\n}}\n'
    (found,) = read(tmp_path, "gradle", {"build.gradle.kts": text})
    assert found.requirement.value == "6.1.8.RELEASE"


def test_a_variable_of_gradle_properties(tmp_path: Path) -> None:
    files = {
        "app/build.gradle": 'dependencies { api "redis.clients:jedis:$jedisVersion" }',
        "gradle.properties": "# jedisVersion=1\njedisVersion = 3.6.3\n",
    }
    (found,) = read(tmp_path, "gradle", files)
    assert found.requirement.value == "3.6.3"
    assert found.requirement.span.path == "gradle.properties"


def test_a_constant_of_build_src(tmp_path: Path) -> None:
    files = {
        "app/build.gradle.kts": 'dependencies { api("redis.clients:jedis:${Versions.jedis}") }',
        "buildSrc/src/main/kotlin/Versions.kt": 'object Versions { const val jedis = "3.6.3" }',
    }
    assert versions(read(tmp_path, "gradle", files)) == {JEDIS: "3.6.3"}


def test_an_unknown_variable_is_unknown_and_named(tmp_path: Path) -> None:
    text = 'dependencies { implementation "redis.clients:jedis:$jedisVersion" }'
    found = versions(read(tmp_path, "gradle", {"build.gradle": text}))
    assert found == {JEDIS: "unknown: $jedisVersion is set outside of what can be read"}


@pytest.mark.parametrize(
    "plugin",
    [
        "plugins { id 'org.springframework.boot' version '2.7.12' }",
        'plugins { id("org.springframework.boot") version "2.7.12" }',
        "def boot = '2.7.12'\nplugins { id 'org.springframework.boot' version \"$boot\" }",
        "buildscript { ext { v = '2.7.12' }\n dependencies { classpath "
        '"org.springframework.boot:spring-boot-gradle-plugin:${v}" } }',
        "dependencyManagement { imports { mavenBom "
        "'org.springframework.boot:spring-boot-dependencies:2.7.12' } }",
        "dependencies { implementation platform("
        "'org.springframework.boot:spring-boot-dependencies:2.7.12') }",
    ],
)
def test_what_names_spring_boot(tmp_path: Path, plugin: str) -> None:
    starter = "implementation 'org.springframework.boot:spring-boot-starter-data-redis'"
    text = f"{plugin}\ndependencies {{\n{starter}\n}}\n"
    found = versions(read(tmp_path, "gradle", {"build.gradle": text}))
    assert found == {LETTUCE: "6.1.10.RELEASE", DATA: "2.7.12"}


def test_the_plugin_version_of_the_root_script_holds_below(tmp_path: Path) -> None:
    files = {
        "api/build.gradle.kts": 'plugins { id("org.springframework.boot") }\ndependencies { '
        'implementation("org.springframework.boot:spring-boot-starter-data-redis") }',
        "build.gradle.kts": 'plugins { id("org.springframework.boot") version "3.2.4" apply false }',
    }
    assert versions(read(tmp_path, "gradle", files))[LETTUCE] == "6.3.2.RELEASE"


def test_an_override_of_what_boot_manages(tmp_path: Path) -> None:
    text = """plugins { id 'org.springframework.boot' version '2.1.3.RELEASE' }
ext['lettuce.version'] = '6.2.7.RELEASE'
dependencies { implementation 'org.springframework.boot:spring-boot-starter-data-redis' }
"""
    assert versions(read(tmp_path, "gradle", {"build.gradle": text}))[LETTUCE] == "6.2.7.RELEASE"


CATALOG = """[versions]
lettuce = "6.8.0.RELEASE"
boot = { strictly = "3.2.4" }
[libraries]
lettuce-core = { module = "io.lettuce:lettuce-core", version.ref = "lettuce" }
jedis = "redis.clients:jedis:5.0.2"
redis-starter = { module = "org.springframework.boot:spring-boot-starter-data-redis" }
[bundles]
redis = ["lettuce-core", "jedis"]
[plugins]
spring-boot = { id = "org.springframework.boot", version.ref = "boot" }
"""


def test_accessors_of_a_version_catalog(tmp_path: Path) -> None:
    files = {
        "a/build.gradle": "dependencies { implementation libs.lettuce.core }",
        "gradle/libs.versions.toml": CATALOG,
    }
    (found,) = read(tmp_path, "gradle", files)
    assert found.requirement.value == "6.8.0.RELEASE"
    assert (found.requirement.span.path, found.requirement.span.line) == (
        "gradle/libs.versions.toml",
        2,
    )


def test_a_bundle_is_its_members(tmp_path: Path) -> None:
    files = {
        "a/build.gradle": "dependencies { implementation(libs.bundles.redis) }",
        "gradle/libs.versions.toml": CATALOG,
    }
    assert versions(read(tmp_path, "gradle", files)) == {LETTUCE: "6.8.0.RELEASE", JEDIS: "5.0.2"}


def test_a_plugin_of_the_catalog_gives_boot(tmp_path: Path) -> None:
    files = {
        "a/build.gradle.kts": "plugins { alias(libs.plugins.spring.boot) }\n"
        "dependencies { implementation(libs.redis.starter) }",
        "gradle/libs.versions.toml": CATALOG,
    }
    assert versions(read(tmp_path, "gradle", files))[LETTUCE] == "6.3.2.RELEASE"


def test_a_catalog_names_versions_only(tmp_path: Path) -> None:
    found = read(tmp_path, "gradle", {"gradle/libs.versions.toml": CATALOG})
    assert {(d.name, d.scope, d.module) for d in found if d.name in (LETTUCE, JEDIS)} == {
        (LETTUCE, "managed", ""),
        (JEDIS, "managed", ""),
    }


def test_a_broken_catalog_is_a_problem_with_its_line(tmp_path: Path) -> None:
    found = read(tmp_path, "gradle", {"gradle/libs.versions.toml": "[versions]\na = \n"})
    assert [(p.line, p.message) for p in problems(found)] == [(2, "is no valid TOML")]


def test_a_lock_file(tmp_path: Path) -> None:
    text = """# This is a Gradle generated file
io.lettuce:lettuce-core:6.1.8.RELEASE=compileClasspath,runtimeClasspath
redis.clients:jedis:3.8.0=testCompileClasspath
empty=annotationProcessor
"""
    found = read(tmp_path, "gradle", {"gradle.lockfile": text})
    assert [(d.name, d.requirement.value, d.scope) for d in found] == [
        (LETTUCE, "6.1.8.RELEASE", "lock"),
        (JEDIS, "3.8.0", "test"),
    ]


def test_comments_say_nothing(tmp_path: Path) -> None:
    text = """dependencies {
    // implementation 'io.lettuce:lettuce-core:5.1.0.RELEASE'
    /* implementation 'io.lettuce:lettuce-core:5.1.0.RELEASE' */
    implementation 'redis.clients:jedis:3.6.3' // https://example.com
}"""
    assert versions(read(tmp_path, "gradle", {"build.gradle": text})) == {JEDIS: "3.6.3"}


def test_test_configurations_are_tests(tmp_path: Path) -> None:
    text = "dependencies { testImplementation 'io.lettuce:lettuce-core:5.1.0.RELEASE' }"
    (found,) = read(tmp_path, "gradle", {"build.gradle": text})
    assert found.scope == "test"


def test_an_exclude_is_no_dependency(tmp_path: Path) -> None:
    text = """plugins { id 'org.springframework.boot' version '2.7.12' }
dependencies {
    implementation('org.springframework.boot:spring-boot-starter-data-redis') {
        exclude group: 'io.lettuce', module: 'lettuce-core'
    }
}"""
    assert versions(read(tmp_path, "gradle", {"build.gradle": text})) == {DATA: "2.7.12"}


def test_a_dynamic_version_is_a_range_and_latest_is_unknown(tmp_path: Path) -> None:
    text = """dependencies {
    implementation 'io.lettuce:lettuce-core:6.1.+'
    implementation 'redis.clients:jedis:latest.release'
}"""
    assert versions(read(tmp_path, "gradle", {"build.gradle": text})) == {
        LETTUCE: "[6.1,6.2)",
        JEDIS: "unknown: it floats with every build",
    }


def test_a_native_platform_does_not_read_version_properties(tmp_path: Path) -> None:
    text = """ext['lettuce.version'] = '6.2.7.RELEASE'
dependencies {
    implementation platform('org.springframework.boot:spring-boot-dependencies:2.5.14')
    implementation 'org.springframework.boot:spring-boot-starter-data-redis'
}"""
    assert versions(read(tmp_path, "gradle", {"build.gradle": text}))[LETTUCE] == "6.1.8.RELEASE"


class Alone:
    """A tree with nothing else in it."""

    def find(self, path: str) -> None:
        return None

    def exists(self, path: str) -> bool:
        return False

    def glob(self, pattern: str) -> list[str]:
        return []


PIECES = st.sampled_from(
    ["'", '"', "$", "{", "}", "(", ")", "\n", "//", "/*", "*/", ":", " ", "io.lettuce:lettuce-core",
     "implementation", "platform", "version", "libs.", "ext.", "=", "1.2", "a", "[", "]", "+", "é"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_script_is_read_without_an_exception(text: str) -> None:
    for found in gradle.read(Source("build.gradle", text), Alone()):
        assert not isinstance(found, Problem)
