package dev.carillon.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Says where calls to addresses that users name may go: nowhere inside, so that nobody reaches
 * through this server what only it can reach. A name is resolved once and the caller connects to an
 * address of the answer, never to the name: a name that means something else a moment later gains
 * nothing.
 *
 * <p>Loopback and private networks are open where the operator says so; link-local addresses, where
 * clouds keep their credentials, never are. Thread-safe.
 */
public final class TargetGuard implements AutoCloseable {
  private static final int MOST_LOOKUPS = 64;
  private static final long IDLE_SECONDS = 30;

  /** Where one cloud keeps credentials inside the private addresses of IPv6. */
  private static final byte[] METADATA_V6 = {
    (byte) 0xfd, 0, 0x0e, (byte) 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54
  };

  private final boolean allowPrivate;

  /** The system's resolver cannot be interrupted: a lookup that hangs keeps its thread alone. */
  private final ThreadPoolExecutor lookups =
      new ThreadPoolExecutor(
          0,
          MOST_LOOKUPS,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().name("lookup-", 0).daemon().factory());

  /**
   * @param allowPrivate whether loopback and private networks may be called
   */
  public TargetGuard(boolean allowPrivate) {
    this.allowPrivate = allowPrivate;
  }

  /** What became of a name. */
  public sealed interface Resolved {
    /** It may be called at these addresses, at least one. */
    record Allowed(List<InetAddress> addresses) implements Resolved {
      /** Copies the addresses. */
      public Allowed {
        addresses = List.copyOf(addresses);
      }
    }

    /** It leads inside alone. */
    record Forbidden() implements Resolved {}

    /** Nobody knows it. */
    record Unknown() implements Resolved {}

    /** There was no answer in time. */
    record TooSlow() implements Resolved {}
  }

  /**
   * Resolves a host.
   *
   * @param host a name or an address; that of IPv6 with or without brackets
   * @param most how long it may take
   */
  public Resolved resolve(String host, Duration most) {
    Callable<InetAddress[]> lookup = () -> InetAddress.getAllByName(host);
    var task = new FutureTask<>(lookup);
    try {
      lookups.execute(task);
      var allowed =
          Arrays.stream(task.get(Math.max(0, most.toMillis()), TimeUnit.MILLISECONDS))
              .filter(this::mayBeCalled)
              .toList();
      return allowed.isEmpty() ? new Resolved.Forbidden() : new Resolved.Allowed(allowed);
    } catch (TimeoutException | RejectedExecutionException slow) {
      task.cancel(false);
      return new Resolved.TooSlow();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof UnknownHostException) {
        return new Resolved.Unknown();
      }
      throw new IllegalStateException("a name could not be looked up", failure.getCause());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return new Resolved.TooSlow();
    }
  }

  /** Whether an address may be called. */
  public boolean mayBeCalled(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLinkLocalAddress()
        || address.isMulticastAddress()
        || Arrays.equals(address.getAddress(), METADATA_V6)) {
      return false;
    }
    return address instanceof Inet6Address six
        ? mayBeCalled(six)
        : mayBeCalled(address.getAddress());
  }

  private boolean mayBeCalled(Inet6Address address) {
    var bytes = address.getAddress();
    if (address.isLoopbackAddress() || (bytes[0] & 0xfe) == 0xfc || address.isSiteLocalAddress()) {
      return allowPrivate;
    }
    var group = (bytes[0] & 0xff) << 8 | bytes[1] & 0xff;
    // Addresses of IPv4 inside those of IPv6 lead where the former lead.
    if (group == 0x0064 && (bytes[2] & 0xff) == 0xff && (bytes[3] & 0xff) == 0x9b) {
      return mayBeCalled(Arrays.copyOfRange(bytes, 12, 16)) && zeros(bytes, 4, 12);
    }
    if (group == 0x2002) {
      return mayBeCalled(Arrays.copyOfRange(bytes, 2, 6));
    }
    var teredo = group == 0x2001 && bytes[2] == 0 && bytes[3] == 0;
    return !teredo && !zeros(bytes, 0, 12);
  }

  private static boolean zeros(byte[] bytes, int from, int to) {
    for (var i = from; i < to; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private boolean mayBeCalled(byte[] four) {
    var first = four[0] & 0xff;
    var second = four[1] & 0xff;
    return switch (first) {
      case 0 -> false;
      case 10, 127 -> allowPrivate;
      case 100 ->
          second < 64 || second > 127 || allowPrivate; // between a provider and its customers
      case 169 -> second != 254;
      case 172 -> second < 16 || second > 31 || allowPrivate;
      case 192 ->
          (second != 168 || allowPrivate)
              && !(second == 0 && four[2] == 0); // the latter: protocols
      case 198 -> (second != 18 && second != 19) || allowPrivate; // measuring of networks
      default -> first < 224; // above: to many, and reserved
    };
  }

  /** Looks nothing up any more. */
  @Override
  public void close() {
    lookups.shutdownNow();
  }
}
