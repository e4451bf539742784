import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A Lettuce cluster client under test: writes keys of all slots, one about every 20 ms, and prints each outcome.
 *
 * <p>usage: Failover HOST:PORT,HOST:PORT,... default|adaptive|both|quick
 *
 * <p>A line of output is the time in ms at which the command ended, the slot, and "ok" or the error's class. The
 * command timeout is 1 s. Uses only what Lettuce 5.1 and 7 both have.
 */
public final class Failover {

    private static final int KEYS = 600;

    private Failover() {
    }

    public static void main(String[] arguments) throws InterruptedException {
        List<RedisURI> seeds = new ArrayList<>();
        for (String seed : arguments[0].split(",")) {
            String[] parts = seed.split(":");
            seeds.add(RedisURI.builder().withHost(parts[0]).withPort(Integer.parseInt(parts[1]))
                    .withTimeout(Duration.ofSeconds(1)).build());
        }
        RedisClusterClient client = RedisClusterClient.create(seeds);
        configure(client, arguments[1]);
        RedisAdvancedClusterCommands<String, String> commands = client.connect().sync();
        for (int count = 0; true; count++) {
            String key = "key:" + count % KEYS;
            String outcome = "ok";
            try {
                commands.set(key, "value");
            } catch (RuntimeException error) {
                outcome = error.getClass().getSimpleName();
            }
            System.out.println(System.currentTimeMillis() + " " + SlotHash.getSlot(key) + " " + outcome);
            Thread.sleep(20);
        }
    }

    private static void configure(RedisClusterClient client, String refresh) {
        if (refresh.equals("default")) {
            return;
        }
        ClusterTopologyRefreshOptions.Builder options = ClusterTopologyRefreshOptions.builder()
                .enableAllAdaptiveRefreshTriggers();
        if (refresh.equals("both")) {
            options.enablePeriodicRefresh(Duration.ofSeconds(30));
        }
        if (refresh.equals("quick")) {
            options.enablePeriodicRefresh(Duration.ofSeconds(10)).adaptiveRefreshTriggersTimeout(Duration.ofSeconds(5));
        }
        client.setOptions(ClusterClientOptions.builder().topologyRefreshOptions(options.build()).build());
    }
}
