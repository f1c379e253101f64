package dev.carillon.http;

import dev.carillon.http.CallResult.Cause;
import dev.carillon.http.CallResult.Failed;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/**
 * Posts to addresses that users name, within the bounds of a {@link TargetGuard}: HTTP/1.1, one
 * time limit for all of a call, no redirects, and of the answer no more than its status. Any number
 * of threads may open lines.
 */
public final class Caller implements AutoCloseable {
  private final TargetGuard guard;
  private final ScheduledThreadPoolExecutor watch =
      new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name("call-watch").daemon().factory());

  /** Calls whom the guard lets through. */
  public Caller(TargetGuard guard) {
    this.guard = guard;
    watch.setRemoveOnCancelPolicy(true);
  }

  /** Opens a line to an address; nothing is connected before the first call. */
  public Line line(URI target) {
    return new Line(target);
  }

  /** Calls to one address, one after the other, over one connection as far as it lasts. */
  public final class Line implements AutoCloseable {
    private final URI target;
    private @Nullable OutgoingConnection connection;

    private Line(URI target) {
      this.target = target;
    }

    /**
     * Posts.
     *
     * @param headers beside those that HTTP needs
     * @param most how long all of it may take: name, connection, request and answer
     */
    public CallResult post(Map<String, String> headers, byte[] body, Duration most) {
      var end = System.nanoTime() + most.toNanos();
      var kept = connection;
      if (kept != null) {
        var result = kept.post(headers, body, end);
        if (!(result instanceof Failed(var cause, _)) || cause != Cause.CONNECTION) {
          return settled(result);
        }
        close(); // the other side has hung up since the last call, which is its right
      }
      return switch (OutgoingConnection.open(target, guard, watch, end)) {
        case OutgoingConnection.Opened.Ready(var fresh) -> {
          connection = fresh;
          yield settled(fresh.post(headers, body, end));
        }
        case OutgoingConnection.Opened.Refused(var failed) -> failed;
      };
    }

    private CallResult settled(CallResult result) {
      var used = connection;
      if (used != null && !used.isReusable()) {
        close();
      }
      return result;
    }

    /** Hangs up. */
    @Override
    public void close() {
      var used = connection;
      connection = null;
      if (used != null) {
        used.close();
      }
    }
  }

  /** Calls under way end with an error soon. */
  @Override
  public void close() {
    watch.shutdownNow();
    guard.close();
  }
}
