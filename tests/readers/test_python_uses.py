"""Calls on Python clients, and the traps in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redislint.model.client import Client
from redislint.readers.pyclient.slots import slot
from redislint.readers.pyclient.url import parse
from tests.readers.trees import read

HEAD = "import redis\nr = redis.Redis(host='h')\n"
CLUSTER = "from redis.cluster import RedisCluster\nr = RedisCluster(host='h')\n"


def traps(base: Path, code: str, path: str = "app.py") -> list[tuple[str, int]]:
    found = read(base, "python", {path: code})
    return [(str(s.get("trap").value), s.anchor.line) for s in found if s.kind == "call"]


def client(base: Path, code: str) -> Client:
    (found,) = (s for s in read(base, "python", {"app.py": code}) if isinstance(s, Client))
    return found


def test_slots_are_those_of_the_cluster_specification() -> None:
    # The example of the specification: CRC16 of 123456789 is 0x31c3.
    assert slot(b"123456789") == 0x31C3
    assert slot(b"foo") == 12182


@given(st.binary(max_size=20), st.binary(max_size=20), st.binary(min_size=1, max_size=8))
def test_keys_with_one_tag_share_a_slot(before: bytes, after: bytes, tag: bytes) -> None:
    before, tag = before.replace(b"{", b""), tag.replace(b"}", b"x").replace(b"{", b"x")
    assert slot(before + b"{" + tag + b"}" + after) == slot(tag)


def test_an_empty_tag_is_no_tag() -> None:
    assert slot(b"a{}b") != slot(b"")
    assert slot(b"foo{}{bar}") == 8363


@pytest.mark.parametrize(
    "call",
    [
        "r.mget('a', 'b')",
        "r.mget(['a', 'b'])",
        "r.mset({'a': 1, 'b': 2})",
        "r.rename('a', 'b')",
        "r.sinterstore('a', 'b', 'c')",
        "r.smove('a', 'b', 'x')",
    ],
)
def test_literal_keys_in_different_slots(tmp_path: Path, call: str) -> None:
    assert traps(tmp_path, CLUSTER + call) == [("cluster-crossslot", 3)]


@pytest.mark.parametrize(
    "call",
    [
        "r.mget('{t}a', '{t}b')",
        "r.mget(keys)",
        "r.mget('a', other)",
        "r.mget('a')",
        "r.delete('a', 'b')",
        "r.mget_nonatomic('a', 'b')",
        "r.smove('{t}a', '{t}b', 'x')",
    ],
)
def test_keys_that_share_a_slot_or_are_unknown(tmp_path: Path, call: str) -> None:
    assert traps(tmp_path, CLUSTER + call) == []


def test_slots_do_not_matter_without_a_cluster(tmp_path: Path) -> None:
    assert traps(tmp_path, HEAD + "r.mget('a', 'b')") == []


@pytest.mark.parametrize(
    ("call", "seconds", "shown"),
    [
        ("r.blpop('q', 7)", 7, "blpop(timeout=7)"),
        ("r.blpop('q', timeout=30)", 30, "blpop(timeout=30)"),
        ("r.blpop('q')", 0, "blpop() without timeout"),
        ("r.brpoplpush('a', 'b', 4)", 4, "brpoplpush(timeout=4)"),
        ("r.xread({'s': '$'}, block=5000)", 5, "xread(block=5000)"),
        ("r.blpop('a', 1); r.blpop('b', 9)", 9, "blpop(timeout=9)"),
        ("r.blpop('a', 1); r.blpop('b')", 0, "blpop() without timeout"),
    ],
)
def test_the_longest_block(tmp_path: Path, call: str, seconds: float, shown: str) -> None:
    found = client(tmp_path, HEAD + call)
    assert (found.get("longest-block").value, found.get("block-call").value) == (seconds, shown)


@pytest.mark.parametrize("call", ["r.blpop('q', wait)", "r.xread({'s': '$'})", "r.lpop('q')"])
def test_blocks_that_are_unknown_or_none(tmp_path: Path, call: str) -> None:
    assert client(tmp_path, HEAD + call).get("longest-block").set is False


def test_keys_on_a_client_and_on_what_looks_like_one(tmp_path: Path) -> None:
    code = (
        HEAD + "r.keys('a*')\nself.redis_client.keys('b*')\nconfig.keys()\n{}.keys()\nd.keys('x')\n"
    )
    assert traps(tmp_path, code) == [
        ("keys-command-on-cluster-or-large", 3),
        ("keys-command-on-cluster-or-large", 4),
    ]


@pytest.mark.parametrize(
    "call", ["r.setnx('lock:a', 1)", "r.set('lock', 1, nx=True)", "r.set(lock_key, 1, nx=True)"]
)
def test_locks_without_an_end(tmp_path: Path, call: str) -> None:
    assert traps(tmp_path, HEAD + call) == [("lock-without-ttl", 3)]


@pytest.mark.parametrize(
    "call",
    [
        "r.set('lock:a', 1, nx=True, ex=5)",
        "r.set('lock:a', 1, nx=True, px=5)",
        "r.set('lock:a', 1)",
        "r.set('blocked:a', 1, nx=True)",
        "r.setnx('clock:a', 1)",
        "r.set('seen:a', 1, nx=True)",
        "r.set('lock:a', 1, nx=True, **more)",
    ],
)
def test_locks_with_an_end_and_other_keys(tmp_path: Path, call: str) -> None:
    assert traps(tmp_path, HEAD + call) == []


def test_scripts_put_together_from_variables(tmp_path: Path) -> None:
    code = (
        HEAD + "r.eval(f'return {x}', 0)\nr.eval('return ' + x, 0)\nr.eval(SCRIPT, 0)\n"
        "r.eval('return 1', 0)\n"
    )
    assert traps(tmp_path, code) == [("lua-injection", 3), ("lua-injection", 4)]


def test_unwatch_on_the_way_to_multi(tmp_path: Path) -> None:
    code = HEAD + (
        "def f(pipe):\n    pipe.watch('a')\n    if pipe.get('a') is None:\n        pipe.unwatch()\n"
        "        return\n    pipe.unwatch()\n    pipe.multi()\n    pipe.execute()\n"
    )
    assert traps(tmp_path, code) == [("watch-released-before-multi", 8)]


def test_watching_again_is_fine(tmp_path: Path) -> None:
    code = HEAD + "def f(pipe):\n    pipe.unwatch()\n    pipe.watch('a')\n    pipe.multi()\n"
    assert traps(tmp_path, code) == []


def test_a_synchronous_client_in_a_coroutine_is_told_once(tmp_path: Path) -> None:
    code = HEAD + "async def f():\n    r.get('a')\n    r.get('b')\n\ndef g():\n    r.get('c')\n"
    assert traps(tmp_path, code) == [("redispy-sync-client-in-async", 4)]


def test_an_asyncio_client_in_a_coroutine(tmp_path: Path) -> None:
    code = "import redis.asyncio as redis\nr = redis.Redis(host='h')\nasync def f():\n    await r.get('a')\n"
    assert traps(tmp_path, code) == []


@pytest.mark.parametrize(
    "handler",
    [
        "@app.route('/')\ndef f():\n    c = redis.Redis(host='h')\n",
        "@router.get('/')\nasync def f():\n    c = redis.from_url('redis://h')\n",
        "@app.websocket('/')\nasync def f():\n    c = redis.from_url('redis://h')\n",
    ],
)
def test_a_client_for_each_request(tmp_path: Path, handler: str) -> None:
    code = "import redis\nfrom flask import Flask\n" + handler
    assert traps(tmp_path, code) == [("redispy-client-per-request", 5)]


@pytest.mark.parametrize(
    "function",
    [
        "def make():\n    return redis.Redis(host='h')\n",
        "@app.on_event('startup')\ndef f():\n    app.state.r = redis.Redis(host='h')\n",
        "@lru_cache\ndef f():\n    return redis.Redis(host='h')\n",
        "@app.route('/')\ndef f():\n    c = redis.Redis(connection_pool=POOL)\n",
        "@shared_task\ndef f():\n    c = redis.Redis(host='h')\n",
        "@app.route('/health')\ndef f():\n    c = redis.Redis(host='h')\n",
        "@app.get('/')\nasync def ready():\n    c = redis.from_url('redis://h')\n",
        "@app.get('/')\nasync def f():\n    c = redis.from_url('redis://h')\n    await c.aclose()\n",
        "@app.route('/')\ndef f():\n    global c\n    c = redis.Redis(host='h')\n",
    ],
)
def test_clients_that_are_kept_closed_or_made_seldom(tmp_path: Path, function: str) -> None:
    found = traps(tmp_path, "import redis\nfrom flask import Flask\n" + function)
    assert "redispy-client-per-request" not in [name for name, _ in found]


@pytest.mark.parametrize("package", ["aioredis", "rediscluster"])
def test_abandoned_packages_unless_as_a_fall_back(tmp_path: Path, package: str) -> None:
    (found,) = traps(tmp_path, f"import {package}\n")
    assert found[1] == 1
    fall_back = f"try:\n    from redis import asyncio\nexcept ImportError:\n    import {package}\n"
    assert traps(tmp_path, fall_back) == []


def test_an_abandoned_package_that_a_function_chooses_is_no_fall_back(tmp_path: Path) -> None:
    code = """def connect(kind, **options):
    if kind == "cluster":
        import rediscluster
        return rediscluster.StrictRedisCluster(**options)
    import redis
    return redis.StrictRedis(**options)
