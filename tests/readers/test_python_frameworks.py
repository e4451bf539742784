"""Clients that settings and helpers of frameworks make, and what each is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.model.client import Client
from redislint.model.deployment import Deployment
from redislint.model.facts import load
from redislint.model.server import Server
from tests.readers.trees import linked, read

load()


def clients(base: Path, text: str, path: str = "settings.py") -> list[Client]:
    return [s for s in read(base, "python", {path: text}) if isinstance(s, Client)]


def summary(client: Client) -> tuple[str, str, list[object]]:
    return (
        str(client.get("framework").value),
        str(client.get("purpose").value),
        [h.value if h.known else None for h in client.hosts],
    )


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "from dramatiq.brokers.redis import RedisBroker\n"
            "broker = RedisBroker(url='redis://queue:6379/3')\n",
            ("dramatiq", "queue", ["queue:6379"]),
        ),
        (
            "from dramatiq.brokers.redis import RedisBroker\n"
            "broker = RedisBroker(host='queue', port=6380)\n",
            ("dramatiq", "queue", ["queue:6380"]),
        ),
        (
            "from dramatiq.results.backends.redis import RedisBackend\n"
            "backend = RedisBackend(url='redis://results')\n",
            ("dramatiq", "results", ["results:6379"]),
        ),
        (
            "from arq.connections import RedisSettings\nclass WorkerSettings:\n"
            "    redis_settings = RedisSettings(host='queue', port=6380, ssl=True)\n",
            ("arq", "queue", ["queue:6380"]),
        ),
        (
            "from arq.connections import RedisSettings\n"
            "settings = RedisSettings.from_dsn('rediss://queue:6390')\n",
            ("arq", "queue", ["queue:6390"]),
        ),
        (
            "from huey import RedisHuey\nhuey = RedisHuey('app', host='queue')\n",
            ("huey", "queue", ["queue:6379"]),
        ),
        (
            "from huey import PriorityRedisHuey\nhuey = PriorityRedisHuey(url='redis://queue')\n",
            ("huey", "queue", ["queue:6379"]),
        ),
        (
            "from taskiq_redis import ListQueueBroker\n"
            "broker = ListQueueBroker(url='redis://queue:6379')\n",
            ("taskiq", "queue", ["queue:6379"]),
        ),
        (
            "import socketio\nmanager = socketio.AsyncRedisManager('redis://bus:6379')\n",
            ("socketio", "pubsub", ["bus:6379"]),
        ),
        (
            "from aiocache import RedisCache\ncache = RedisCache(endpoint='cache', port=6379)\n",
            ("aiocache", "cache", ["cache:6379"]),
        ),
        (
            "from slowapi import Limiter\n"
            "limiter = Limiter(key_func=f, storage_uri='redis://limits:6379')\n",
            ("limits", "rate-limiter", ["limits:6379"]),
        ),
        (
            "from limits.storage import storage_from_string\n"
            "storage = storage_from_string('async+redis://limits:6379', socket_timeout=1)\n",
            ("limits", "rate-limiter", ["limits:6379"]),
        ),
        (
            "from kombu import Connection\nqueue = Connection('redis://queue:6379/0')\n",
            ("celery", "queue", ["queue:6379"]),
        ),
        (
            "from flask_socketio import SocketIO\nio = SocketIO(message_queue='redis://bus')\n",
            ("flask", "pubsub", ["bus:6379"]),
        ),
        (
            "from flask_caching import Cache\n"
            "cache = Cache(config={'CACHE_TYPE': 'RedisCache', 'CACHE_REDIS_HOST': 'cache'})\n",
            ("flask", "cache", ["cache:6379"]),
        ),
    ],
)
def test_helpers(tmp_path: Path, code: str, expected: tuple[str, str, list[str]]) -> None:
    (found,) = clients(tmp_path, code, "app.py")
    assert summary(found) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "RQ_QUEUES = {'default': {'HOST': 'queue', 'PORT': 6380, 'DB': 1}}  # redis\n",
            ("django", "queue", ["queue:6380"]),
        ),
        ("RQ_QUEUES = {'a': {'URL': 'redis://queue'}}\n", ("django", "queue", ["queue:6379"])),
        (
            "DRAMATIQ_BROKER = {'BROKER': 'dramatiq.brokers.redis.RedisBroker',\n"
            "    'OPTIONS': {'url': 'redis://queue:6379'}}\n",
            ("django", "queue", ["queue:6379"]),
        ),
        (
            "HUEY = {'huey_class': 'huey.RedisHuey', 'connection': {'host': 'queue'}}\n",
            ("django", "queue", ["queue:6379"]),
        ),
        (
            "SESSION_REDIS = {'host': 'sessions', 'port': 6379, 'socket_timeout': 1}\n",
            ("django", "session", ["sessions:6379"]),
        ),
        (
            "RATELIMIT_STORAGE_URI = 'redis://limits'\n",
            ("limits", "rate-limiter", ["limits:6379"]),
        ),
        (
            "class Config:\n    RATELIMIT_STORAGE_URI = 'redis://limits'\n",
            ("limits", "rate-limiter", ["limits:6379"]),
        ),
        (
            "class Config:\n    CACHE_TYPE = 'RedisCache'\n    CACHE_REDIS_URL = 'redis://cache'\n",
            ("flask", "cache", ["cache:6379"]),
        ),
        (
            "from flask import Flask\napp = Flask(__name__)\napp.config['CACHE_TYPE'] = 'redis'\n"
            "app.config['CACHE_REDIS_URL'] = 'redis://cache'\n",
            ("flask", "cache", ["cache:6379"]),
        ),
        (
            "from flask import Flask\napp = Flask(__name__)\n"
            "app.config.from_mapping(CACHE_TYPE='RedisCache', CACHE_REDIS_HOST='cache')\n",
            ("flask", "cache", ["cache:6379"]),
        ),
        (
            "class Config:\n    broker_url = 'redis://queue'\n",
            ("celery", "queue", ["queue:6379"]),
        ),
    ],
)
def test_settings(tmp_path: Path, code: str, expected: tuple[str, str, list[str]]) -> None:
    (found,) = clients(tmp_path, code)
    assert summary(found) == expected


@pytest.mark.parametrize(
    "code",
    [
        "from slowapi import Limiter\nl = Limiter(key_func=f, storage_uri='memory://')  # redis\n",
        "RQ_QUEUES = {'default': {'USE_REDIS_CACHE': 'default'}}\n",
        "HUEY = {'huey_class': 'huey.SqliteHuey', 'connection': {}}  # no redis\n",
        "from mine import RedisBroker\nbroker = RedisBroker(url='redis://queue')\n",
        "CACHE_TYPE = 'SimpleCache'  # redis later\n",
        "from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n"
        "    CELERY_BROKER_URL: str = 'redis://localhost'\n",
    ],
)
def test_what_is_no_client(tmp_path: Path, code: str) -> None:
    assert clients(tmp_path, code) == []


@pytest.mark.parametrize(
    ("use", "purpose"),
    [
        ("from rq import Queue\nq = Queue(connection=r)\n", "queue"),
        ("from rq import Worker\nw = Worker(['a'], connection=r)\n", "queue"),
        ("from fastapi_limiter import FastAPILimiter\nFastAPILimiter.init(r)\n", "rate-limiter"),
        (
            "from fastapi_cache.backends.redis import RedisBackend\nb = RedisBackend(r)\n",
            "cache",
        ),
        ("from dramatiq.brokers.redis import RedisBroker\nb = RedisBroker(client=r)\n", "queue"),
        ("class Config:\n    SESSION_REDIS = r\n", "session"),
        (
            "from flask import Flask\napp = Flask('a')\napp.config['SESSION_REDIS'] = r\n",
            "session",
        ),
    ],
)
def test_a_client_that_is_handed_over(tmp_path: Path, use: str, purpose: str) -> None:
    code = "import redis\nr = redis.Redis(host='h', socket_timeout=1)\n" + use
    (found,) = clients(tmp_path, code, "app.py")
    assert found.get("purpose").value == purpose


def test_each_branch_of_the_settings_counts(tmp_path: Path) -> None:
    cache = "{'default': {'BACKEND': 'django_redis.cache.RedisCache', 'LOCATION': URL%s}}"
    tls = ", 'OPTIONS': {'CONNECTION_POOL_KWARGS': {'ssl_cert_reqs': False}}"
    code = f"if SECURE:\n    CACHES = {cache % tls}\nelse:\n    CACHES = {cache % ''}\n"
    first, second = clients(tmp_path, code)
    assert first.get("certificate-unchecked").value is True
    assert second.get("certificate-unchecked").value is False


def test_what_broker_and_backend_share_is_said_once(tmp_path: Path) -> None:
    code = (
        "import ssl\nCELERY_BROKER_URL = 'rediss://b'\nCELERY_RESULT_BACKEND = CELERY_BROKER_URL\n"
        "CELERY_BROKER_USE_SSL = {'ssl_cert_reqs': ssl.CERT_NONE}\n"
        "CELERY_REDIS_BACKEND_USE_SSL = CELERY_BROKER_USE_SSL\n"
    )
    broker, backend = clients(tmp_path, code)
    assert broker.get("certificate-unchecked").is_true
    assert not backend.get("certificate-unchecked").is_true


def test_a_cache_that_also_holds_the_sessions_shares_with_the_broker(tmp_path: Path) -> None:
    code = (
        "LOCATION = 'redis://redis:6379/1'\n"
        "CACHES = {'default': {'BACKEND': 'django_redis.cache.RedisCache', 'LOCATION': LOCATION}}\n"
        "SESSION_ENGINE = 'django.contrib.sessions.backends.cache'\nBROKER_URL = LOCATION\n"
    )
    found = read(tmp_path, "python", {"deploy/local_settings.py": code})
    (trap,) = [s for s in found if s.get("trap").value == "cache-and-queue-share-instance"]
    assert trap.get("context").value == "application"
    assert trap.get("detail").value == "the Celery broker uses the same database"


@pytest.mark.parametrize(("default", "told"), [("redis://store:6379/0", 1), ("redis://jobs/0", 0)])
def test_defaults_of_the_environment_may_share_a_server(
    tmp_path: Path, default: str, told: int
) -> None:
    code = (
        "import os\nCACHES = {'default': {'BACKEND': 'django_redis.cache.RedisCache',"
        " 'LOCATION': os.getenv('CACHE', 'redis://store/1')}}\n"
        f"CELERY_BROKER_URL = os.environ.get('BROKER', {default!r})\n"
    )
    found = read(tmp_path, "python", {"settings.py": code})
    traps = [s.get("detail").value for s in found if s.kind == "call"]
    assert traps == ["the Celery broker uses the same server"] * told


def test_queues_of_one_address_are_one_client(tmp_path: Path) -> None:
    queue = "{'HOST': 'queue', 'PORT': 6379, 'DB': 0}"
    assert len(clients(tmp_path, f"RQ_QUEUES = {{'a': {queue}, 'b': {queue}}}  # redis\n")) == 1


COMPOSE = {
    "compose.yaml": "services:\n  store:\n    image: redis:7\n  web:\n    image: app\n",
}


@pytest.mark.parametrize(
    ("code", "purpose"),
    [
        ("from huey import RedisHuey\nh = RedisHuey(host='store')\n", "queue"),
        ("RATELIMIT_STORAGE_URI = 'redis://store'\n", "rate-limiter"),
        ("CACHE_TYPE = 'RedisCache'\nCACHE_REDIS_URL = 'redis://store'\n", "cache"),
        (
            "import redis\nr = redis.Redis(host='store')\n"
            "CACHE_TYPE = 'RedisCache'\nCACHE_REDIS_URL = 'redis://store'\n",
            "unknown",
        ),
        (
            "CACHE_TYPE = 'RedisCache'\nCACHE_REDIS_URL = 'redis://store'\n"
            "RATELIMIT_STORAGE_URI = 'redis://store'\n",
            "rate-limiter",
        ),
    ],
)
def test_frameworks_say_what_a_server_is_for(tmp_path: Path, code: str, purpose: str) -> None:
    found = read(tmp_path, "python", {"app.py": code})
    deployment: Deployment = linked(tmp_path, "compose", COMPOSE, found)
    (server,) = (s for s in deployment.subjects if isinstance(s, Server))
    assert server.get("purpose").value == purpose
