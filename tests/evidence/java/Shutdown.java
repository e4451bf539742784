import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Shuts cluster clients down while their topology is being read, again and again, until one shutdown hangs.
 *
 * <p>usage: Shutdown HOST:PORT ROUNDS
 *
 * <p>Prints "round N" for each shutdown that returned, and "hangs" and ends where one was not back after 10 s although
 * it was given 2 s.
 */
public final class Shutdown {

    private Shutdown() {
    }

    public static void main(String[] arguments) throws InterruptedException {
        String[] parts = arguments[0].split(":");
        RedisURI seed = RedisURI.builder().withHost(parts[0]).withPort(Integer.parseInt(parts[1])).build();
        for (int round = 0; round < Integer.parseInt(arguments[1]); round++) {
            if (!returns(seed, round)) {
                System.out.println("hangs");
                Runtime.getRuntime().halt(0);
            }
            System.out.println("round " + round);
        }
        Runtime.getRuntime().halt(0);
    }

    private static boolean returns(RedisURI seed, int round) throws InterruptedException {
        RedisClusterClient client = RedisClusterClient.create(seed);
        client.setOptions(ClusterClientOptions.builder().topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                .enablePeriodicRefresh(Duration.ofMillis(1)).enableAllAdaptiveRefreshTriggers().build()).build());
        client.connect().sync().set("key", "value");
        Thread reading = new Thread(() -> readUntilClosed(client));
        reading.setDaemon(true);
        reading.start();
        Thread.sleep(50 + round * 7 % 60);
        Thread closing = new Thread(() -> client.shutdown(0, 2, TimeUnit.SECONDS));
        closing.setDaemon(true);
        closing.start();
        closing.join(10_000);
        return !closing.isAlive();
    }

    @SuppressWarnings("deprecation")
    private static void readUntilClosed(RedisClusterClient client) {
        try {
            while (true) {
                client.reloadPartitions();
            }
        } catch (RuntimeException closed) {
            // The client is closed: that is the end of this thread.
        }
    }
}
