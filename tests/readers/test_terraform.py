"""Terraform and CloudFormation → managed caches with the values that apply."""

from __future__ import annotations

from pathlib import Path

import pytest
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


MODULE = """\
resource "aws_elasticache_replication_group" "this" {
  description                = "x"
  num_cache_clusters         = var.nodes
  automatic_failover_enabled = var.nodes > 1
  transit_encryption_enabled = var.tls
  auth_token                 = var.token
  snapshot_retention_limit   = try(var.days, 0)
}
variable "nodes" {}
variable "tls" { default = false }
variable "token" { default = null }
variable "days" { default = 7 }
"""


def calls(folder: Path, text: str) -> dict[str, ManagedCache]:
    """The caches that calls of the module above make, by their address."""
    (folder / "modules" / "redis").mkdir(parents=True)
    (folder / "modules" / "redis" / "main.tf").write_text(MODULE)
    (folder / "main.tf").write_text(text)
    found = understand([folder]).deployment.of("managed-cache")
    return {c.label: c for c in found if isinstance(c, ManagedCache)}


CALLS = """\
module "one" {
  source = "./modules/redis"
  nodes  = 1
}
module "redis_two" {
  source = "./modules/redis"
  nodes  = 3
  tls    = true
  token  = var.secret
  days   = 1
}
"""


def test_each_call_of_a_module_is_a_cache_of_its_own(tmp_path: Path) -> None:
    found = calls(tmp_path, CALLS)
    one = found["module.one.aws_elasticache_replication_group.this"]
    two = found["module.redis_two.aws_elasticache_replication_group.this"]
    assert [c.get("replicas").value for c in (one, two)] == [0, 2]
    assert [c.get("automatic-failover").value for c in (one, two)] == [False, True]
    assert [c.get("transit-encryption").value for c in (one, two)] == [False, True]
    assert [c.get("auth").value for c in (one, two)] == [False, True]
    assert [c.get("snapshot-retention").value for c in (one, two)] == [7, 1]


def test_what_a_call_says_or_leaves_out_stands_at_the_call(tmp_path: Path) -> None:
    found = calls(tmp_path, CALLS)
    one = found["module.one.aws_elasticache_replication_group.this"]
    two = found["module.redis_two.aws_elasticache_replication_group.this"]
    for value, line in (
        (one.get("transit-encryption"), 1),
        (one.get("auth"), 1),
        (two.get("transit-encryption"), 8),
    ):
        assert value.span is not None
        assert (value.span.path, value.span.line) == ("main.tf", line)


def test_modules_that_call_each_other_end(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "main.tf").write_text(
        'module "redis_b" {\n  source = "../b"\n}\n' + GROUP % 2
    )
    (tmp_path / "b" / "main.tf").write_text('module "redis_a" {\n  source = "../a"\n}\n')
    assert understand([tmp_path]).errors == []


REGISTRY = """\
module "redis" {
  source                     = "cloudposse/elasticache-redis/aws"
  cluster_size               = 2
  instance_type              = "cache.t3.small"
  at_rest_encryption_enabled = %s
}
"""


def test_a_published_module_is_known_by_its_arguments_and_defaults(tmp_path: Path) -> None:
    found = cache(tmp_path, REGISTRY % "false")
    assert found.get("replicas").value == 1
    assert found.get("instance-type").value == "cache.t3.small"
    assert found.get("automatic-failover").value is False
    assert found.get("transit-encryption").value is True
    assert found.get("at-rest-encryption").value is False
    assert found.get("auth").value is False


def test_what_an_unknown_module_leaves_out_is_unknown(tmp_path: Path) -> None:
    text = (REGISTRY % "false").replace("cloudposse/elasticache-redis", "acme/redis")
    found = cache(tmp_path, text)
    assert found.get("at-rest-encryption").value is False
    assert not found.get("transit-encryption").known
    assert not found.get("auth").known


def test_a_module_that_is_switched_off_makes_nothing(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        (REGISTRY % "false").replace("cluster", "enabled = false\n  cluster")
    )
    assert understand([tmp_path]).deployment.of("managed-cache") == []


def test_count_zero_makes_nothing(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        (GROUP % 2).replace("description", "count = 0\n  description")
    )
    assert understand([tmp_path]).deployment.of("managed-cache") == []


def test_what_a_default_switches_off_is_read_for_those_who_switch_it_on(tmp_path: Path) -> None:
    text = (GROUP % 2).replace("description", "count = var.on ? 1 : 0\n  description")
    found = cache(tmp_path, text, variables__tf='variable "on" {\n  default = false\n}\n')
    assert found.get("replicas").value == 1


def test_the_json_syntax_is_read(tmp_path: Path) -> None:
    text = (
        '{"variable": {"nodes": {"default": 2}}, "resource": {"aws_elasticache_replication_group":'
        ' {"x": {"num_cache_clusters": "${var.nodes}",\n "transit_encryption_enabled": false}}}}'
    )
    found = cache(tmp_path, text, "main.tf.json")
    assert found.get("replicas").value == 1
    value = found.get("transit-encryption")
    assert value.value is False
    assert value.span is not None
    assert value.span.line == 2


def test_a_parameter_group_tells_version_and_policy(tmp_path: Path) -> None:
    text = (GROUP % 2).replace(
        "description",
        "parameter_group_name = aws_elasticache_parameter_group.p.name\n  description",
    )
    group = (
        'resource "aws_elasticache_parameter_group" "p" {\n  family = "redis5.0"\n'
        '  parameter {\n    name  = "maxmemory-policy"\n    value = "noeviction"\n  }\n}\n'
    )
    found = cache(tmp_path, text, redis__tf=group)
    assert found.get("engine-version").value == "5.0"
    assert found.get("eviction-policy").value == "noeviction"


