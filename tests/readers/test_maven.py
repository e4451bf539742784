from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from redislint.source import Source
from redislint.syntax import xml
from tests.readers.trees import problems, read, versions

LETTUCE = "io.lettuce:lettuce-core"
JEDIS = "redis.clients:jedis"
DATA = "org.springframework.data:spring-data-redis"

STARTER = """<dependency><groupId>org.springframework.boot</groupId>
<artifactId>spring-boot-starter-data-redis</artifactId></dependency>"""
LETTUCE_PLAIN = """<dependency><groupId>io.lettuce</groupId>
<artifactId>lettuce-core</artifactId></dependency>"""


def pom(body: str, artifact: str = "shop") -> str:
    return f"<project>\n<artifactId>{artifact}</artifactId>\n{body}\n</project>\n"


def boot_parent(version: str) -> str:
    return f"""<parent><groupId>org.springframework.boot</groupId>
<artifactId>spring-boot-starter-parent</artifactId>
<version>{version}</version></parent>"""


def test_a_written_version_is_itself(tmp_path: Path) -> None:
    text = pom("""<dependencies><dependency><groupId>io.lettuce</groupId>
<artifactId>lettuce-core</artifactId><version>5.1.4.RELEASE</version></dependency></dependencies>""")
    (found,) = read(tmp_path, "maven", {"pom.xml": text})
    assert found.requirement.value == "5.1.4.RELEASE"
    assert found.requirement.span.text == "5.1.4.RELEASE"
    assert found.anchor.line == 4
    assert found.locked


def test_a_property_is_filled_in_and_keeps_its_place(tmp_path: Path) -> None:
    text = pom("""<properties><v>6.1.8.RELEASE</v></properties>
<dependencies><dependency><groupId>io.lettuce</groupId>
<artifactId>lettuce-core</artifactId><version>${v}</version></dependency></dependencies>""")
    (found,) = read(tmp_path, "maven", {"pom.xml": text})
    assert found.requirement.value == "6.1.8.RELEASE"
    assert found.requirement.span.line == 3


def test_the_boot_parent_decides_what_a_starter_brings(tmp_path: Path) -> None:
    text = pom(boot_parent("2.1.3.RELEASE") + f"<dependencies>{STARTER}</dependencies>")
    found = read(tmp_path, "maven", {"pom.xml": text})
    assert versions(found) == {LETTUCE: "5.1.4.RELEASE", DATA: "2.1.5"}
    lettuce = found[0]
    assert lettuce.managed_by == "spring-boot 2.1.3"
    assert lettuce.requirement.span.text == "2.1.3.RELEASE"


def test_before_boot_2_the_starter_brought_jedis(tmp_path: Path) -> None:
    text = pom(boot_parent("1.5.22.RELEASE") + f"<dependencies>{STARTER}</dependencies>")
    assert versions(read(tmp_path, "maven", {"pom.xml": text}))[JEDIS] == "2.9.3"


def test_a_managed_property_overrides_boot_as_a_parent(tmp_path: Path) -> None:
    text = pom(
        boot_parent("2.1.3.RELEASE")
        + "<properties><lettuce.version>6.2.7.RELEASE</lettuce.version></properties>"
        + f"<dependencies>{STARTER}</dependencies>"
    )
    assert versions(read(tmp_path, "maven", {"pom.xml": text}))[LETTUCE] == "6.2.7.RELEASE"


def test_the_property_means_nothing_to_an_imported_bill_of_materials(tmp_path: Path) -> None:
    text = pom(
        "<properties><lettuce.version>6.2.7.RELEASE</lettuce.version></properties>"
        """<dependencyManagement><dependencies><dependency>
<groupId>org.springframework.boot</groupId><artifactId>spring-boot-dependencies</artifactId>
<version>2.1.3.RELEASE</version><type>pom</type><scope>import</scope>
</dependency></dependencies></dependencyManagement>"""
        f"<dependencies>{STARTER}</dependencies>"
    )
    assert versions(read(tmp_path, "maven", {"pom.xml": text}))[LETTUCE] == "5.1.4.RELEASE"


