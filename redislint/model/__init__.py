"""What files mean: values, subjects and their facts. No syntax here."""

from __future__ import annotations


def load_vocabulary() -> None:
    """Import every model and every named fact, so that the vocabulary is whole.

    A check with compiled pages does not need this; compiling pages and listing facts does.
    """
    from redislint.model import (
        client,
        container,
        dependency,
        deployment,
        facts,
        managed,
        sentinel,
        server,
    )
    from redislint.model.subject import VOCABULARY
    from redislint.plugins import entry_points

    modules = (client, container, dependency, deployment, managed, sentinel)
    assert all(modules)
    facts.load()
    for point in entry_points("redislint.facts"):
        point.load()
    table = VOCABULARY["server"]
    assert isinstance(table, server.Vocabulary)
    table.load()