"""
    assert ("redispy-cluster-abandoned-package", 3) in traps(tmp_path, code)


@pytest.mark.parametrize(
    ("call", "waits"),
    [
        ('aioredis.from_url("redis://cache.internal")', True),
        ('aioredis.from_url("redis://cache.internal", socket_timeout=3)', False),
        # aioredis 1 has no such option to give.
        ('aioredis.create_redis_pool("redis://cache.internal")', False),
    ],
)
def test_aioredis_waits_for_ever_in_every_release(tmp_path: Path, call: str, waits: bool) -> None:
    made = client(tmp_path, f"import aioredis\nr = {call}\n")
    assert made.get("waits-for-ever").is_true is waits


def test_binary_values_on_a_decoding_client(tmp_path: Path) -> None:
    code = (
        "import pickle, redis\nr = redis.Redis(host='h', decode_responses=True)\n"
        "def f(x):\n    data = pickle.dumps(x)\n    r.set('a', data)\n"
    )
    assert client(tmp_path, code).get("binary-use").value == "pickle.dumps"


@given(st.text(max_size=60))
def test_no_url_breaks_the_reader(text: str) -> None:
    parse(text)
    parse("redis://" + text)


def test_a_client_of_a_module_that_was_not_read(tmp_path: Path) -> None:
    code = "from app.cache import redis, names\nawait_ = redis.keys('a*')\nnames.keys('b*')\n"
    found = read(tmp_path, "python", {"app/x.py": "import redis.asyncio\n" + code})
    assert [s.get("detail").value for s in found] == ["a*"]


@pytest.mark.parametrize(
    ("url", "alone"),
    [
        ("'redis://secret@h:6379/0'", True),
        ("f'redis://{password}@h'", True),
        ("f'rediss://{settings.REDIS_PASSWORD}@h'", True),
        ("f'redis://{credentials}@h'", False),
        ("f'redis://:{password}@h'", False),
        ("f'redis://{user}:{password}@h'", False),
        ("'redis://h:6379/0'", False),
        ("'redis://user@h', password=p", False),
    ],
)
def test_a_password_in_the_place_of_a_user(tmp_path: Path, url: str, alone: bool) -> None:
    found = read(tmp_path, "python", {"app.py": f"import redis\nr = redis.from_url({url})\n"})
    (client,) = (s for s in found if isinstance(s, Client))
    assert client.get("url-user-only").is_true is alone


@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("cache:6379", True),
        ("http://cache", True),
        ("redis://:a#b@cache:6379", True),
        ("redis://cache:port", True),
        ("redis://cache:6379/0", False),
        ("rediss://:p%23@cache", False),
        ("unix:///run/redis.sock", False),
        ("YOUR_REDIS_URL", False),
        ("", False),
    ],
)
def test_urls_that_redis_py_refuses(tmp_path: Path, url: str, refused: bool) -> None:
    found = read(tmp_path, "python", {"app.py": f"import redis\nr = redis.from_url('{url}')\n"})
    (client,) = (s for s in found if isinstance(s, Client))
    assert bool(client.get("url-refused").value) is refused


_FORKED = """
import multiprocessing, redis
{made}
def work(k):
    return client.get(k)
