"""kustomize overlays: a patched workload is judged as each overlay leaves it."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.checking import check
from redislint.config import Config
from redislint.model.container import Container
from redislint.readers import kubernetes
from tests.readers.trees import tree

BASE = """\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: redis
spec:
  replicas: 1
  selector: {matchLabels: {app: redis}}
  template:
    metadata:
      labels: {app: redis}
    spec:
      containers:
        - name: redis
          image: redis:6.0
          env:
            - name: ZONE
              value: a
        - name: exporter
          image: oliver006/redis_exporter:v1.58.0
"""


def patched(base: Path, kustomization: str, **files: str) -> list[Container]:
    """The containers of the base under one overlay."""
    context = tree(base, {
        "base/redis.yaml": BASE,
        "base/kustomization.yaml": "resources: [redis.yaml]\n",
        "overlays/live/kustomization.yaml": f"resources: [../../base]\n{kustomization}",
        **{f"overlays/live/{name.replace('_', '.')}": text for name, text in files.items()},
    })  # fmt: skip
    source = context.find("base/redis.yaml")
    assert source is not None
    return [c for c in kubernetes.read(source, context) if isinstance(c, Container)]


def test_a_strategic_merge_joins_containers_by_name(tmp_path: Path) -> None:
    patch = (
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: redis\nspec:\n  template:\n"
        "    spec:\n      containers:\n        - name: redis\n          resources:\n"
        "            limits:\n              memory: 1Gi\n          env:\n"
        "            - name: ZONE\n              value: b\n"
    )
    found = patched(tmp_path, "patches:\n  - path: p.yaml\n", p_yaml=patch)
    assert [str(c.image.value) for c in found if c.image] == [
        "redis:6.0",
        "oliver006/redis_exporter:v1.58.0",
    ]
    assert found[0].get("memory-limit").value == 1024**3
    assert found[0].env["ZONE"].value == "b"


def test_what_a_patch_writes_is_found_in_the_patch(tmp_path: Path) -> None:
    patch = (
        "kind: StatefulSet\nmetadata: {name: redis}\nspec:\n  replicas: 3\n"
    )  # fmt: skip
    found = patched(tmp_path, "patchesStrategicMerge: [p.yaml]\n", p_yaml=patch)
    span = found[0].get("replicas").span
    assert span is not None
    assert (span.path, span.line) == ("overlays/live/p.yaml", 4)


@pytest.mark.parametrize(
    "operation",
    [
        '{op: replace, path: /spec/template/spec/containers/0/image, value: "redis:8.2"}',
        '{op: add, path: /spec/template/spec/containers/0/image, value: "redis:8.2"}',
    ],
)
def test_json_patches_set_values(tmp_path: Path, operation: str) -> None:
    text = f"patches:\n  - target: {{kind: StatefulSet}}\n    patch: |-\n      - {operation}\n"
    found = patched(tmp_path, text)
    assert found[0].get("tag").value == "8.2"


def test_a_json_patch_removes(tmp_path: Path) -> None:
    text = (
        "patches:\n  - target: {kind: StatefulSet, name: redis}\n    patch: |-\n"
        "      - op: remove\n        path: /spec/template/spec/containers/1\n"
    )
    assert len(patched(tmp_path, text)) == 1


def test_a_patch_for_another_object_changes_nothing(tmp_path: Path) -> None:
    text = (
        "patches:\n  - target: {kind: Deployment, name: web}\n    patch: |-\n"
        "      - op: remove\n        path: /spec/template/spec/containers/1\n"
    )
    assert len(patched(tmp_path, text)) == 2


def test_images_are_renamed_at_the_line_that_says_so(tmp_path: Path) -> None:
    found = patched(tmp_path, 'images:\n  - name: redis\n    newTag: "8.2"\n')
    tag = found[0].get("tag")
    assert (tag.value, tag.span and tag.span.path) == ("8.2", "overlays/live/kustomization.yaml")


def test_the_overlay_says_where_it_runs(tmp_path: Path) -> None:
    found = patched(tmp_path, "replicas:\n  - {name: redis, count: 3}\n")
    assert found[0].get("environment").value == "production"
    assert found[0].get("replicas").value == 3


def test_a_base_that_every_overlay_updates_is_not_scolded(tmp_path: Path) -> None:
    for new, found in (("8.2", set()), ("5.0", {"eol-version"})):
        folder = tmp_path / new
        patched(folder, f'images:\n  - name: redis\n    newTag: "{new}"\n')
        report = check([str(folder)], Config())
        assert {f.rule.name for f in report.findings if f.rule.name == "eol-version"} == found


def test_loops_of_kustomizations_end(tmp_path: Path) -> None:
    context = tree(tmp_path, {
        "a/kustomization.yaml": "resources: [../b, r.yaml]\nimages: [{name: redis, newTag: x}]\n",
        "b/kustomization.yaml": "resources: [../a]\nimages: [{name: redis, newTag: y}]\n",
        "a/r.yaml": BASE,
    })  # fmt: skip
    source = context.find("a/r.yaml")
    assert source is not None
    assert list(kubernetes.read(source, context))
