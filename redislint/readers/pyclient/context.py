"""What kind of file makes a client: an application, a test, an example, a library."""

from __future__ import annotations

import re

_TEST = re.compile(
    r"(?i)(^|/)(tests?|testing|t|unit_?tests?|integration_?tests?|e2e|fixtures|mocks?)/"
    r"|(^|/)(test_[^/]*|[^/]*_tests?|tests?|conftest|[^/]*mock[^/]*)\.(py|pyi|ipynb)$"
)
_EXAMPLE = re.compile(
    r"(?i)(^|/)[^/]*(examples?|samples?|demos?|tutorials?|docs?|doctests|bench(mark(s|ing)?)?|poc|"
    r"exploits?|cve-\d+|snippets?|playground|sandbox|lessons?|courses?|workshops?|homework|"
    r"exercises?|quickstart|getting[-_]started|notebooks?|scratch|experiments?|scripts?|tools?|hack|"
    r"contrib|blogs?|webinars?|utilities|devtools)([-_ .][^/]*)?/"
    r"|(^|/)([^/]*[-_])?(examples?|samples?|demo|bench(mark)?s?|exploit|poc|quickstart|tutorial|"
    r"playground|scratch|wait[-_]for)([-_][^/]*)?\.(py|ipynb)$|\.ipynb$"
)
_TEST_IMPORTS = frozenset("pytest unittest fakeredis testcontainers nose hypothesis locust".split())


def context_of(path: str, imports: list[str]) -> str:
    """The context of a module: application, test or example."""
    heads = {name.lstrip(".").split(".")[0] for name in imports}
    if _TEST.search(path) or heads & _TEST_IMPORTS:
        return "test"
    if _EXAMPLE.search(path):
        return "example"
    return "application"


_LOCAL = re.compile(
    r"(?i)localhost(\..*)?$|127\.\d+\.\d+\.\d+$|::1$|0\.0\.0\.0$|unix:|host\.docker\.internal$"
)
_IP = re.compile(r"\d{1,3}(\.\d{1,3}){3}$|[0-9a-fA-F]*:[0-9a-fA-F:]+$")


def is_local(host: str) -> bool:
    """Whether a host is this machine."""
    return bool(_LOCAL.match(host))


def is_ip(host: str) -> bool:
    """Whether a host is an IP address."""
    return bool(_IP.match(host))