if __name__ == "__main__":
    {start}
"""


@pytest.mark.parametrize(
    ("made", "start", "told"),
    [
        ("client = redis.Redis(single_connection_client=True)", "multiprocessing.Pool(4)", True),
        ("client = redis.Redis(single_connection_client=False)", "multiprocessing.Pool(4)", False),
        ("client = redis.Redis()", "multiprocessing.Pool(4)", False),
        ("client = redis.Redis(single_connection_client=True)", "work(1)", False),
        (
            "client = redis.Redis(single_connection_client=True)",
            "multiprocessing.set_start_method('spawn'); multiprocessing.Pool(4)",
            False,
        ),
    ],
)
def test_a_connection_before_a_fork(tmp_path: Path, made: str, start: str, told: bool) -> None:
    found = [t for t, _ in traps(tmp_path, _FORKED.format(made=made, start=start))]
    assert ("redispy-connection-before-fork" in found) is told


@pytest.mark.parametrize(
    ("url", "effect"),
    [
        (
            "redis.asyncio.RedisCluster.from_url('redis://h?reinitialize_steps=1')",
            "number is needed",
        ),
        ("redis.RedisCluster.from_url('redis://h?dynamic_startup_nodes=false')", "is dropped"),
        ("redis.from_url('redis://h?retry_on_error=TimeoutError')", "single letters"),
        ("redis.from_url('redis://h?socket_timeout=1&ssl_check_hostname=False')", ""),
    ],
)
def test_options_of_a_url_that_are_not_what_they_look_like(
    tmp_path: Path, url: str, effect: str
) -> None:
    found = client(tmp_path, f"import redis.asyncio\nr = {url}\n").get("url-text-effect")
    assert effect in str(found.value or "")
    assert found.set is bool(effect)


@pytest.mark.parametrize(
    ("code", "trap"),
    [
        (
            "async def get():\n    c = redis.Redis()\n    try:\n        yield c\n"
            "    finally:\n        await c.aclose()\n",
            "redispy-client-per-request",
        ),
        (
            "async def get():\n    async with redis.Redis() as c:\n        yield c\n",
            "redispy-client-per-request",
        ),
        ("def get():\n    return redis.Redis()\n", "redispy-client-per-request"),
        ("def get():\n    yield shared\n", ""),
        ("@lru_cache\ndef get():\n    return redis.Redis()\n", ""),
        ("def get():\n    c = redis.Redis(connection_pool=pool)\n    yield c\n", ""),
    ],
)
def test_clients_of_dependencies(tmp_path: Path, code: str, trap: str) -> None:
    use = "@app.get('/x')\nasync def x(r=Depends(get)):\n    return 1\n"
    found = [
        t
        for t, _ in traps(tmp_path, f"import redis.asyncio as redis\nimport fastapi\n{code}{use}")
        if "client-per" in t
    ]
    assert found == ([trap] if trap else [])


_HELPER = "import redis\ndef get():\n    return redis.Redis(host='h')\n"


@pytest.mark.parametrize(
    ("uses", "found"),
    [
        ("def a():\n    get().set('k', 1)\ndef b():\n    r = get()\n    return r.get('k')\n", 1),
        # One function may run once, and what is kept at import or on an object is made once.
        ("def a():\n    get().set('k', 1)\n", 0),
        ("r = get()\ndef a():\n    get().set('k', 1)\ndef b():\n    get().get('k')\n", 0),
        ("class C:\n    def __init__(self):\n        self.r = get()\n    def a(self):\n        get().get(1)\n", 0),
        ("def a():\n    with get() as r:\n        r.get(1)\ndef b():\n    get().get(1)\n", 0),
        ("def a():\n    r = get()\n    r.get(1)\n    r.close()\ndef b():\n    get().get(1)\n", 0),
    ],
)  # fmt: skip
def test_a_helper_that_connects_at_each_call(tmp_path: Path, uses: str, found: int) -> None:
    names = [name for name, _ in traps(tmp_path, _HELPER + uses)]
    assert names.count("redispy-client-per-request") == found


def test_a_helper_of_a_class_is_called_on_it(tmp_path: Path) -> None:
    code = """import redis