def test_dependency_management_of_a_parent_in_the_repository(tmp_path: Path) -> None:
    parent = pom(
        """<properties><lettuce-core.version>6.5.2.RELEASE</lettuce-core.version></properties>
<dependencyManagement><dependencies><dependency><groupId>io.lettuce</groupId>
<artifactId>lettuce-core</artifactId><version>${lettuce-core.version}</version>
</dependency></dependencies></dependencyManagement>""",
        "parent",
    )
    child = pom(
        "<parent><groupId>x</groupId><artifactId>parent</artifactId><version>1</version></parent>"
        f"<dependencies>{LETTUCE_PLAIN}</dependencies>"
    )
    files = {"cache/pom.xml": child, "pom.xml": parent}
    (found,) = read(tmp_path, "maven", files)
    assert found.requirement.value == "6.5.2.RELEASE"
    assert found.requirement.span.path == "pom.xml"
    (managed,) = read(tmp_path, "maven", files, "pom.xml")
    assert managed.scope == "managed"


def test_a_parent_elsewhere_by_relative_path(tmp_path: Path) -> None:
    parent = pom(boot_parent("3.3.2"), "parent-boot-3")
    child = pom(
        "<parent><groupId>x</groupId><artifactId>parent-boot-3</artifactId><version>1</version>"
        "<relativePath>../../parent-boot-3</relativePath></parent>"
        f"<dependencies>{STARTER}</dependencies>"
    )
    found = read(tmp_path, "maven", {"a/b/pom.xml": child, "parent-boot-3/pom.xml": parent})
    assert versions(found)[LETTUCE] == "6.3.2.RELEASE"


def test_a_parent_outside_of_the_repository_is_unknown_and_named(tmp_path: Path) -> None:
    text = pom(
        "<parent><groupId>com.corp</groupId><artifactId>corp-parent</artifactId>"
        f"<version>7</version></parent><dependencies>{LETTUCE_PLAIN}</dependencies>"
    )
    (found,) = read(tmp_path, "maven", {"pom.xml": text})
    assert not found.requirement.known
    assert found.requirement.why == "managed by corp-parent, which is not in the repository"


def test_an_unknown_property_is_unknown_and_named(tmp_path: Path) -> None:
    text = pom("""<dependencies><dependency><groupId>io.lettuce</groupId>
<artifactId>lettuce-core</artifactId><version>${revision}</version></dependency></dependencies>""")
    found = versions(read(tmp_path, "maven", {"pom.xml": text}))
    assert found == {LETTUCE: "unknown: ${revision} is set outside of the repository"}


def test_a_property_that_refers_to_itself_ends(tmp_path: Path) -> None:
    text = pom("""<properties><a>${b}</a><b>${a}</b></properties>
<dependencies><dependency><groupId>io.lettuce</groupId>
<artifactId>lettuce-core</artifactId><version>${a}</version></dependency></dependencies>""")
    assert versions(read(tmp_path, "maven", {"pom.xml": text}))[LETTUCE].startswith("unknown")


def test_profiles_that_disagree_leave_the_version_open(tmp_path: Path) -> None:
    def profile(name: str, version: str) -> str:
        return f"<profile><id>{name}</id><properties><lv>{version}</lv></properties></profile>"

    text = pom(
        f"<profiles>{profile('a', '5.1.4.RELEASE')}{profile('b', '6.3.2.RELEASE')}</profiles>"
        """<dependencies><dependency><groupId>io.lettuce</groupId>
<artifactId>lettuce-core</artifactId><version>${lv}</version></dependency></dependencies>"""
    )
    found = versions(read(tmp_path, "maven", {"pom.xml": text}))
    assert found == {LETTUCE: "unknown: ${lv} depends on the profile"}


def test_an_exclusion_takes_lettuce_out(tmp_path: Path) -> None:
    starter = STARTER.replace(
        "</dependency>",
        "<exclusions><exclusion><groupId>io.lettuce</groupId>"
        "<artifactId>lettuce-core</artifactId></exclusion></exclusions></dependency>",
    )
    jedis = LETTUCE_PLAIN.replace("io.lettuce", "redis.clients").replace("lettuce-core", "jedis")
    text = pom(boot_parent("2.7.18") + f"<dependencies>{starter}{jedis}</dependencies>")
    assert versions(read(tmp_path, "maven", {"pom.xml": text})) == {JEDIS: "3.8.0", DATA: "2.7.18"}


