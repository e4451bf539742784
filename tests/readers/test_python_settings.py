"""Clients that settings of frameworks make."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.model.client import Client
from tests.readers.trees import read

DJANGO = """
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": "rediss://:secret@cache:6379/1",
        "OPTIONS": {
            "SOCKET_TIMEOUT": 2,
            "CONNECTION_POOL_KWARGS": {"max_connections": 50},
            "REDIS_CLIENT_KWARGS": {"health_check_interval": 30},
            "IGNORE_EXCEPTIONS": True,
        },
    },
    "files": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache"},
}
"""


def clients(base: Path, text: str, path: str = "settings.py", **more: str) -> list[Client]:
    return [s for s in read(base, "python", {path: text, **more}) if isinstance(s, Client)]


def test_django_redis(tmp_path: Path) -> None:
    (found,) = clients(tmp_path, DJANGO)
    names = ("framework", "host", "db", "ssl", "socket_timeout", "max_connections",
             "cache-exceptions", "sessions")  # fmt: skip
    assert [found.get(n).value for n in names] == [
        "django", "cache", 1, True, 2, 50, True, False
    ]  # fmt: skip
    assert found.get("health_check_interval").set is not True
    assert found.get("password").set is True
    assert found.anchor is not None
    assert found.anchor.line == 3


def test_django_redis_client_kwargs_do_nothing(tmp_path: Path) -> None:
    (trap,) = (s for s in read(tmp_path, "python", {"settings.py": DJANGO}) if s.kind == "call")
    assert trap.get("trap").value == "django-redis-client-kwargs-ignored"
    assert trap.get("detail").value == "health_check_interval"
    assert trap.anchor.line == 9


def test_the_session_cache(tmp_path: Path) -> None:
    code = DJANGO + 'SESSION_ENGINE = "django.contrib.sessions.backends.cache"\n'
    (found,) = clients(tmp_path, code)
    assert found.get("sessions").value is True


def test_django_core_backend(tmp_path: Path) -> None:
    code = (
        'CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache",\n'
        '    "LOCATION": "redis://cache:6379", "OPTIONS": {"socket_timeout": 3}}}\n'
    )
    (found,) = clients(tmp_path, code)
    assert found.get("socket_timeout").value == 3


def test_a_url_from_the_settings_of_the_project(tmp_path: Path) -> None:
    code = (
        "import redis\nfrom django.conf import settings\n"
        "r = redis.Redis.from_url(settings.BROKER_URL)\n"
    )
    (found,) = clients(
        tmp_path, code, "app/worker.py",
        **{"app/settings.py": "BROKER_URL = 'unix:///run/redis.sock'  # redis\n"},
    )  # fmt: skip
    assert found.get("start-by").value == "unix"


def test_channel_layers(tmp_path: Path) -> None:
    code = (
        'CHANNEL_LAYERS = {"default": {"BACKEND": "channels_redis.core.RedisChannelLayer",\n'
        '    "CONFIG": {"hosts": [("redis", 6379)]}}}\n'
    )
    (found,) = clients(tmp_path, code)
    assert [h.value for h in found.hosts] == ["redis:6379"]
    assert found.open_why


def test_celery_app_and_its_options(tmp_path: Path) -> None:
    code = (
        "from celery import Celery\n"
        "app = Celery('x', broker='redis://broker:6379/0', backend='redis://broker:6379/1')\n"
        "app.conf.broker_transport_options = {'visibility_timeout': 600}\n"
        "@app.task(bind=True)\ndef f(self):\n    self.retry(countdown=7200)\n"
    )
    broker, backend = clients(tmp_path, code)
    assert [broker.get(n).value for n in ("celery-role", "visibility_timeout", "longest-delay")] == [
        "broker", 600, 7200
    ]  # fmt: skip
    assert (backend.get("celery-role").value, backend.get("db").value) == ("backend", 1)


def test_celery_by_update_and_by_module(tmp_path: Path) -> None:
    code = (
        "from celery import Celery\napp = Celery('x')\n"
        "app.conf.update(broker_url='redis://b', broker_transport_options={'socket_timeout': 9})\n"
    )
    (found,) = clients(tmp_path, code)
    assert found.get("socket_timeout").value == 9
    (found,) = clients(tmp_path, "broker_url = 'redis://b:6379/0'\n", "conf.py")
    assert found.open_why == "broker_transport_options are set elsewhere"


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_celery_configuration_file_is_whole(tmp_path: Path, elsewhere: bool) -> None:
    files = {"celeryconfig.py": "broker_url = 'redis://b:6379/0'\n"}
    if elsewhere:
        files["celery_app.py"] = "app.conf.broker_transport_options = {'socket_timeout': 3}\n"
    (found,) = [s for s in read(tmp_path, "python", files) if s.label == "the Celery broker"]
    assert isinstance(found, Client)
    assert bool(found.open_why) is elsewhere


_APP = "from celery import Celery\napp = Celery('x', broker='redis://b:6379/0')\n"


@pytest.mark.parametrize(
    ("code", "path", "config"),
    [
        ("app.config_from_object('conf')\n", "conf.py", "broker_transport_options = %s\n"),
        (
            "import conf\napp.config_from_object(conf)\n",
            "conf.py",
            "broker_transport_options = %s\n",
        ),
        (
            "from conf import Config\napp.config_from_object(Config)\n",
            "conf.py",
            "class Config:\n    broker_transport_options = %s\n",
        ),
        (
            "app.config_from_object('conf:Config')\n",
            "conf.py",
            "class Config:\n    broker_transport_options = %s\n",
        ),
        (
            "app.config_from_object('django.conf:settings', namespace='CELERY')\n",
            "proj/settings.py",
            "CELERY_BROKER_TRANSPORT_OPTIONS = %s\n",
        ),
    ],
)
def test_celery_by_an_object_of_another_file(
    tmp_path: Path, code: str, path: str, config: str
) -> None:
    options = "{'visibility_timeout': 60}"
    found = read(tmp_path, "python", {"app.py": _APP + code, path: config % options})
    (broker,) = [s for s in found if s.label == "the Celery broker"]
    assert broker.get("visibility_timeout").value == 60


def test_the_longest_delay_of_task_modules(tmp_path: Path) -> None:
    tasks = (
        "from celery import shared_task\nf.apply_async(countdown=60 * 60 * 4)\n"
        "# f.apply_async(countdown=86400)\n"
    )
    found = read(tmp_path, "python", {"app.py": _APP, "app_tasks.py": tasks})
    (broker,) = [s for s in found if s.label == "the Celery broker"]
    assert broker.get("longest-delay").value == 14400


@pytest.mark.parametrize(
    ("code", "host", "timeout"),
    [
        (
            "db = FlaskRedis(socket_timeout=2)\napp.config['REDIS_URL'] = 'redis://c:6379/1'\n",
            "c",
            2,
        ),
        ("db = FlaskRedis(app, config_prefix='JOBS')\nJOBS_URL = 'redis://j:6379/0'\n", "j", None),
    ],
)
def test_flask_redis(tmp_path: Path, code: str, host: str, timeout: int | None) -> None:
    (found,) = clients(tmp_path, "from flask_redis import FlaskRedis\n" + code, "ext.py")
    assert (found.get("host").value, found.get("socket_timeout").value) == (host, timeout)


def test_flask_redis_with_its_url_elsewhere(tmp_path: Path) -> None:
    (found,) = clients(tmp_path, "from flask_redis import FlaskRedis\ndb = FlaskRedis()\n")
    assert [h.known for h in found.hosts] == [False]


def test_another_broker_is_no_client(tmp_path: Path) -> None:
    code = "from celery import Celery\n# not redis\napp = Celery('x', broker='amqp://rabbit')\n"
    assert clients(tmp_path, code) == []


def test_flask_caching(tmp_path: Path) -> None:
    code = 'CACHE_TYPE = "RedisCache"\nCACHE_REDIS_URL = "redis://cache:6379/2"\n'
    (found,) = clients(tmp_path, code)
    assert [found.get(n).value for n in ("framework", "host", "db")] == ["flask", "cache", 2]


def traps(base: Path, text: str) -> list[tuple[str, str]]:
    found = read(base, "python", {"settings.py": text})
    return [
        (str(s.get("trap").value), str(s.get("detail").value)) for s in found if s.kind == "call"
    ]


def test_options_of_the_other_backend(tmp_path: Path) -> None:
    core = "django.core.cache.backends.redis.RedisCache"
    code = "CACHES = {'default': {'BACKEND': '%s', 'LOCATION': 'redis://h', 'OPTIONS': %s}}\n"
    assert traps(tmp_path, code % (core, "{'CLIENT_CLASS': 'x'}")) == [
        ("django-core-cache-foreign-options", "CLIENT_CLASS")
    ]
    assert traps(tmp_path, code % (core, "{'socket_timeout': 1}")) == []
    own = "django_redis.cache.RedisCache"
    assert traps(tmp_path, code % (own, "{'socket_timeout': 1, 'max_connections': 2}")) == [
        ("django-redis-lowercase-options", "socket_timeout, max_connections")
    ]
    assert traps(tmp_path, code % (own, "{'SOCKET_TIMEOUT': 1}")) == []


@pytest.mark.parametrize(
    ("timeout", "host", "told"),
    [("None", "cache", True), ("300", "cache", False), ("None", "localhost", False)],
)
def test_a_cache_whose_entries_never_end(
    tmp_path: Path, timeout: str, host: str, told: bool
) -> None:
    code = (
        "CACHES = {'default': {'BACKEND': 'django_redis.cache.RedisCache',\n"
        f"    'LOCATION': 'redis://{host}:6379/1', 'TIMEOUT': {timeout}}}}}\n"
    )
    assert ("keys-without-ttl-cache" in [t for t, _ in traps(tmp_path, code)]) is told


@pytest.mark.parametrize(
    ("code", "seconds"),
    [
        ("t.apply_async(eta=now() + timedelta(days=2, hours=1))", 176400),
        ("t.apply_async(countdown=timedelta(hours=3).total_seconds())", 10800),
        ("app.conf.update(task_acks_late=True, task_time_limit=7200)", 7200),
        ("app.conf.task_acks_late = True\napp.conf.task_soft_time_limit = 2 * 3600", 7200),
    ],
)
def test_what_takes_longer_than_a_worker_may_keep_a_task(
    tmp_path: Path, code: str, seconds: int
) -> None:
    head = "from celery import Celery\napp = Celery('x', broker='redis://queue')\n"
    found = read(tmp_path, "python", {"app.py": head + code + "\n"})
    (broker,) = (s for s in found if isinstance(s, Client))
    assert broker.get("longest-delay").value == seconds
    assert broker.get("delay-exceeds-visibility").value is True


def test_a_time_limit_counts_only_for_late_acknowledgement(tmp_path: Path) -> None:
    code = (
        "from celery import Celery\napp = Celery('x', broker='redis://queue')\n"
        "app.conf.update(task_acks_late=False, task_time_limit=7200)\n"
    )
    (broker,) = (s for s in read(tmp_path, "python", {"app.py": code}) if isinstance(s, Client))
    assert broker.get("delay-exceeds-visibility").value is False