class Store:
    @staticmethod
    def _get():
        r = redis.Redis(host="h")
        return r
    @classmethod
    def write(cls, key):
        cls._get().set(key, 1)
    def read(self, key):
        r = self._get()
        return r.get(key)
"""
    assert ("redispy-client-per-request", 5) in traps(tmp_path, code)


def test_the_default_of_a_timeout_shows_its_unit(tmp_path: Path) -> None:
    code = "import os, redis\nr = redis.Redis(socket_timeout=float(os.getenv('T', '3000')))\n"
    assert client(tmp_path, code).get("huge-timeout").value == 3000


def test_a_parameter_left_out_gives_no_timeout_on_purpose(tmp_path: Path) -> None:
    code = "import redis\ndef make(t=None):\n    return redis.Redis('h', socket_timeout=t)\n"
    assert not client(tmp_path, code + "r = make()\n").get("socket_timeout").set
    assert client(tmp_path, code + "r = make(None)\n").get("socket_timeout").set


def test_unpickling_on_a_decoding_client(tmp_path: Path) -> None:
    code = "import pickle, redis\nr = redis.Redis(decode_responses=True)\n"
    assert client(tmp_path, code + "x = pickle.loads(r.get('k'))\n").get("binary-use").set


@pytest.mark.parametrize(
    "code",
    [
        "r = redis.Redis(host='h')\nr.keys('a:*')",
        "r = redis.Redis(host='h')\nr.execute_command('keys', 'a:*')",
        "from shop.store import get_redis_client\nget_redis_client().keys('a:*')",
        "from shop.store import get_redis\nr = get_redis('cache')\nr.keys('a:*')",
        "from redis import Redis\ndef f(store: Redis | None = None): return store.keys('a:*')",
        "from redis import Redis\nclass A:\n    store: 'Redis[str]'\n"
        "    def f(self): return self.store.keys('a:*')",
        "class A:\n    def __init__(self):\n        self.c: redis.Redis | None = None\n"
        "    def f(self): return self.c.keys('a:*')",
        "class A(redis.Redis):\n    def f(self): return self.keys('a:*')",
        "class A:\n    @property\n    def held(self):\n        self._c = redis.Redis(host='h')\n"
        "        return self._c\n    def f(self): return self.held.keys('a:*')",
        "from shop import sentinel\nsentinel.slave.keys('a:*')",
        "from django.core.cache import cache\ncache.keys('a:*')",
    ],
)
def test_keys_however_the_client_comes(tmp_path: Path, code: str) -> None:
    found = traps(tmp_path, "import redis\n" + code)
    assert [name for name, _ in found] == ["keys-command-on-cluster-or-large"]


@pytest.mark.parametrize(
    "code",
    [
        "from shop import settings\nsettings.redis_options.keys()",
        "from shop import get_redis_settings\nget_redis_settings().keys('x')",
        "from shop import Table\ndef f(t: Table): return t.keys('a:*')",
        "class A(dict):\n    def f(self): return self.keys('a')",
        "from django.core.cache import cache\ncache.get('keys')",
        "redis.Redis(host='h').execute_command('GET', 'a')",
    ],
)
def test_keys_of_something_else(tmp_path: Path, code: str) -> None:
    assert traps(tmp_path, "import redis\n" + code) == []


@pytest.mark.parametrize(
    "call",
    [
        "r.lock('job')",
        "r.lock('job', blocking_timeout=5)",
        "r.lock('job', timeout=None)",
        "cache.lock('job')",
        "r.set('job', 'in-progress', nx=True)",
        "r.setnx('job', b'locked')",
    ],
)
def test_locks_that_never_end(tmp_path: Path, call: str) -> None:
    code = HEAD + "from django.core.cache import cache\n" + call
    assert traps(tmp_path, code) == [("lock-without-ttl", 4)]


@pytest.mark.parametrize(
    "call",
    [
        "r.lock('job', timeout=30)",
        "r.lock('job', 30)",
        "r.lock('job', **options)",
        "service.redis_locks.lock('job')",
        "shop_redis_service.lock('job', ttl=5)",
        "r.set('job', 'done', nx=True)",
        "r.pipeline().setnx('lock', 1)",
    ],
)
def test_locks_that_end(tmp_path: Path, call: str) -> None:
    assert traps(tmp_path, HEAD + call) == []


def test_a_function_that_takes_a_lock_by_its_name(tmp_path: Path) -> None:
    code = HEAD + "def acquire_lock(key):\n    return r.setnx(key, 1)\n"
    assert traps(tmp_path, code) == [("lock-without-ttl", 4)]


def test_a_script_that_is_put_together_before_the_call(tmp_path: Path) -> None:
    code = (
        HEAD
        + "def f(name):\n    code = f\"return redis.call('GET', '{name}')\"\n    r.eval(code, 0)\n"
    )
    assert traps(tmp_path, code) == [("lua-injection", 5)]


def test_a_marker_that_gets_its_expiry_in_a_second_command(tmp_path: Path) -> None:
    code = HEAD + "def first(key):\n    if r.setnx(key, 1):\n        r.expire(key, 60)\n"
    assert traps(tmp_path, code) == [("lock-without-ttl", 4)]
    code = HEAD + "def first(key):\n    return r.setnx(key, 1)\n"
    assert traps(tmp_path, code) == []


ROUTES = """from fastapi import APIRouter, Depends
from app.core.store import get_redis
router = APIRouter()
@router.get("/")
async def show(r=Depends(get_redis)):
    return await r.get("x")
