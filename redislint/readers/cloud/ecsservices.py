"""ECS services beside the task that they run: how many copies, how updates replace them, on what.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_definition_parameters.html
"""

from __future__ import annotations

import re

from redislint.model.container import Container
from redislint.model.value import Origin, Value, default
from redislint.readers.cloud.aws import Ask, integer
from redislint.readers.cloud.scope import Scope
from redislint.source import Span
from redislint.syntax.hcl import Block

_SPOT = re.compile(r"(?i)spot")


def join(container: Container, ask: Ask, providers: list[Value], head: Span) -> None:
    """Store what a service does with its task: `ask` takes Terraform's names."""
    count = ask("desired_count")
    if count is not None:
        container.set("replicas", integer(count))
    most = ask("deployment_maximum_percent")
    place = most.span if most is not None else head
    if most is None:
        container.set("deploy-maximum", default(200, "default of ECS"))
        container.facts["deploy-maximum"].origin = Origin(place, "default of ECS")
    else:
        container.set("deploy-maximum", integer(most))
    for provider in providers:
        if provider.known and _SPOT.search(str(provider.value)):
            container.set("spot", Value(True, Origin(provider.span or head)))
            return


def of_task(task: Block, scope: Scope) -> Block | None:
    """The service of a folder that runs a task definition."""
    name = f"{task.labels[0]}.{task.labels[1]}"
    for key, block in scope.resources.items():
        if key.startswith("aws_ecs_service."):
            held = block.attributes.get("task_definition")
            if held is not None and re.search(rf"{re.escape(name)}(?![\w-])", held.raw):
                return block
    return None


def providers_of(service: Block, scope: Scope) -> list[Value]:
    """The capacity providers that a service names."""
    found = []
    for strategy in service.children("capacity_provider_strategy"):
        held = strategy.attributes.get("capacity_provider")
        if held is not None:
            found.append(held.value(scope.resolve))
    return found
