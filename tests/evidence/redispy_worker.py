"""A client under test, in a process of its own: writes ten times a second and logs each outcome.

usage: redispy_worker.py sync|asyncio NAMES.json PORT OPTIONS.json LOG

Runs with whatever release of redis-py its PYTHONPATH gives. Names ending in .test are looked up in
NAMES.json, which the test rewrites: it stands for the service's DNS. Each line of LOG is a time
and "ok", or the error.
"""

import asyncio
import json
import random
import socket
import sys
import time

MODE, NAMES, PORT, OPTIONS, LOG = sys.argv[1:6]
_resolve = socket.getaddrinfo


def resolve(host, port, *rest, **more):
    name = host.decode() if isinstance(host, bytes) else host
    if not (isinstance(name, str) and name.endswith(".test")):
        return _resolve(host, port, *rest, **more)
    with open(NAMES, encoding="utf-8") as file:
        addresses = json.load(file).get(name, [])
    if not addresses:
        raise socket.gaierror(-2, "no such name")
    random.shuffle(addresses)
    return [found for a in addresses for found in _resolve(a, port, *rest, **more)]


def gethostbyname(host):
    return resolve(host, None)[0][4][0]


socket.getaddrinfo = resolve
socket.gethostbyname = gethostbyname


def options(node):
    given = json.loads(OPTIONS)
    if "startup_nodes" in given:
        given["startup_nodes"] = [node(a, int(PORT)) for a in given["startup_nodes"]]
    else:
        given["port"] = int(PORT)
    return given


def note(outcome):
    with open(LOG, "a", encoding="utf-8") as file:
        file.write(f"{time.time():.3f} {outcome}\n")


def text(error):
    return f"{type(error).__name__}: {error}".replace("\n", " ")[:160]


def run_sync():
    from redis.cluster import ClusterNode, RedisCluster

    client = RedisCluster(**options(ClusterNode))
    while True:
        try:
            client.set("key", time.time())
            note("ok")
        except Exception as error:
            note(text(error))
        time.sleep(0.1)


async def run_asyncio():
    from redis.asyncio.cluster import ClusterNode, RedisCluster

    client = RedisCluster(**options(ClusterNode))
    while True:
        try:
            await client.set("key", time.time())
            note("ok")
        except Exception as error:
            note(text(error))
        await asyncio.sleep(0.1)


try:
    run_sync() if MODE == "sync" else asyncio.run(run_asyncio())
except TypeError as error:
    note(text(error))
