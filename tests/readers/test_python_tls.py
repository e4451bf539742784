"""Whether certificates are checked, however clients and settings write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.model.client import Client
from redislint.model.facts import load
from tests.readers.trees import read

load()


def clients(base: Path, code: str) -> list[Client]:
    return [s for s in read(base, "python", {"app.py": code}) if isinstance(s, Client)]


@pytest.mark.parametrize(
    ("call", "unchecked"),
    [
        ("redis.Redis(host='h', ssl=True, ssl_cert_reqs=None)", True),
        ("redis.Redis(host='h', ssl=True, ssl_cert_reqs='none')", True),
        ("redis.Redis(host='h', ssl=True, ssl_cert_reqs=False)", True),
        ("redis.Redis(host='h', ssl=True, ssl_cert_reqs=ssl.CERT_NONE)", True),
        ("redis.from_url(os.environ['URL'], ssl_cert_reqs=None)", True),
        ("redis.from_url('redis://h', ssl_cert_reqs=None)", False),
        ("redis.Redis(host='h', ssl_cert_reqs=None)", False),
        ("redis.Redis(host='h', ssl=True)", False),
        ("redis.Redis(host='h', ssl=True, ssl_cert_reqs='required')", False),
    ],
)
def test_clients(tmp_path: Path, call: str, unchecked: bool) -> None:
    code = f"import os, redis, ssl\nr = {call}\n"
    (client,) = (s for s in read(tmp_path, "python", {"app.py": code}) if isinstance(s, Client))
    assert client.under("5.0.8").get("certificate-unchecked").is_true is unchecked


UNCHECKED = "{'ssl_cert_reqs': ssl.CERT_NONE}"


@pytest.mark.parametrize(
    ("code", "roles"),
    [
        (f"app = Celery('a', broker_use_ssl={UNCHECKED})\n", ["broker"]),
        (f"app = Celery('a', redis_backend_use_ssl={UNCHECKED})\n", ["backend"]),
        (f"app = Celery('a', broker=os.environ['URL'], broker_use_ssl={UNCHECKED})\n", ["broker"]),
        (f"CELERY_BROKER_USE_SSL = {UNCHECKED}\n", ["broker"]),
        (f"app = Celery('a', broker='amqp://mq', broker_use_ssl={UNCHECKED})\n", []),
        ("app = Celery('a', broker_use_ssl={'cert_reqs': ssl.CERT_NONE})\n", []),
        ("app = Celery('a', broker_use_ssl=True)\n", []),
    ],
    ids=["call", "backend", "unknown URL", "setting", "RabbitMQ", "names of RabbitMQ", "no table"],
)
def test_celery_that_learns_its_address_elsewhere(
    tmp_path: Path, code: str, roles: list[str]
) -> None:
    text = f"import os, ssl\nfrom celery import Celery\n{code}"
    found = [s for s in read(tmp_path, "python", {"app.py": text}) if isinstance(s, Client)]
    assert [c.get("celery-role").value for c in found] == roles
    assert all(c.under("5.0.8").get("certificate-unchecked").is_true for c in found)


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("r = redis.from_url(os.environ['U'] + '?ssl_cert_reqs=none')", 3),
        ("r = redis.from_url(f\"{os.environ['U']}?ssl_cert_reqs=none\")", 3),
        ("r = redis.from_url(os.environ['U'], ssl_cert_reqs=os.getenv('C', 'none'))", 3),
        (
            "k = {}\nif U.startswith('rediss://'):\n    k['ssl_cert_reqs'] = None\n"
            "r = redis.from_url(U, **k)",
            5,
        ),
        (
            "def f(tls):\n    k = {}\n    if tls:\n"
            "        k.update({'ssl': True, 'ssl_cert_reqs': ssl.CERT_NONE})\n"
            "    return redis.Redis(host=H, **k)",
            6,
        ),
        (
            "import celery\na = celery.Celery('x', broker=os.environ['U'] + '?ssl_cert_reqs=none')",
            4,
        ),
        (
            "CHANNEL_LAYERS = {'default': {'BACKEND': 'channels_redis.core.RedisChannelLayer',\n"
            "    'CONFIG': {'hosts': [os.environ['U'] + '?ssl_cert_reqs=none']}}}",
            4,
        ),
    ],
)
def test_no_check_of_certificates_in_a_roundabout_way(tmp_path: Path, code: str, line: int) -> None:
    (found,) = clients(tmp_path, "import os, redis, ssl\nfrom shop import H, U\n" + code)
    assert found.get("certificate-unchecked").value is True
    held = found.get("ssl_cert_reqs")
    assert held.span is not None
    assert held.span.line == line


@pytest.mark.parametrize(
    "code",
    [
        "r = redis.from_url(U, ssl_cert_reqs='required' if H else 'none')",
        "r = redis.from_url(U, ssl_cert_reqs=os.getenv('C', 'required'))",
        "k = {}\nif SKIP_TLS_VERIFY:\n    k['ssl_cert_reqs'] = None\nr = redis.from_url(U, **k)",
    ],
)
def test_no_check_that_somebody_has_to_ask_for(tmp_path: Path, code: str) -> None:
    (found,) = clients(tmp_path, "import os, redis, ssl\nfrom shop import H, U\n" + code)
    assert found.get("certificate-unchecked").value is not True
