"""Terraform and CloudFormation → managed caches with the values that apply."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from redislint.checking import check
from redislint.config import Config
from redislint.model.managed import ManagedCache
from redislint.source import Source
from redislint.syntax import hcl
from redislint.understand import understand


def cache(folder: Path, text: str, name: str = "main.tf", **others: str) -> ManagedCache:
    """The managed cache of a file; other files lie beside it."""
    (folder / name).write_text(text)
    for other, content in others.items():
        (folder / other.replace("__", ".")).write_text(content)
    found = understand([folder]).deployment.of("managed-cache")
    assert len(found) == 1
    assert isinstance(found[0], ManagedCache)
    return found[0]


GROUP = """\
resource "aws_elasticache_replication_group" "x" {
  description                = "x"
  num_cache_clusters         = %s
  transit_encryption_enabled = var.tls
}
"""


def test_defaults_are_those_of_the_api(tmp_path: Path) -> None:
    found = cache(tmp_path, GROUP % 3)
    assert found.get("replicas").value == 2
    assert found.get("at-rest-encryption").value is False
    assert found.get("at-rest-encryption").set is False
    assert found.get("snapshot-retention").value == 0


def test_a_variable_without_value_is_unknown(tmp_path: Path) -> None:
    assert not cache(tmp_path, GROUP % 3).get("transit-encryption").known


def test_a_variable_has_its_default_of_another_file(tmp_path: Path) -> None:
    found = cache(tmp_path, GROUP % 3, variables__tf='variable "tls" {\n  default = true\n}\n')
    assert found.get("transit-encryption").value is True


def test_tfvars_win_over_a_default(tmp_path: Path) -> None:
    found = cache(
        tmp_path,
        GROUP % 3,
        variables__tf='variable "tls" {\n  default = true\n}\n',
        terraform__tfvars="tls = false\n",
    )
    value = found.get("transit-encryption")
    assert value.value is False
    assert value.span is not None
    assert value.span.line == 4


def test_a_module_leaves_its_variables_to_the_caller(tmp_path: Path) -> None:
    folder = tmp_path / "modules" / "redis"
    folder.mkdir(parents=True)
    (folder / "variables.tf").write_text('variable "tls" {\n  default = false\n}\n')
    (folder / "main.tf").write_text(GROUP % 3)
    found = understand([tmp_path]).deployment.of("managed-cache")[0]
    assert not found.get("transit-encryption").known


def test_a_local_is_followed(tmp_path: Path) -> None:
    found = cache(tmp_path, GROUP % "local.size", locals__tf="locals {\n  size = 2\n}\n")
    assert found.get("replicas").value == 1


def test_locals_that_name_each_other_end(tmp_path: Path) -> None:
    found = cache(
        tmp_path, GROUP % "local.a", locals__tf="locals {\n  a = local.b\n  b = local.a\n}\n"
    )
    assert not found.get("replicas").known


def test_a_condition_on_something_unknown_is_unknown(tmp_path: Path) -> None:
    assert not cache(tmp_path, GROUP % "var.production ? 3 : 1").get("replicas").known


def test_valkey_has_its_own_defaults(tmp_path: Path) -> None:
    text = (GROUP % 2).replace("description", 'engine = "valkey"\n  description')
    assert not cache(tmp_path, text).get("at-rest-encryption").known


def test_memcached_is_no_redis(tmp_path: Path) -> None:
    text = 'resource "aws_elasticache_cluster" "redis" {\n  engine = "memcached"\n}\n'
    (tmp_path / "main.tf").write_text(text)
    assert understand([tmp_path]).deployment.of("managed-cache") == []


def test_broken_hcl_names_the_line_and_keeps_the_rest(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(GROUP % 2 + 'resource "x" "redis" {\n  a = = 1\n}\n')
    report = understand([tmp_path])
    assert len(report.deployment.of("managed-cache")) == 1
    assert [(p.path, p.line) for p in report.errors] == [("main.tf", 7)]


TEMPLATE = """\
Parameters:
  Nodes:
    Type: Number
    Default: 2
  Tls:
    Type: String
Resources:
  Cache:
    Type: AWS::ElastiCache::ReplicationGroup
    Properties:
      NumCacheClusters: !Ref Nodes
      AutomaticFailoverEnabled: !If [Production, true, false]
      TransitEncryptionEnabled: !Ref Tls
      AuthToken: '{{resolve:secretsmanager:redis}}'
      SnapshotRetentionLimit: !Ref AWS::NoValue
"""


def test_short_tags_are_read_where_they_are_simple(tmp_path: Path) -> None:
    found = cache(tmp_path, TEMPLATE, "template.yaml")
    assert found.get("replicas").value == 1
    assert not found.get("automatic-failover").known
    assert not found.get("transit-encryption").known
    assert found.get("auth").value is True
    assert found.get("snapshot-retention").value == 0


def test_json_templates_are_read(tmp_path: Path) -> None:
    text = (
        '{"Resources": {"Cache": {"Type": "AWS::MemoryDB::Cluster",'
        ' "Properties": {"ACLName": "open-access", "TLSEnabled": false}}}}'
    )
    found = cache(tmp_path, text, "stack.template")
    assert found.get("auth").value is False
    assert found.get("transit-encryption").value is False


def test_a_token_never_reaches_the_report(tmp_path: Path) -> None:
    token = "MySecretToken1234567"
    (tmp_path / "main.tf").write_text(
        (GROUP % 2).replace("description", f'auth_token = "{token}"\n  description')
    )
    report = check([str(tmp_path)], Config(select=["ALL"]))
    assert "password-in-repo" in [f.rule.name for f in report.findings]
    shown = " ".join(f.message + " ".join(r.text for r in f.reasons) for f in report.findings)
    assert token not in shown


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet=' \n{}[]()="$.,?:<-abcvarEOF0', max_size=200))
def test_no_text_stops_the_parser(text: str) -> None:
    file = hcl.File(Source("x.tf", text))
    for block in hcl.blocks(file):
        for expression in block.attributes.values():
            value = expression.value(lambda _: None)
            assert value.known or value.why
