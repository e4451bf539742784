"""Habits around a client that hurt whatever its options."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.model.client import Client
from tests.readers.trees import read

HEAD = "import redis\nr = redis.Redis(host='h')\n"


def traps(base: Path, code: str) -> list[str]:
    found = read(base, "python", {"app.py": HEAD + code})
    return [str(s.get("trap").value) for s in found if s.kind == "call"]


@pytest.mark.parametrize(
    "code",
    [
        "def f():\n    r.set('lock', t, nx=True, ex=3)\n    r.delete('lock')\n",
        "def f(k):\n    lock = f'lock:{k}'\n    if r.set(lock, t, nx=True, px=9):\n        r.delete(lock)\n",
        "def f():\n    r.set('lock', t, nx=True, ex=3)\n"
        "    if r.get('lock') == t:\n        r.delete('lock')\n",
        "class Guard:\n    def take_lock(self):\n        return r.set(self.key, t, nx=True, ex=3)\n"
        "    def release_lock(self):\n        r.delete(self.key)\n",
    ],
)
def test_locks_given_back_blindly(tmp_path: Path, code: str) -> None:
    assert traps(tmp_path, code) == ["lock-release-without-token"]


@pytest.mark.parametrize(
    "code",
    [
        "def f():\n    r.set('lock', t, nx=True, ex=3)\n    r.eval(SCRIPT, 1, 'lock', t)\n",
        "def f():\n    with r.lock('lock', timeout=3):\n        pass\n",
        "def f():\n    r.set('page', t, nx=True, ex=3)\n    r.delete('page')\n",
        "def f():\n    r.delete('lock')\n",
        "def f():\n    r.set('lock:a', t, nx=True, ex=3)\n    r.delete('lock:b')\n",
    ],
)
def test_locks_that_are_not_judged(tmp_path: Path, code: str) -> None:
    assert traps(tmp_path, code) == []


@pytest.mark.parametrize(
    "code",
    [
        "import pickle\nx = pickle.loads(r.get('a'))\n",
        "import pickle\ndef f():\n    held = r.get('a')\n    return pickle.loads(held)\n",
        "from pickle import loads\nx = loads(r.hget('a', 'b'))\n",
        "import dill\nasync def f(client):\n    return dill.loads(await client.redis.get('a'))\n",
        "import pickle\nfor item in r.lrange('a', 0, -1):\n    print(pickle.loads(item))\n",
        "def f():\n    return eval(r.get('a'))\n",
        "def f():\n    return [eval(bytes(i).decode('utf-8')) for i in r.zrevrange('a', 0, -1)]\n",
    ],
)
def test_values_of_redis_that_are_unpickled(tmp_path: Path, code: str) -> None:
    assert traps(tmp_path, code) == ["pickle-redis"]


@pytest.mark.parametrize(
    "code",
    [
        "import json\nx = json.loads(r.get('a'))\n",
        "import pickle\nx = pickle.loads(open('a').read())\n",
        "import pickle\ndef f(cache):\n    return pickle.loads(cache.get('a'))\n",
        "from json import loads\nimport pickle\nx = loads(r.get('a'))\n",
        "def f(text):\n    return eval(text)\n",
        "r.eval('return 1', 0)\n",
        "from mine import eval\nx = eval(r.get('a'))\n",
        "import pandas as pd\nx = pd.eval(r.get('a'))\n",
    ],
)
def test_what_is_no_pickle_of_redis(tmp_path: Path, code: str) -> None:
    assert traps(tmp_path, code) == []


@pytest.mark.parametrize(
    "code",
    [
        "import pickle\nx = pickle.dumps(r)\n",
        "from concurrent.futures import ProcessPoolExecutor\n"
        "pool = ProcessPoolExecutor()\npool.submit(f, r)\n",
        "import multiprocessing\npool = multiprocessing.Pool(4)\npool.apply_async(f, (r, 1))\n",
        "from concurrent.futures import ProcessPoolExecutor\n"
        "with ProcessPoolExecutor() as pool:\n    pool.submit(f, key, client=r)\n",
    ],
)
def test_clients_that_are_pickled(tmp_path: Path, code: str) -> None:
    assert traps(tmp_path, code) == ["redispy-client-pickled"]


@pytest.mark.parametrize(
    "code",
    [
        "from concurrent.futures import ThreadPoolExecutor\n"
        "pool = ThreadPoolExecutor()\npool.submit(f, r)\n",
        "import pickle\nx = pickle.dumps(r.get('a'))\n",
        "import multiprocessing\np = multiprocessing.Process(target=f, args=('redis://h',))\n",
    ],
)
def test_clients_that_stay(tmp_path: Path, code: str) -> None:
    assert "redispy-client-pickled" not in traps(tmp_path, code)


@pytest.mark.parametrize(
    ("extra", "dropped"),
    [
        ("socket_timeout=1, sentinel_kwargs={'password': 'x'}", True),
        ("socket_timeout=1, sentinel_kwargs={'password': 'x', 'socket_timeout': 1}", False),
        ("sentinel_kwargs={'password': 'x'}", False),
        ("socket_timeout=1", False),
        ("socket_timeout=1, sentinel_kwargs=extra", False),
    ],
)
def test_timeouts_that_sentinel_kwargs_drops(tmp_path: Path, extra: str, dropped: bool) -> None:
    code = f"from redis.sentinel import Sentinel\ns = Sentinel([('a', 1)], {extra})\nm = s.master_for('m')\n"
    found = read(tmp_path, "python", {"app.py": code})
    (client,) = (s for s in found if isinstance(s, Client))
    assert client.get("sentinel-timeout-dropped").is_true is dropped


@pytest.mark.parametrize(
    ("broker", "detail"),
    [
        ("redis://h:6379/0", "the Celery broker uses the same database"),
        ("redis://h:6379/1", "the Celery broker uses the same server"),
        ("redis://other:6379/0", None),
    ],
)
def test_a_queue_beside_the_cache(tmp_path: Path, broker: str, detail: str | None) -> None:
    code = (
        "CACHES = {'default': {'BACKEND': 'django.core.cache.backends.redis.RedisCache',\n"
        f"    'LOCATION': 'redis://h:6379/0'}}}}\nCELERY_BROKER_URL = '{broker}'\n"
    )
    found = read(tmp_path, "python", {"settings.py": code})
    calls = [s.get("detail").value for s in found if s.kind == "call"]
    assert calls == ([detail] if detail else [])


@pytest.mark.parametrize(
    "code",
    [
        "def f(k):\n    held = r.get(k)\n    return pickle.loads(held)\n",
        "def f(k):\n    return pickle.loads(base64.b64decode(r.get(k)))\n",
        "def f(k):\n    return pickle.loads(r.get(k).encode('latin1'))\n",
        "def f():\n    return [pickle.loads(x) for x in r.lrange('q', 0, -1)]\n",
        "def f():\n    for item, score in r.zrange('z', 0, -1):\n        pickle.loads(item)\n",
        "def f():\n    for item in r.zrange('z', 0, -1):\n        pickle.loads(item[0])\n",
        "def unpack(data):\n    return pickle.loads(data)\ndef f(k):\n    return unpack(r.get(k))\n",
        "class A:\n    def _load(self, data):\n        return pickle.loads(data)\n"
        "    def f(self, k):\n        held = r.get(k)\n        return self._load(held)\n",
    ],
)
def test_pickles_on_their_way_from_redis(tmp_path: Path, code: str) -> None:
    found = traps(tmp_path, "import pickle, base64\n" + code)
    assert found == ["pickle-redis"]


@pytest.mark.parametrize(
    "code",
    [
        "def f(path):\n    return pickle.loads(path.read_bytes())\n",
        "def unpack(data):\n    return pickle.loads(data)\ndef f(path):\n    return unpack(path)\n",
        "def f():\n    return [pickle.loads(x) for x in files]\n",
    ],
)
def test_pickles_from_elsewhere(tmp_path: Path, code: str) -> None:
    assert traps(tmp_path, "import pickle\n" + code) == []


def test_a_lock_that_a_pair_of_functions_takes_and_gives_back(tmp_path: Path) -> None:
    code = (
        "def acquire_lock(key):\n    return r.set(name=key, value=1, nx=True, ex=30)\n"
        "def release_lock(key):\n    r.delete(key)\n"
    )
    assert traps(tmp_path, code) == ["lock-release-without-token"]


def test_a_sweep_of_old_locks_is_no_release(tmp_path: Path) -> None:
    code = (
        "def acquire_lock(lock_key):\n    return r.set(lock_key, 1, nx=True, ex=30)\n"
        "def clean_stale_locks():\n    for lock_key in found:\n        r.delete(lock_key)\n"
    )
    assert traps(tmp_path, code) == []
