package shop.orders;

import java.time.Duration;
import java.util.List;

import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SocketOptions.KeepAliveOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

@Configuration
public class RedisConfig {

    @Value("${orders.redis.endpoint}")
    private List<String> endpoint;

    @Bean
    public LettuceConnectionFactory redisConnectionFactory() {
        // The adaptive triggers are all on by default from Lettuce 7.0 on.
        ClusterTopologyRefreshOptions refresh = ClusterTopologyRefreshOptions.builder()
            .enablePeriodicRefresh(Duration.ofSeconds(30))
            .build();
        SocketOptions sockets = SocketOptions.builder()
            .connectTimeout(Duration.ofMillis(500))
            .keepAlive(KeepAliveOptions.builder().enable().idle(Duration.ofSeconds(5)).interval(Duration.ofSeconds(1)).count(3).build())
            .build();
        ClusterClientOptions options = ClusterClientOptions.builder()
            .topologyRefreshOptions(refresh)
            .socketOptions(sockets)
            .timeoutOptions(TimeoutOptions.enabled())
            .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
            .validateClusterNodeMembership(false)
            .build();
        LettuceClientConfiguration client = LettuceClientConfiguration.builder()
            .clientOptions(options)
            .commandTimeout(Duration.ofSeconds(1))
            .build();
        return new LettuceConnectionFactory(new RedisClusterConfiguration(endpoint), client);
    }

    @Bean
    public StringRedisTemplate redisTemplate(LettuceConnectionFactory factory) {
        return new StringRedisTemplate(factory);
    }
}