"""


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("async def get_redis():\n    return Redis(host='h')\n", 3),
        ("async def get_redis():\n    c = Redis(host='h')\n    yield c\n    await c.aclose()\n", 3),
        ("async def get_redis():\n    async with Redis(host='h') as c:\n        yield c\n", 3),
        (
            "pool = ConnectionPool()\nasync def get_redis():\n    yield Redis(connection_pool=pool)\n",
            0,
        ),
        ("from functools import cache\n@cache\ndef get_redis():\n    return Redis(host='h')\n", 0),
        ("async def get_other():\n    return Redis(host='h')\n", 0),
    ],
)
def test_a_dependency_that_only_another_file_uses(tmp_path: Path, code: str, line: int) -> None:
    head = "from redis.asyncio import ConnectionPool, Redis\n"
    found = read(
        tmp_path, "python", {"app/core/store.py": head + code, "app/api/routes.py": ROUTES}
    )
    traps = [(s.get("trap").value, s.anchor.line) for s in found if s.kind == "call"]
    assert traps == ([("redispy-client-per-request", line)] if line else [])


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (
            "def lambda_handler(event, context):\n    r = redis.Redis(host='h')\n    return r.get('x')\n",
            3,
        ),
        ("def handler(event, _):\n    r = redis.Redis(host='h')\n    r.close()\n", 0),
        ("r = redis.Redis(host='h')\ndef handler(event, context):\n    return r.get('x')\n", 0),
        (
            "class A(Resource):\n    def get(self, key):\n"
            "        r = redis.Redis(host='h')\n        return r.get(key)\n",
            4,
        ),
        (
            "class A:\n    def get(self, key):\n        r = redis.Redis(host='h')\n        return r.get(key)\n",
            0,
        ),
        (
            "@router.message()\nasync def on(message):\n    r = redis.Redis(host='h')\n    r.set('x', 1)\n",
            4,
        ),
    ],
)
def test_functions_that_are_called_for_each_event(tmp_path: Path, code: str, line: int) -> None:
    names = [
        found for found in traps(tmp_path, "import redis\n" + code) if "per-request" in found[0]
    ]
    assert names == ([("redispy-client-per-request", line)] if line else [])


@pytest.mark.parametrize(
    ("pool", "options", "told"),
    [
        ("redis.ConnectionPool(host='h')", "decode_responses=True", True),
        ("redis.ConnectionPool(host='h', decode_responses=True)", "decode_responses=True", False),
        ("redis.ConnectionPool(host='h', socket_timeout=2)", "socket_timeout=5", True),
        ("redis.ConnectionPool.from_url(U)", "host='h', db=1", False),
        ("redis.ConnectionPool.from_url(U)", "decode_responses=True", True),
        ("get_pool()", "decode_responses=True", False),
        ("get_pool()", "socket_timeout=5", True),
    ],
)
def test_options_beside_a_pool_that_does_not_have_them(
    tmp_path: Path, pool: str, options: str, told: bool
) -> None:
    code = f"import redis\nfrom shop import U, get_pool\np = {pool}\n"
    found = traps(tmp_path, f"{code}r = redis.Redis(connection_pool=p, {options})\n")
    assert found == ([("redispy-retry-ignored-with-pool", 4)] if told else [])


def test_a_pool_that_each_request_makes_with_its_client(tmp_path: Path) -> None:
    code = (
        "import redis\n@app.route('/')\ndef show():\n    pool = redis.ConnectionPool(host='h')\n"
        "    r = redis.Redis(connection_pool=pool)\n    return r.get('x')\n"
    )
    assert traps(tmp_path, code) == [("redispy-client-per-request", 5)]


VIEWS = """from app.utils import get_client

