"""Whose message is it? Evidence for words that Redis shares with the rest of the world.

"Connection refused" comes from everything that has a socket. Such words count only when the
line, or the stack trace around it, names Redis, and never when the line names another product.
"""

from __future__ import annotations

import re

_STRONG = re.compile(
    r"rediss?(?:-\w+)?://|\bvalkeys?://|[:=]\s?(?:6379|6380|16379|26379)\b|port:? (?:6379|26379)\b"
    r"|io\.lettuce|redis\.exceptions|redis\.clients|org\.redisson|data\.redis|\bioredis\b"
    r"|go-redis|\bredigo\b|\bjedis|Jedis\w*Exception|Redis\w*(?:Exception|Error)\b|\bRedis::"
    r"|RedisClient::|\bPredis\b|StackExchange\.Redis|(?:Redis|Valkey) (?:at|server|on)\b"
    r"|^\d+:[XMSC] |\b\d+:[XMSC] \d\d? [A-Z][a-z]{2} \d|\bredis(?:-server|-cli|-sentinel)?: |lettuce-\w+Loop"
    r"|\(redis-server\)|\(valkey-server\)|redis-server|valkey-server|\bhiredis\b",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"redis|valkey|keydb|sentinel|lettuce|jedis|bullmq|sidekiq|\b6379\b|elasticache|memorydb",
    re.IGNORECASE,
)
_NODE = re.compile(
    r"ioredis|bullmq|node-redis|@redis/|redis.{0,200}\.[cm]?[jt]s\b|node_modules.{0,200}redis"
    r"|ClientClosedError|SocketClosedUnexpectedlyError",
    re.IGNORECASE | re.DOTALL,
)
_FOREIGN = re.compile(
    r"postgres|\bpsql|psycopg|\bpg_|pgbouncer|mysql|mariadb|mongo|kafka|zookeeper|rabbitmq|\bamqp"
    r"|elasticsearch|opensearch|cassandra|\betcd|memcache|nginx|haproxy|apache2?\b(?!\.commons)"
    r"|httpd|https?[:/ ]|\bcurl\b|\bwget\b|\bssh|sshd|smtp|\bimap|\bldap|\bftp|grpc|\bhikari"
    r"|\bjdbc|\bodbc|sqlalchemy|\bsql\b|SQLException|oracle|influx|clickhouse|\bdocker\.sock"
    r"|kubelet|kubectl|\bgit\b|\bnpm\b|\bpip\b|upstream|\bdbcp|requests\.exceptions|urllib3"
    r"|\bgunicorn|\buwsgi|tomcat|\bs3\b|prometheus|grafana|consul\b|vault\b|nats\b|solr\b"
    r"|\b(?!\S*(?:redis|valkey|keydb|cache|queue|broker|session|kv))[\w.-]+[-_]\d+ exited with"
    r"|process \d+ \((?!redis|valkey|keydb)"
    r"|:(?:5432|3306|27017|9092|2181|5672|9200|9042|11211|8080|443|80|22|25|389|8443|3000)\b",
    re.IGNORECASE,
)


def names_redis(line: str, block: str) -> bool:
    """Whether a weak pattern on `line`, inside `block`, is Redis's."""
    if _STRONG.search(line):
        return True
    if _FOREIGN.search(line):
        return False
    return bool(_WEAK.search(line) or _STRONG.search(block) or _WEAK.search(block))


def names_node_client(line: str, block: str) -> bool:
    """Whether a weak pattern on `line`, inside `block`, is a Node.js Redis client's."""
    return bool(_NODE.search(line) or _NODE.search(block))


def names_other(block: str) -> bool:
    """Whether `block` names a product that is not Redis, and Redis nowhere."""
    return bool(_FOREIGN.search(block)) and not _STRONG.search(block)


def enough(needs: str, line: str, block: str, alone: bool) -> bool:
    """Whether the evidence that a message `needs` is there.

    `alone`: somebody asked about exactly this text, so silence about other products will do
    for messages that are content with that; in a log of many things it will not.
    """
    if needs == "node":
        return names_node_client(line, block)
    if names_redis(line, block):
        return True
    return needs == "open" and alone and not names_other(block)
