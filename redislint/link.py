"""Facts of all files → one linked Deployment.

Each step is a module of `redislint.linking` with one function of the deployment; they run in this
order, because each needs what those before it found.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable

from redislint.model.deployment import Deployment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.readers import Context

# (module, function, kinds of subjects of which one must be there): a module is imported when it is
# needed.
STEPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("containers", "link_containers", ()),
    ("springenv", "find_names", ("container",)),
    ("spring", "merge_spring", ("client", "property")),
    ("springcode", "mark_read", ("property",)),
    ("versions", "resolve_versions", ("client", "dependency")),
    ("libraries", "mark_libraries", ("client", "call")),
    ("jvmflags", "find_flags", ("client",)),
    ("validity", "find_refusals", ("server", "sentinel")),
    ("clusters", "link_clusters", ("server", "sentinel")),
    ("connections", "link_connections", ("server",)),
    ("variables", "link_variables", ("server",)),
    ("managed", "mark_addresses", ("managed-cache",)),
    ("locks", "find_locks", ("call",)),
    ("notifications", "find_silence", ("call",)),
    ("purpose", "find_purposes", ("server",)),
    ("passwords", "find_client_passwords", ("container",)),
)


def link(
    deployment: Deployment, context: Context, settle: Callable[[Deployment], None] = lambda _: None
) -> None:
    """Link everything that the readers found: the deployment grows by servers and links.

    `settle` puts what the user says over what the files show, once the servers are known.
    """
    for module, function, kinds in STEPS:
        if kinds and not any(s.kind in kinds for s in deployment.subjects):
            continue
        step = importlib.import_module(f"redislint.linking.{module}")
        getattr(step, function)(deployment, context)
        if module == "containers":
            settle(deployment)
