"""Orders and their state, in MemoryDB."""

import os

from redis.asyncio.cluster import RedisCluster

PARAMS = {
    "host": "clustercfg.orders.abc123.memorydb.eu-west-1.amazonaws.com",
    "port": 6379,
    "username": "orders",
    "password": os.environ["ORDERS_REDIS_PASSWORD"],
    "ssl": True,
    "decode_responses": True,
    "require_full_coverage": False,
}

client = RedisCluster(**PARAMS)


async def set_state(order: str, state: str) -> None:
    await client.set(f"order:{order}:state", state)


async def state(order: str) -> str | None:
    return await client.get(f"order:{order}:state")
