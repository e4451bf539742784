"""Whether certificates are checked, however clients and settings write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.model.client import Client
from redislint.model.facts import load
from tests.readers.trees import read

load()


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
