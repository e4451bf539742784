"""CloudFormation templates: who reaches a task is up to the security groups beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.model.container import Container
from redislint.understand import understand
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


TASK = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - Name: redis
          Image: redis:7.4.2
          MountPoints: [{SourceVolume: data, ContainerPath: /data}]
      Volumes:
        - Name: data
          EFSVolumeConfiguration: {FilesystemId: fs-1}
  Service:
    Type: AWS::ECS::Service
    Properties:
      TaskDefinition: !Ref Task
      DesiredCount: 1
"""


def test_a_task_is_joined_with_its_service_and_its_file_system(tmp_path: Path) -> None:
    (tmp_path / "stack.yaml").write_text(TASK)
    (server,) = understand([tmp_path]).deployment.of("server")
    assert server.get("data-volume").value == "network"
    told = server.get("overlapping-tasks")
    assert told.value == (
        "an update starts the new task before the old one ends (200 %, the default)"
    )
    assert told.span is not None
    assert told.span.line in (12, 13, 14)
