"""Python of project templates."""

from __future__ import annotations

from pathlib import Path

from redislint.model.client import Client
from tests.readers.trees import read

TEMPLATE = """import ssl
import environ

env = environ.Env()

REDIS_URL = env("REDIS_URL", default="redis://{% if cookiecutter.docker == 'y' %}redis{% endif %}:6379/0")
{% if cookiecutter.use_celery == 'y' -%}
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": ssl.CERT_NONE} if SECURE else None
{%- endif %}
APPS = [{{cookiecutter.apps}}]
"""


def test_tags_hide_nothing(tmp_path: Path) -> None:
    found = read(tmp_path, "python", {"settings.py": TEMPLATE})
    (client,) = (s for s in found if isinstance(s, Client))
    held = client.get("ssl_cert_reqs")
    assert (held.value, held.span.line if held.span else 0) == ("none", 9)


def test_texts_with_tags_are_no_templates(tmp_path: Path) -> None:
    code = "import redis\nname = 'a{% b %}'\nr = redis.Redis(host='{{ host }}')\n"
    (client,) = (s for s in read(tmp_path, "python", {"a.py": code}) if isinstance(s, Client))
    assert client.get("host").value == "{{ host }}"
