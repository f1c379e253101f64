package dev.carillon.delivery.domains;

import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Lookup;
import org.xbill.DNS.Name;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** Looks up TXT records, always anew. Thread-safe. */
public final class DnsRecords {
  private static final Duration LONGEST = Duration.ofSeconds(3);

  private final @Nullable InetSocketAddress server;

  /**
   * Asks this server.
   *
   * @param server {@code host:port}; absent: those of the system
   */
  public DnsRecords(Optional<String> server) {
    this.server = server.map(DnsRecords::address).orElse(null);
  }

  private static InetSocketAddress address(String text) {
    var colon = text.lastIndexOf(':');
    return new InetSocketAddress(
        text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  /** The DNS did not answer; nothing is known. */
  public static final class Unanswered extends Exception {
    private static final long serialVersionUID = 1L;

    Unanswered(String sentence) {
      super(sentence);
    }
  }

  /**
   * The TXT records of a name, the parts of each joined.
   *
   * @return none when there is no such name
   * @throws Unanswered when no answer came
   */
  List<String> texts(String name) throws Unanswered {
    try {
      var lookup = new Lookup(Name.fromString(name + "."), Type.TXT);
      lookup.setResolver(resolver());
      lookup.setCache(null);
      var records = lookup.run();
      return switch (lookup.getResult()) {
        case Lookup.SUCCESSFUL ->
            Arrays.stream(records)
                .filter(TXTRecord.class::isInstance)
                .map(each -> String.join("", ((TXTRecord) each).getStrings()))
                .toList();
        case Lookup.HOST_NOT_FOUND, Lookup.TYPE_NOT_FOUND -> List.of();
        default ->
            throw new Unanswered(
                "the DNS did not answer for " + name + ": " + lookup.getErrorString());
      };
    } catch (TextParseException | UnknownHostException failure) {
      throw new Unanswered("the DNS cannot be asked for " + name + ": " + failure.getMessage());
    }
  }

  private Resolver resolver() throws UnknownHostException {
    Resolver resolver = server == null ? new ExtendedResolver() : new SimpleResolver(server);
    resolver.setTimeout(LONGEST);
    return resolver;
  }
}
