"""CloudFormation templates: who reaches a task is up to the security groups beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.model.container import Container
from tests.readers.trees import read

TASK = """Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: awsvpc
      ContainerDefinitions:
        - Name: redis
          Image: redis:8.2
          PortMappings: [{ ContainerPort: 6379 }]
"""
GROUP = """  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      SecurityGroupIngress:
        - { IpProtocol: tcp, FromPort: 6379, ToPort: 6379, %s }
"""


@pytest.mark.parametrize(
    ("template", "scope"),
    [
        (TASK, "network"),
        (TASK + GROUP % "CidrIp: 0.0.0.0/0", "network"),
        (TASK + GROUP % "SourceSecurityGroupId: sg-1", "container"),
        (TASK.replace("awsvpc", "host") + GROUP % "SourceSecurityGroupId: sg-1", "network"),
    ],
)
def test_how_far_a_task_is_reached(tmp_path: Path, template: str, scope: str) -> None:
    found = read(tmp_path, "cloudformation", {"stack.yaml": template})
    (task,) = [s for s in found if isinstance(s, Container)]
    assert [p.scope for p in task.ports] == [scope]