def test_a_declared_client_beats_the_one_of_the_starter(tmp_path: Path) -> None:
    own = LETTUCE_PLAIN.replace("</dependency>", "<version>6.2.3.RELEASE</version></dependency>")
    text = pom(boot_parent("2.7.10") + f"<dependencies>{STARTER}{own}</dependencies>")
    found = read(tmp_path, "maven", {"pom.xml": text})
    assert [d.requirement.value for d in found if d.name == LETTUCE] == ["6.2.3.RELEASE"]


def test_a_range_stays_a_range(tmp_path: Path) -> None:
    own = LETTUCE_PLAIN.replace("</dependency>", "<version>[6.1,6.2)</version></dependency>")
    (found,) = read(tmp_path, "maven", {"pom.xml": pom(f"<dependencies>{own}</dependencies>")})
    assert not found.locked
    from redislint.knowledge.releases import releases

    allowed = found.allowed(releases(LETTUCE))
    assert (allowed[0], allowed[-1]) == ("6.1.0.RELEASE", "6.1.11.RELEASE")


def test_what_stands_before_an_error_is_read(tmp_path: Path) -> None:
    text = pom(f"{boot_parent('2.7.18')}<dependencies>{STARTER}</dependencies><oops>")
    found = read(tmp_path, "maven", {"pom.xml": text})
    assert versions(found)[LETTUCE] == "6.1.10.RELEASE"
    assert [p.message for p in problems(found)] == [
        "XML cannot be read from here on: mismatched tag"
    ]


def test_merge_conflicts_are_reported_and_read_over(tmp_path: Path) -> None:
    text = pom(
        "<properties>\n<<<<<<< HEAD\n<a>1</a>\n=======\n<a>2</a>\n>>>>>>> branch\n</properties>"
        + boot_parent("2.7.18")
        + f"<dependencies>{STARTER}</dependencies>"
    )
    found = read(tmp_path, "maven", {"pom.xml": text})
    assert versions(found)[LETTUCE] == "6.1.10.RELEASE"
    assert "merge-conflict" in problems(found)[0].message


def test_entities_are_refused_not_expanded() -> None:
    bomb = '<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><project>&b;</project>'
    root, error = xml.parse(Source("pom.xml", bomb))
    assert root is None
    assert error is not None
    assert "entities" in error[1]


def test_places_count_characters_not_bytes() -> None:
    root, _ = xml.parse(Source("pom.xml", "<project><!-- 说明 --><a>é</a><b>x</b></project>"))
    assert root is not None
    b = root.child("b")
    assert b is not None
    assert b.text_span.text == "x"
    assert b.span.text.startswith("<b>")


@given(st.text(alphabet="<>/abc \n&;=\"'!-[]", max_size=80))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    root, error = xml.parse(Source("pom.xml", text))
    assert root is not None or error is not None


def test_a_bill_of_materials_that_is_a_module_of_the_repository(tmp_path: Path) -> None:
    def imported(group: str, artifact: str, version: str) -> str:
        return (
            "<dependencyManagement><dependencies><dependency>"
            f"<groupId>{group}</groupId><artifactId>{artifact}</artifactId>"
            f"<version>{version}</version><type>pom</type><scope>import</scope>"
            "</dependency></dependencies></dependencyManagement>"
        )

    files = {
        "app/pom.xml": pom(
            imported("x", "platform-deps", "1") + f"<dependencies>{STARTER}</dependencies>"
        ),
        "build/platform-deps/pom.xml": pom(
            imported("org.springframework.boot", "spring-boot-dependencies", "2.5.14"),
            "platform-deps",
        ),
    }
    assert versions(read(tmp_path, "maven", files))[LETTUCE] == "6.1.8.RELEASE"


def test_a_version_that_floats_is_unknown(tmp_path: Path) -> None:
    own = LETTUCE_PLAIN.replace("</dependency>", "<version>LATEST</version></dependency>")
    found = read(tmp_path, "maven", {"pom.xml": pom(f"<dependencies>{own}</dependencies>")})
    assert versions(found) == {LETTUCE: "unknown: LATEST names no release"}


def test_what_the_user_brings_is_provided(tmp_path: Path) -> None:
    def own(extra: str) -> str:
        return LETTUCE_PLAIN.replace(
            "</dependency>", f"<version>5.1.0</version>{extra}</dependency>"
        )

    for extra in ("<scope>provided</scope>", "<optional>true</optional>"):
        text = pom(f"<dependencies>{own(extra)}</dependencies>")
        (found,) = read(tmp_path, "maven", {"pom.xml": text})
        assert found.scope == "provided"
