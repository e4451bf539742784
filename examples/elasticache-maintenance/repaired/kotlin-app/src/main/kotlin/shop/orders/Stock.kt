package shop.orders

import io.lettuce.core.ClientOptions
import io.lettuce.core.SocketOptions
import io.lettuce.core.TimeoutOptions
import io.lettuce.core.cluster.ClusterClientOptions
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions
import io.lettuce.core.cluster.RedisClusterClient
import java.time.Duration

class Stock(endpoint: String) {
    private val client = RedisClusterClient.create("rediss://$endpoint:6379").apply {
        setOptions(
            ClusterClientOptions.builder()
                // The adaptive triggers are all on by default from Lettuce 7.0 on.
                .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder().apply {
                    enablePeriodicRefresh(Duration.ofSeconds(30))
                }.build())
                .timeoutOptions(TimeoutOptions.enabled(Duration.ofSeconds(1)))
                .socketOptions(SocketOptions.builder().apply {
                    connectTimeout(Duration.ofMillis(500))
                    keepAlive(SocketOptions.KeepAliveOptions.builder().enable().idle(Duration.ofSeconds(5)).build())
                }.build())
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .build()
        )
    }
    private val commands = client.connect().sync()

    fun reserve(sku: String, amount: Long): Boolean = commands.decrby("stock:$sku", amount) >= 0

    fun close() = client.shutdown()
}
