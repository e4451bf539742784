import org.redisson.Redisson;
import org.redisson.config.Config;

/** What an address without a scheme does: java RedissonUse ADDRESS. */
public class RedissonUse {
    public static void main(String[] words) {
        Config config = new Config();
        try {
            config.useSingleServer().setAddress(words[0]);
            Redisson.create(config).getKeys().count();
            System.out.println("connected");
        } catch (IllegalArgumentException error) {
            System.out.println(error.getMessage());
        }
        System.exit(0);
    }
}
