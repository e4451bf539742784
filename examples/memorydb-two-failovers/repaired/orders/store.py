"""Orders and their state, in MemoryDB."""

import os

from redis.asyncio.cluster import RedisCluster

PARAMS = {
    # The cluster's endpoint: this name leads to a live node whichever nodes have been replaced.
    "host": "clustercfg.orders.abc123.memorydb.eu-west-1.amazonaws.com",
    "port": 6379,
    "username": "orders",
    "password": os.environ["ORDERS_REDIS_PASSWORD"],
    "ssl": True,
    "decode_responses": True,
    "require_full_coverage": False,
    # Keep that name as the start node instead of the addresses found at the first connect.
    "dynamic_startup_nodes": False,
    "socket_timeout": 2,
    "socket_connect_timeout": 1,
}

client = RedisCluster(**PARAMS)


async def set_state(order: str, state: str) -> None:
    await client.set(f"order:{order}:state", state)


async def state(order: str) -> str | None:
    return await client.get(f"order:{order}:state")
