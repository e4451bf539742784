package shop.orders

import io.lettuce.core.ClientOptions
import io.lettuce.core.cluster.ClusterClientOptions
import io.lettuce.core.cluster.RedisClusterClient

class Stock(endpoint: String) {
    private val client = RedisClusterClient.create("rediss://$endpoint:6379").apply {
        setOptions(
            ClusterClientOptions.builder()
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .build()
        )
    }
    private val commands = client.connect().sync()

    fun reserve(sku: String, amount: Long): Boolean = commands.decrby("stock:$sku", amount) >= 0

    fun close() = client.shutdown()
}
