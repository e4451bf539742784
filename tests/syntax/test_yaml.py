"""YAML and JSON with places, also where a template has not filled it in yet."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redislint.source import Source
from redislint.syntax import yaml
from redislint.syntax.yaml import Mapping, Scalar, Sequence


def load(text: str, path: str = "x.yaml") -> yaml.Stream:
    return yaml.load(Source(path, text))


def top(text: str, path: str = "x.yaml") -> Mapping:
    stream = load(text, path)
    assert stream.unread == []
    document = stream.documents[0]
    assert isinstance(document, Mapping)
    return document


def scalar(node: yaml.Node | None) -> Scalar:
    assert isinstance(node, Scalar)
    return node


def test_every_node_knows_its_place() -> None:
    node = top("a:\n  b: [x, 'y z']\n").get("a", "b")
    assert isinstance(node, Sequence)
    assert [(i.span.line, i.span.column, i.span.text) for i in node.items] == [
        (2, 7, "x"),
        (2, 10, "'y z'"),
    ]


def test_duplicate_keys_are_kept_and_the_last_counts() -> None:
    node = top("a: 1\nb: 2\na: 3\n")
    assert [(k.text, scalar(v).text) for k, v in node.pairs] == [("a", "1"), ("b", "2"), ("a", "3")]
    assert node.text("a") == "3"


def test_merge_keys_stand_behind_own_keys() -> None:
    node = top("base: &b {image: redis, user: root}\nredis:\n  <<: *b\n  user: '999'\n").get(
        "redis"
    )
    assert isinstance(node, Mapping)
    assert {k.text: scalar(v).text for k, v in node.merged()} == {"image": "redis", "user": "999"}
    assert node.text("image") == "redis"


def test_a_list_of_merges_takes_the_first() -> None:
    text = "a: &a {x: 1}\nb: &b {x: 2, y: 3}\nc:\n  <<: [*a, *b]\n"
    assert top(text).text("c", "x") == "1"
    assert top(text).text("c", "y") == "3"


@pytest.mark.parametrize("tag", ["!Ref", "!reset", "!vault", "!Sub", "!override"])
def test_custom_tags_survive(tag: str) -> None:
    node = scalar(top(f"a: {tag} b\n").get("a"))
    assert (node.tag, node.text) == (tag, "b")


def test_json_escapes_of_rare_characters_are_read() -> None:
    assert top('{"a": "\\ud83d\\ude00", "b": "x"}', "x.json").text("b") == "x"


def test_several_documents_are_read() -> None:
    assert len(load("a: 1\n---\nb: 2\n...\n---\nc: 3\n").documents) == 3


def test_tabs_are_read_and_what_hangs_on_a_broken_line_is_told() -> None:
    stream = load("services:\n\tredis:\n\t\timage: redis\n")
    document = stream.documents[0]
    assert isinstance(document, Mapping)
    assert document.text("services", "redis", "image") == "redis"
    broken = load("a: 1\nb: [1, 2\nc: 3\n")
    assert [line for line, _ in broken.unread] == [2]
    assert isinstance(broken.documents[0], Mapping)
    assert broken.documents[0].text("a") == "1"


def test_json_with_tabs_is_read() -> None:
    assert top('{\n\t"a": {"b": 1}\n}', "task.json").text("a", "b") == "1"


def test_values_that_a_template_computes_are_templated() -> None:
    node = top("image: {{ .Values.image }}:{{ .Values.tag }}\nport: 6379\n")
    image = scalar(node.get("image"))
    assert image.templated
    assert image.text == "{{ .Values.image }}:{{ .Values.tag }}"
    assert node.text("image") is None
    assert node.text("port") == "6379"


def test_lines_of_a_template_alone_are_left_out() -> None:
    text = "a:\n{{- if .Values.x }}\n  b: 1\n{{- end }}\n  {{- toYaml .Values.y | nindent 2 }}\n  c: 2\n"
    node = top(text)
    assert (node.text("a", "b"), node.text("a", "c")) == ("1", "2")


def test_places_stay_true_behind_a_template() -> None:
    text = 'a: "{{ lookup "x" }}"  # é\nb: {{ y }}\nc: here\n'
    found = scalar(top(text).get("c"))
    assert (found.span.line, found.span.column, found.span.text) == (3, 4, "here")


def test_a_block_scalar_is_a_text_with_places_of_the_file() -> None:
    text = "data:\n  redis.conf: |\n    port 6379\n\n    save 60 1\n  x: y\n"
    inner = scalar(top(text).get("data", "redis.conf")).embedded()
    assert inner.text == "port 6379\n\nsave 60 1\n"
    where = inner.text.index("save")
    assert inner.position(where) == (5, 5)
    assert inner.span(where).line == 5


def test_a_block_scalar_with_an_indentation_indicator() -> None:
    text = "data:\n  c: |2\n      deep\n    flat\n"
    inner = scalar(top(text).get("data", "c")).embedded()
    assert [line.strip() for line in inner.text.split("\n")] == ["deep", "flat", ""]
    assert inner.position(inner.text.index("flat")) == (4, 5)


def test_aliases_that_explode_cost_nothing() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    begin = time.monotonic()
    stream = load("\n".join(lines))
    assert sum(1 for _ in yaml.walk(stream.documents[0])) < 1000
    assert yaml.plain(stream.documents[0]) is not None
    assert time.monotonic() - begin < 3


def test_merges_that_name_each_other_end() -> None:
    document = load("a: &a {x: 1, <<: *b}\nb: &b {<<: *a}\n")
    assert document.unread  # an alias before its anchor
    circle = load("a: &a\n  x: 1\n  <<: [*a]\n").documents[0]
    assert isinstance(circle, Mapping)
    assert circle.text("a", "x") == "1"
    assert circle.get("a", "y") is None


DEEP = "a:\n" + "".join(f"{' ' * i}a:\n" for i in range(1, 400))


@pytest.mark.parametrize("text", ["[" * 5000, "- " * 5000, "{a: " * 3000, DEEP])
def test_deep_nesting_is_told_and_not_followed(text: str) -> None:
    stream = load(text)
    assert stream.unread or stream.documents
    if stream.unread:
        assert "nest" in stream.unread[0][1] or "YAML" in stream.unread[0][1]


def test_ten_thousand_services_take_a_moment() -> None:
    text = "services:\n" + "".join(f"  s{i}:\n    image: redis:7.{i % 5}\n" for i in range(10_000))
    begin = time.monotonic()
    services = top(text).get("services")
    assert isinstance(services, Mapping)
    assert len(services.pairs) == 10_000
    assert time.monotonic() - begin < 10


_keys = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=6)
_values = st.recursive(
    st.text(st.characters(max_codepoint=0xD7FF), max_size=8) | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(_keys, _values, max_size=4))
@settings(max_examples=150, deadline=None)
def test_what_json_says_is_what_is_read(data: dict[str, object]) -> None:
    def flat(value: object) -> object:
        if isinstance(value, dict):
            return {k: flat(v) for k, v in value.items()}
        if isinstance(value, list):
            return [flat(v) for v in value]
        return value if isinstance(value, str) else json.dumps(value)

    text = json.dumps(data, indent=1)
    stream = load(text, "x.json")
    assert stream.unread == []
    assert yaml.plain(stream.documents[0]) == flat(data)


@given(st.text(st.sampled_from("ab:-[]{}'\"|>&*!# \t\n<%$\\{}é\x00\u2028"), max_size=80))
@settings(max_examples=400, deadline=None)
def test_any_text_gives_a_tree_whose_places_lie_in_it(text: str) -> None:
    stream = load(text)
    for document in stream.documents:
        for node in yaml.walk(document):
            assert 0 <= node.span.start <= node.span.end <= len(text)
            if isinstance(node, Scalar):
                node.embedded().position(0)
    assert all(line >= 1 for line, _ in stream.unread)


def test_what_maven_fills_in_is_a_value_as_it_stands() -> None:
    spring = top(
        "spring:\n  name: @project.name@\n  nodes:\n    - @host@:6379\n", "application.yml"
    )
    assert scalar(spring.get("spring", "name")).text == "@project.name@"
    nodes = spring.get("spring", "nodes")
    assert isinstance(nodes, Sequence)
    assert [scalar(n).text for n in nodes.items] == ["@host@:6379"]
