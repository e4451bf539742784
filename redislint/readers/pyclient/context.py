"""What kind of file makes a client: an application, a test, an example, a library."""

from __future__ import annotations

import re

_TEST = re.compile(
    r"(?i)(^|/)(tests?|testing|t|unit_?tests?|integration_?tests?|e2e|fixtures|mocks?)/"
    r"|(^|/)(test_[^/]*|[^/]*_tests?|tests?|conftest|[^/]*mock[^/]*)\.(py|pyi|ipynb)$"
)
_EXAMPLE = re.compile(
    r"(?i)(^|/)([^/]*(examples?|samples?|demos?|tutorials?|bench(mark(s|ing)?)?|exploits?|cve-\d+|"
    r"playground|sandbox|workshops?|quickstart|unauth(orized|enticated)?|vulnerab\w+)"
    r"|([^/]*[-_ .])?(docs?|doctests|poc|snippets?|lessons?|courses?|homework|exercises?|"
    r"getting[-_]started|notebooks?|scratch|experiments?|scripts?|tools?|hack|contrib|blogs?|"
    r"webinars?|utilities|devtools|vulns?|ctf))([-_ .][^/]*)?/"
    r"|(^|/)([^/]*[-_])?(examples?|samples?|demo|bench(mark)?s?|exploit|poc|quickstart|tutorial|"
    r"playground|scratch|wait[-_]for)([-_][^/]*)?\.(py|ipynb)$|\.ipynb$"
)
_DEVELOPMENT = re.compile(
    r"(?i)(^|/)(settings|config|configs|conf|environments?)/"
    r"(local|dev|develop(ment)?|docker[-_]compose|debug|ci)\.py$"
    r"|(^|/)(local|dev|development)_(settings|config)\.py$"
    r"|(^|/)(settings|config)_(local|dev|development|ci)\.py$"
)
_DEPLOYED = re.compile(r"(?i)(^|/)(deploy|deployments?|prod|production)/")
"""Where `local_settings.py` is what Django calls the settings of one installation."""
_FOREIGN = re.compile(r"(?i)(^|/)(site-packages|dist-packages|_?vendor(ed)?)/")
_TEST_IMPORTS = frozenset("pytest unittest fakeredis testcontainers nose hypothesis locust".split())


def context_of(path: str, imports: list[str]) -> str:
    """The context of a module as its path shows it: application, library, test or example."""
    if _FOREIGN.search(path):
        return "library"
    heads = {name.lstrip(".").split(".")[0] for name in imports}
    if _TEST.search(path) or heads & _TEST_IMPORTS:
        return "test"
    if _EXAMPLE.search(path) or (_DEVELOPMENT.search(path) and not _DEPLOYED.search(path)):
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
