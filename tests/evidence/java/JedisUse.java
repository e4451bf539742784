import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.JedisPoolConfig;
import redis.clients.jedis.JedisPooled;

/** What the pages about Jedis speak of: java JedisUse PORT unclosed|endless|shared|per-call. */
public class JedisUse {
    public static void main(String[] words) throws Exception {
        int port = Integer.parseInt(words[0]);
        switch (words[1]) {
            case "unclosed" -> unclosed(port);
            case "endless" -> endless(port);
            case "shared" -> shared(port);
            default -> perCall(port);
        }
        System.exit(0);
    }

    /** Takes connections and gives none back; says at which call the pool is empty. */
    static void unclosed(int port) {
        JedisPoolConfig config = new JedisPoolConfig();
        config.setMaxWait(java.time.Duration.ofMillis(300));
        JedisPool pool = new JedisPool(config, "127.0.0.1", port);
        for (int call = 1; call <= 20; call++) {
            try {
                pool.getResource().ping();
            } catch (Exception error) {
                System.out.println(call + " " + error.getMessage());
                return;
            }
        }
    }

    /** The same with the defaults: says whether the ninth call is still waiting after two seconds. */
    static void endless(int port) throws Exception {
        JedisPool pool = new JedisPool("127.0.0.1", port);
        for (int call = 0; call < 8; call++) {
            pool.getResource().ping();
        }
        Thread ninth = new Thread(() -> pool.getResource().ping());
        ninth.setDaemon(true);
        ninth.start();
        ninth.join(2000);
        System.out.println(ninth.isAlive() ? "waiting" : "served");
    }

    /** Eight threads on one connection: counts answers of others and broken streams. */
    static void shared(int port) throws Exception {
        Jedis jedis = new Jedis("127.0.0.1", port);
        for (int number = 0; number < 8; number++) {
            jedis.set("key" + number, "value" + number);
        }
        AtomicInteger foreign = new AtomicInteger();
        AtomicInteger broken = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int number = 0; number < 8; number++) {
            int mine = number;
            Thread thread = new Thread(() -> {
                for (int round = 0; round < 500; round++) {
                    try {
                        if (!("value" + mine).equals(jedis.get("key" + mine))) {
                            foreign.incrementAndGet();
                        }
                    } catch (Exception error) {
                        broken.incrementAndGet();
                        return;
                    }
                }
            });
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join(1000);
        }
        System.out.println(foreign.get() + broken.get() > 0 ? "mixed up" : "in order");
    }

    /** A pool for each of thirty calls, none closed. */
    static void perCall(int port) {
        for (int call = 0; call < 30; call++) {
            new JedisPooled("127.0.0.1", port).ping();
        }
        System.out.println(new Jedis("127.0.0.1", port).info("clients"));
    }
}