def login(request):
    client = get_client()
    client.set('a', 1, ex=9)
"""
LOGOUT = "\ndef logout(request):\n    client = get_client()\n    client.delete('a')\n"


@pytest.mark.parametrize(
    ("views", "told"),
    [
        (VIEWS + LOGOUT, 1),
        (VIEWS, 0),
        (VIEWS.replace("app.utils", "app.other") + LOGOUT, 0),
        (VIEWS + LOGOUT + "    client.close()\n", 0),
        (VIEWS.replace("    client =", "    global client\n    client =") + LOGOUT, 0),
    ],
)
def test_a_helper_that_other_modules_ask_for_a_client(
    tmp_path: Path, views: str, told: int
) -> None:
    helper = "import redis\n\ndef get_client():\n    return redis.Redis(host='h')\n"
    found = read(tmp_path, "python", {"app/utils.py": helper, "app/views.py": views})
    names = [s.get("trap").value for s in found if s.kind == "call"]
    assert names.count("redispy-client-per-request") == told


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("async def get_redis():", True),
        ("@asynccontextmanager\nasync def get_redis():", False),
        ("async def listen():", False),
    ],
)
def test_an_async_generator_that_only_fastapi_can_use(
    tmp_path: Path, head: str, found: bool
) -> None:
    code = (
        f"from contextlib import asynccontextmanager\nimport redis.asyncio as redis\n{head}\n"
        "    client = redis.from_url('redis://h')\n    yield client\n    await client.aclose()\n"
    )
    names = [name for name, _ in traps(tmp_path, code)]
    assert names == (["redispy-client-per-request"] if found else [])