def test_nodes_that_join_from_elsewhere_are_not_counted(tmp_path: Path) -> None:
    text = (GROUP % 2).replace("  num_cache_clusters         = 2\n", "")
    member = (
        'resource "aws_elasticache_cluster" "m" {\n  count = 2\n'
        "  replication_group_id = aws_elasticache_replication_group.x.id\n}\n"
    )
    assert not cache(tmp_path, text, redis__tf=member).get("replicas").known


TASK = """\
resource "aws_ecs_task_definition" "redis" {
  family       = "redis"
  network_mode = "awsvpc"
  volume {
    name = "data"
    efs_volume_configuration {
      file_system_id = aws_efs_file_system.data.id
    }
  }
  container_definitions = %s
}
"""


def test_containers_of_a_task_are_read(tmp_path: Path) -> None:
    definitions = """jsonencode([{
    name         = "redis"
    image        = "redis:${var.tag}"
    command      = ["redis-server", "--appendonly", "yes"]
    memory       = 512
    portMappings = [{ containerPort = 6379 }]
    mountPoints  = [{ sourceVolume = "data", containerPath = "/data" }]
  }])"""
    (tmp_path / "main.tf").write_text(TASK % definitions)
    deployment = understand([tmp_path]).deployment
    (container,) = deployment.of("container")
    (server,) = deployment.of("server")
    assert container.get("memory-limit").value == 512 * 1024**2
    assert [(m.target, m.kind) for m in container.mounts] == [("/data", "network")]  # type: ignore[attr-defined]
    assert server.get("appendonly").value is True
    assert server.anchor is not None
    assert server.anchor.line == 11


def test_json_in_a_heredoc_is_a_task_too(tmp_path: Path) -> None:
    definitions = '<<EOF\n[\n  {"name": "redis", "image": "redis:7.2"}\n]\nEOF\n'
    (tmp_path / "main.tf").write_text(TASK % definitions)
    (server,) = understand([tmp_path]).deployment.of("server")
    assert server.anchor is not None
    assert server.anchor.line == 12


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
    found = cache(tmp_path, text.replace("  transit_encryption_enabled = var.tls\n", ""))
    assert found.get("at-rest-encryption").value is True
    assert found.get("transit-encryption").value is False


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


CHOICES = """\
Mappings:
  Sizes:
    dev: {Nodes: 1, Days: 7}
    prod: {Nodes: 2, Days: 7}
Parameters:
  Stage: {Type: String, Default: dev}
Conditions:
  Production: !Equals [!Ref Stage, prod]
Resources:
  Group:
    Type: AWS::ElastiCache::ParameterGroup
    Properties:
      CacheParameterGroupFamily: redis5.0
      Properties:
        maxmemory-policy: noeviction
  Cache:
    Type: AWS::ElastiCache::ReplicationGroup
    Properties:
      NumCacheClusters: !FindInMap [Sizes, !Ref Stage, Nodes]
      SnapshotRetentionLimit: !FindInMap [Sizes, !Ref Stage, Days]
      TransitEncryptionEnabled: !If [Production, true, true]
      AtRestEncryptionEnabled: {"Fn::If": [Production, true, false]}
      MultiAZEnabled: !FindInMap [Sizes, prod, Nodes]
      CacheParameterGroupName: !Ref Group
"""


def test_a_choice_is_known_where_every_way_gives_the_same(tmp_path: Path) -> None:
    found = cache(tmp_path, CHOICES, "template.yaml")
    assert found.get("snapshot-retention").value == 7
    assert found.get("transit-encryption").value is True
    assert not found.get("replicas").known
    assert not found.get("at-rest-encryption").known


def test_a_template_s_parameter_group_tells_version_and_policy(tmp_path: Path) -> None:
    found = cache(tmp_path, CHOICES, "template.yaml")
    assert found.get("engine-version").value == "5.0"
    assert found.get("eviction-policy").value == "noeviction"


def test_an_empty_default_waits_for_its_user(tmp_path: Path) -> None:
    text = (GROUP % 2).replace("description", "auth_token = var.token\n  description")
    found = cache(tmp_path, text, variables__tf='variable "token" {\n  default = ""\n}\n')
    assert found.get("auth").value is True


@pytest.mark.parametrize(
    ("family", "wrong"),
    [
        ("redis7.x", True),
        ("redis7.1", True),
        ("valkey8.0", True),
        ("redis6.x", False),
        ("redis6.2", False),
        ("redis7", False),
        ("valkey8", False),
        ("valkey9", False),
        ("memcached1.6", False),
    ],
)
def test_a_family_that_is_none_is_told(tmp_path: Path, family: str, wrong: bool) -> None:
    (tmp_path / "main.tf").write_text(
        f'resource "aws_elasticache_parameter_group" "p" {{\n  family = "{family}"\n}}\n'
    )
    told = {finding.rule.name for finding in check([tmp_path], Config()).findings}
    assert ("ec-parameter-family-unknown" in told) is wrong


def test_a_template_s_family_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(
        "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  P:\n"
        "    Type: AWS::ElastiCache::ParameterGroup\n"
        "    Properties:\n      CacheParameterGroupFamily: redis7.0\n      Description: x\n"
    )
    findings = check([tmp_path], Config()).findings
    assert [f.span.line for f in findings if f.rule.name == "ec-parameter-family-unknown"] == [6]
