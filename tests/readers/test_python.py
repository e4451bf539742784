"""Clients as Python programs make them: the idioms of real projects, one at a time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from redislint.model.client import Client
from redislint.model.subject import Subject
from tests.readers.trees import read


def subjects(base: Path, text: str, path: str = "app.py", **more: str) -> list[Subject]:
    return read(base, "python", {path: text, **more})


def clients(base: Path, text: str, path: str = "app.py", **more: str) -> list[Client]:
    return [s for s in subjects(base, text, path, **more) if isinstance(s, Client)]


def client(base: Path, text: str, path: str = "app.py", **more: str) -> Client:
    (found,) = clients(base, text, path, **more)
    return found


def test_positional_and_keyword_arguments(tmp_path: Path) -> None:
    found = client(
        tmp_path, "import redis\nr = redis.Redis('cache', 6380, 2, socket_timeout=1.5)\n"
    )
    facts = {n: found.get(n).value for n in ("host", "port", "db", "socket_timeout", "mode")}
    assert facts == {
        "host": "cache", "port": 6380, "db": 2, "socket_timeout": 1.5, "mode": "standalone"
    }  # fmt: skip
    assert found.anchor is not None
    assert (found.anchor.line, found.anchor.column) == (2, 5)
    assert [h.value for h in found.hosts] == ["cache:6380"]


@pytest.mark.parametrize(
    ("code", "mode", "asyncio", "library"),
    [
        ("import redis\nr = redis.Redis(host='h')", "standalone", False, "redis-py"),
        ("from redis import StrictRedis\nr = StrictRedis(host='h')", "standalone", False, "redis-py"),
        ("import redis.asyncio as redis\nr = redis.Redis(host='h')", "standalone", True, "redis-py"),
        ("from redis import asyncio as aioredis\nr = aioredis.Redis(host='h')", "standalone", True,
         "redis-py"),
        ("import redis\nr = redis.asyncio.Redis(host='h')", "standalone", True, "redis-py"),
        ("from redis.asyncio.cluster import RedisCluster as C\nr = C(host='h')", "cluster", True,
         "redis-py"),
        ("from redis.cluster import RedisCluster\nr = RedisCluster(host='h')", "cluster", False,
         "redis-py"),
        ("import valkey\nr = valkey.Valkey(host='h')", "standalone", False, "valkey-py"),
        ("from valkey.asyncio.cluster import ValkeyCluster\nr = ValkeyCluster(host='h')", "cluster",
         True, "valkey-py"),
        ("import aioredis\nr = aioredis.from_url('redis://h')", "standalone", True, "aioredis"),
        ("from rediscluster import RedisCluster\nr = RedisCluster(host='h')", "cluster", False,
         "redis-py-cluster"),
    ],
)  # fmt: skip
def test_names_lead_to_library_mode_and_interface(
    tmp_path: Path, code: str, mode: str, asyncio: bool, library: str
) -> None:
    found = client(tmp_path, code)
    assert (found.get("mode").value, found.get("asyncio").value) == (mode, asyncio)
    assert found.library == library


def test_the_last_import_wins(tmp_path: Path) -> None:
    code = "import redis\nimport redis.asyncio as redis\nr = redis.Redis(host='h')\n"
    assert client(tmp_path, code).get("asyncio").value is True


def test_two_different_imports_of_one_name_are_no_client(tmp_path: Path) -> None:
    code = (
        "try:\n    import redis.asyncio as redis\nexcept ImportError:\n"
        "    import aioredis as redis\nr = redis.Redis(host='h')\n"
    )
    assert clients(tmp_path, code) == []


@pytest.mark.parametrize(
    "code",
    [
        "from psycopg_pool import ConnectionPool\nimport redis\np = ConnectionPool(conninfo='x')",
        "import fakeredis\nr = fakeredis.FakeRedis()",
        "class Redis:\n    pass\nimport redis\nr = Redis()",
        "'''\nimport redis\nr = redis.Redis(host='h')\n'''\n",
        "# import redis\n# r = redis.Redis(host='h')\n",
        "from redis import Redis\ndef f(r: Redis) -> Redis: ...\n",
    ],
)
def test_what_only_looks_like_a_client(tmp_path: Path, code: str) -> None:
    assert clients(tmp_path, code) == []


@pytest.mark.parametrize(
    "params",
    [
        "P = {'host': 'h', 'socket_timeout': 3}\nr = redis.Redis(**P)",
        "P = dict(host='h', socket_timeout=3)\nr = redis.Redis(**P)",
        "P = {'host': 'h'}\nP['socket_timeout'] = 3\nr = redis.Redis(**P)",
        "P = {'host': 'h'}\nP.update(socket_timeout=3)\nr = redis.Redis(**P)",
        "P = {'host': 'h'}\nP.update({'socket_timeout': 3})\nr = redis.Redis(**P)",
        "A = {'host': 'h'}\nr = redis.Redis(**{**A, 'socket_timeout': 3})",
        "A = {'host': 'h'}\nr = redis.Redis(**(A | {'socket_timeout': 3}))",
        "A = {'host': 'h'}\nA |= {'socket_timeout': 3}\nr = redis.Redis(**A)",
        "A = {'host': 'h', 'socket_timeout': 9}\nr = redis.Redis(**dict(A, socket_timeout=3))",
        "def params():\n    return {'host': 'h', 'socket_timeout': 3}\nr = redis.Redis(**params())",
        "class C:\n    P = {'host': 'h', 'socket_timeout': 3}\n    r = redis.Redis(**P)",
        "class C:\n    def __init__(self):\n        self.p = {'host': 'h', 'socket_timeout': 3}\n"
        "        self.r = redis.Redis(**self.p)",
    ],
)
def test_options_in_a_dict(tmp_path: Path, params: str) -> None:
    found = client(tmp_path, "import redis\n" + params)
    assert (found.get("host").value, found.get("socket_timeout").value) == ("h", 3)
    assert found.open_why == ""


def test_a_changed_dict_counts_from_where_it_was_changed(tmp_path: Path) -> None:
    code = "import redis\nP = {'host': 'h'}\na = redis.Redis(**P)\nP['socket_timeout'] = 3\n"
    assert client(tmp_path, code).get("socket_timeout").set is not True


def test_an_option_set_under_a_condition_is_unknown_but_set(tmp_path: Path) -> None:
    code = (
        "import os, redis\nP = {'host': 'h'}\nif os.environ.get('T'):\n"
        "    P['socket_timeout'] = 3\nr = redis.Redis(**P)\n"
    )
    held = client(tmp_path, code).get("socket_timeout")
    assert (held.known, held.set) == (False, True)


def test_options_from_elsewhere_leave_the_rest_unknown_with_the_reason(tmp_path: Path) -> None:
    code = "import redis\ndef make(**options):\n    return redis.Redis(host='h', **options)\n"
    found = client(tmp_path, code)
    assert "options" in found.open_why
    assert not found.get("socket_timeout").known


def test_environment_with_a_default_is_unknown_and_says_both(tmp_path: Path) -> None:
    code = (
        "import os, redis\nr = redis.Redis(host=os.environ.get('CACHE', 'localhost'), port=6379)\n"
    )
    found = client(tmp_path, code)
    assert found.get("host").why == "comes from the environment variable CACHE (with a default)"
    assert found.get("start-by").value == "unknown"


@pytest.mark.parametrize(
    "settings",
    [
        "from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    host: str = 'h'\ns = S()",
        "import os\nclass S:\n    host = os.getenv('H', 'h')\ns = S()",
        "from decouple import config\nclass S:\n    host = config('H', default='h')\ns = S()",
    ],
)
def test_settings_are_unknown(tmp_path: Path, settings: str) -> None:
    found = client(tmp_path, f"import redis\n{settings}\nr = redis.Redis(host=s.host)\n")
    assert not found.get("host").known


def test_plain_class_constants_are_known(tmp_path: Path) -> None:
    code = "import redis\nclass S:\n    host = 'h'\nr = redis.Redis(host=S.host, port=S().port)\n"
    found = client(tmp_path, code)
    assert found.get("host").value == "h"
    assert not found.get("port").known


def test_constants_of_another_module(tmp_path: Path) -> None:
    code = (
        "import redis\nfrom conf.redis_settings import HOST\nfrom .limits import LIMITS\n"
        "r = redis.Redis(host=HOST, **LIMITS)\n"
    )
    found = client(
        tmp_path, code, "svc/app.py",
        **{"conf/redis_settings.py": "HOST = 'redis.internal'\n",
                                      "svc/limits.py": "LIMITS = {'socket_timeout': 4}  # redis\n"},
    )  # fmt: skip
    assert (found.get("host").value, found.get("socket_timeout").value) == ("redis.internal", 4)


def test_a_url_with_query_options(tmp_path: Path) -> None:
    code = (
        "import redis\nr = redis.Redis.from_url("
        "'rediss://:pw@h:6380/3?socket_timeout=2&health_check_interval=30')\n"
    )
    found = client(tmp_path, code)
    names = ("host", "port", "db", "ssl", "socket_timeout", "health_check_interval", "through")
    assert [found.get(n).value for n in names] == ["h", 6380, 3, True, 2.0, 30, "from_url"]
    assert found.get("password").set is True
    assert not found.get("password").known


def test_a_url_of_parts(tmp_path: Path) -> None:
    code = (
        "import os, redis\nH = os.environ['H']\n"
        "r = redis.from_url(f'rediss://{H}:6380/0?socket_timeout=2')\n"
    )
    found = client(tmp_path, code)
    assert (found.get("ssl").value, found.get("socket_timeout").value) == (True, 2.0)
    assert not found.get("host").known


def test_false_in_a_url_is_true(tmp_path: Path) -> None:
    code = "import redis\nr = redis.from_url('redis://h/0?decode_responses=False')\n"
    found = client(tmp_path, code)
    assert found.get("decode_responses").value is True
    assert found.get("url-text").value == ("decode_responses=False",)


def test_a_factory_is_read_at_each_of_its_calls(tmp_path: Path) -> None:
    code = (
        "import redis\n\n\ndef make(host='localhost', timeout=None, **more):\n"
        "    return redis.Redis(host=host, socket_timeout=timeout, **more)\n\n\n"
        "cache = make('cache', timeout=2)\nqueue = make('queue', db=1)\n"
    )
    cache, queue = clients(tmp_path, code)
    assert (cache.get("host").value, cache.get("socket_timeout").value) == ("cache", 2)
    assert (queue.get("host").value, queue.get("db").value) == ("queue", 1)
    assert cache.anchor is not None
    assert cache.anchor.line == 8


def test_partial(tmp_path: Path) -> None:
    code = (
        "import functools\nfrom redis.cluster import RedisCluster\n"
        "Make = functools.partial(RedisCluster, dynamic_startup_nodes=False)\nc = Make(host='h')\n"
    )
    found = client(tmp_path, code)
    assert found.get("dynamic_startup_nodes").value is False
    assert found.get("host").value == "h"


def test_a_subclass_adds_its_options(tmp_path: Path) -> None:
    code = (
        "import redis\nclass Tenant(redis.Redis):\n    def __init__(self, tenant, **more):\n"
        "        super().__init__(host='h', socket_timeout=2, **more)\nt = Tenant('a', db=3)\n"
    )
    found = client(tmp_path, code)
    assert [found.get(n).value for n in ("host", "socket_timeout", "db")] == ["h", 2, 3]


def test_a_provider_of_dependency_injection(tmp_path: Path) -> None:
    code = (
        "from dependency_injector import containers, providers\nfrom redis import Redis\n"
        "class C(containers.DeclarativeContainer):\n"
        "    redis = providers.Singleton(Redis, host='h', socket_timeout=2)\n"
    )
    assert client(tmp_path, code).get("socket_timeout").value == 2


def test_the_options_of_a_pool_count_and_others_are_ignored(tmp_path: Path) -> None:
    code = (
        "import redis\npool = redis.ConnectionPool(host='h', socket_timeout=2)\n"
        "r = redis.Redis(connection_pool=pool, socket_timeout=9, db=4)\n"
    )
    found, trap = subjects(tmp_path, code)
    assert (found.get("host").value, found.get("socket_timeout").value) == ("h", 2)
    assert found.get("db").set is not True
    assert (trap.get("trap").value, trap.get("detail").value) == (
        "redispy-retry-ignored-with-pool", "socket_timeout, db"
    )  # fmt: skip


def test_a_pool_from_elsewhere_leaves_options_unknown(tmp_path: Path) -> None:
    code = "import redis\nfrom pools import shared\nr = redis.Redis(connection_pool=shared)\n"
    assert client(tmp_path, code).open_why == "the connection pool is made elsewhere"


def test_sentinel_chain(tmp_path: Path) -> None:
    code = (
        "from redis.sentinel import Sentinel\n"
        "s = Sentinel([('s1', 26379), ('s2', 26379)], socket_timeout=1)\n"
        "m = s.master_for('orders', password='p', db=2)\n"
    )
    found = client(tmp_path, code)
    names = ("mode", "socket_timeout", "db", "sentinels", "service_name", "sentinel-credentials")
    assert [found.get(n).value for n in names] == ["sentinel", 1, 2, 2, "orders", False]


def test_start_nodes(tmp_path: Path) -> None:
    code = (
        "from redis.cluster import ClusterNode, RedisCluster\n"
        "c = RedisCluster(startup_nodes=[ClusterNode('10.0.0.1', 7000), ClusterNode('10.0.0.2', 7000)])\n"
    )
    found = client(tmp_path, code)
    assert [h.value for h in found.hosts] == ["10.0.0.1:7000", "10.0.0.2:7000"]
    assert (found.get("startup_nodes").value, found.get("start-by").value) == (2, "ip")


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("'localhost'", "local"), ("'127.0.0.1'", "local"), ("'::1'", "local"),
        ("'10.1.2.3'", "ip"), ("'cache.internal'", "name"), ("something()", "unknown"),
    ],
)  # fmt: skip
def test_what_the_address_is(tmp_path: Path, host: str, kind: str) -> None:
    found = client(tmp_path, f"import redis\nr = redis.Redis(host={host})\n")
    assert found.get("start-by").value == kind


@pytest.mark.parametrize(
    ("path", "context"),
    [
        ("app.py", "application"),
        ("src/shop/cache.py", "application"),
        ("tests/test_cache.py", "test"),
        ("conftest.py", "test"),
        ("examples/hello.py", "example"),
        ("docs/examples/x.py", "example"),
        ("bench/run.py", "example"),
        ("CVE-2020-11981/exploit.py", "example"),
        ("scripts/clean.py", "example"),
        ("contest/cache.py", "application"),
        ("attestation/cache.py", "application"),
    ],
)
def test_contexts_of_paths(tmp_path: Path, path: str, context: str) -> None:
    found = client(tmp_path, "import redis\nr = redis.Redis(host='h')\n", path)
    assert found.get("context").value == context


@pytest.mark.parametrize(
    "host", ["sys.argv[1]", "argparse.ArgumentParser().parse_args().host", "int(sys.argv[1])"]
)
def test_a_tool_with_arguments_is_no_service(tmp_path: Path, host: str) -> None:
    found = client(tmp_path, f"import argparse, sys, redis\nr = redis.Redis(host={host})\n")
    assert found.get("context").value == "example"


def test_broken_code_gives_what_can_be_read(tmp_path: Path) -> None:
    code = "import redis\nr = redis.Redis(host='h', socket_timeout=2)\ndef broken(:\n    x = = 3\n"
    assert client(tmp_path, code).get("socket_timeout").value == 2


def test_a_cut_off_call_leaves_options_unknown(tmp_path: Path) -> None:
    found = client(tmp_path, "import redis\nr = redis.Redis(host='h', ...)\n")
    assert found.get("host").value == "h"
    assert found.open_why == "the arguments are cut short"


def test_merge_conflict_markers(tmp_path: Path) -> None:
    code = (
        "import redis\n<<<<<<< HEAD\nT = 2\n=======\nT = 3\n>>>>>>> other\n"
        "r = redis.Redis(host='h')\n"
    )
    assert client(tmp_path, code).get("host").value == "h"


def test_a_notebook_points_into_the_file(tmp_path: Path) -> None:
    text = (
        '{\n "cells": [\n  {\n   "cell_type": "markdown",\n   "source": ["import redis\\n"]\n  },\n'
        '  {\n   "cell_type": "code",\n   "source": [\n    "%pip install redis\\n",\n'
        '    "import redis\\n",\n    "r = redis.Redis(\\"h\\", 6380)"\n   ]\n  }\n ]\n}\n'
    )
    found = client(tmp_path, text, "note.ipynb")
    assert (found.get("host").value, found.get("port").value) == ("h", 6380)
    assert found.anchor is not None
    assert 'redis.Redis(\\"h\\"' in text.splitlines()[found.anchor.line - 1]
    assert found.get("context").value == "example"


def test_places_after_letters_beyond_ascii(tmp_path: Path) -> None:
    found = client(tmp_path, "import redis\nü = 'é'; r = redis.Redis(host='größe', db=1)\n")
    anchor, db = found.anchor, found.get("db").span
    assert anchor is not None
    assert db is not None
    assert (anchor.column, anchor.text) == (14, "redis.Redis(host='größe', db=1)")
    assert db.text == "db=1"


def test_secrets_are_masked(tmp_path: Path) -> None:
    code = "import redis\nr = redis.Redis(host='h', username='u', password='hunter2')\n"
    held = client(tmp_path, code).get("password")
    assert (held.known, held.set, held.why) == (False, True, "masked")


def test_without_a_client_package_nothing_is_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("redislint.syntax.python.parse", None)
    assert subjects(tmp_path, "# redistribution of hosts\nx = 1\n") == []


def test_a_module_of_megabytes_is_reported_as_unread(tmp_path: Path) -> None:
    (problem,) = read(tmp_path, "python", {"app.py": "import redis\n" + "x = 1\n" * 700_000})
    assert "too large" in problem.message


@pytest.mark.parametrize(
    "code",
    [
        "x = " + "(" * 20_000 + "redis.Redis()" + ")" * 20_000,
        "redis.Redis(" * 10_000,
        "x = redis" + ".Redis" * 20_000 + "()",
        "a = b\nb = a\nclass A(A): pass\nA()\nredis.Redis(host=a)",
        "def f(): return g()\ndef g(): return f()\nredis.Redis(**f())",
        "def f(x): return f(f(x))\nf(redis.Redis())",
        "P = {}\n" + "".join(f"P['k{i}'] = {i}\n" for i in range(2000)) + "redis.Redis(**P)\n" * 50,
        "a0 = 'x'\n" + "".join(f"a{i + 1} = a{i} + a{i}\n" for i in range(90)) + "redis.Redis(host=a90)",
    ],
)  # fmt: skip
def test_hostile_code_is_read_in_no_time(tmp_path: Path, code: str) -> None:
    begun = time.process_time()
    clients(tmp_path, "import redis\n" + code + "\n")
    assert time.process_time() - begun < 5


def test_a_factory_is_judged_where_its_options_stand(tmp_path: Path) -> None:
    code = (
        "import redis\n\ndef make(host, port=6379):\n    return redis.Redis(host=host, port=port)\n\n"
        "client = make('cache.internal')\n"
    )
    (found,) = (s for s in read(tmp_path, "python", {"app.py": code}) if isinstance(s, Client))
    assert found.anchor is not None
    assert found.anchor.line == 4
    assert [h.value for h in found.hosts] == ["cache.internal:6379"]


@pytest.mark.parametrize(
    ("body", "handed_in"),
    [
        ("def f(url):\n    return redis.from_url(url)\n", True),
        ("def f(config):\n    return redis.from_url(config['URL'])\n", True),
        ("def f(config):\n    return redis.Redis(host=config.get('HOST'))\n", True),
        ("def f(url='redis://cache'):\n    return redis.from_url(url)\n", False),
        ("f = redis.from_url('redis://cache')\n", False),
    ],
)
def test_whether_the_caller_decides_about_the_address(
    tmp_path: Path, body: str, handed_in: bool
) -> None:
    found = read(tmp_path, "python", {"app.py": "import redis\n" + body})
    (client,) = (s for s in found if isinstance(s, Client))
    assert client.get("handed-in").value is handed_in


@pytest.mark.parametrize(
    ("path", "context"),
    [
        ("readthedocs/tasks.py", "application"),
        ("docs/app.py", "example"),
        ("my-docs/app.py", "example"),
        ("redisdemo/app.py", "example"),
        ("celery3_redis_unauth/tasks.py", "example"),
        ("settings/third_party/redis.py", "application"),
    ],
)
def test_what_a_path_says_of_its_code(tmp_path: Path, path: str, context: str) -> None:
    (found, *_) = read(tmp_path, "python", {path: "import redis\nredis.Redis(host='h')\n"})
    assert found.get("context").value == context
