package dev.carillon.acceptance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Callers who keep books. Each caller has people of its own and calls about one person one after
 * the other, with a number that grows by one from call to call; it notes every call and whether it
 * was acknowledged. A call without an acknowledgement is not repeated: what became of it is
 * unknown, and the next number follows.
 *
 * <p>Every fifth call about a person writes the number into the attribute {@code counter}; one in
 * {@link #ORDER_EVERY} reports the event {@code ordered}; the others report {@code viewed}.
 */
final class Load implements AutoCloseable {
  private static final int COUNT_EVERY = 5;

  /** One call in this many is the event that starts a journey. */
  static final int ORDER_EVERY = 21;

  private static final int PAUSE_AFTER_FAILURE_MILLIS = 20;

  /** What a call was about. */
  enum Kind {
    VIEWED,
    ORDERED,
    COUNTED
  }

  /** A call, of which only {@code acknowledged} ones are promised to be applied. */
  record Call(String person, int number, Kind kind, boolean acknowledged) {
    /** What nobody else's call has. */
    String key() {
      return person + "#" + number;
    }
  }

  private final List<HttpCalls> nodes;
  private final List<Thread> callers = new ArrayList<>();
  private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong acknowledgedEvents = new AtomicLong();
  private final Map<String, Throwable> unexpected = new LinkedHashMap<>();
  private final long limit;
  private volatile boolean stopping;

  /**
   * Callers who alternate between the nodes from call to call.
   *
   * @param limit acknowledged events after which all of them stop by themselves
   */
  Load(List<HttpCalls> nodes, int callers, int peopleEach, long limit) {
    this("person", nodes, callers, peopleEach, limit);
  }

  /** The same about other people: their ids begin with this word. */
  Load(String word, List<HttpCalls> nodes, int callers, int peopleEach, long limit) {
    this.nodes = List.copyOf(nodes);
    this.limit = limit;
    for (var caller = 0; caller < callers; caller++) {
      var people = new ArrayList<String>();
      for (var each = 0; each < peopleEach; each++) {
        people.add("%s-%d-%d".formatted(word, caller, each));
      }
      var name = "caller-" + caller;
      this.callers.add(Thread.ofPlatform().name(name).unstarted(() -> work(name, people)));
    }
  }

  /** Creates every person, with an address to write to, and begins to call. */
  Load start() {
    callers.forEach(Thread::start);
    return this;
  }

  private void work(String name, List<String> people) {
    try {
      for (var person : people) {
        nodes.getFirst().identify(person, Map.of("email", person + "@example.test")).ok();
      }
      for (var number = 1; !stopping; number++) {
        for (var person : people) {
          if (!stopping) {
            call(person, number, nodes.get((person.hashCode() + number & 0xffff) % nodes.size()));
          }
        }
      }
    } catch (IOException | InterruptedException | RuntimeException | AssertionError failure) {
      synchronized (unexpected) {
        unexpected.put(name, failure);
      }
    }
  }

  private void call(String person, int number, HttpCalls node) throws InterruptedException {
    var kind = kind(number);
    var answered = false;
    try {
      var answer =
          switch (kind) {
            case COUNTED -> node.identify(person, Map.of("counter", number));
            case ORDERED -> node.event(person, "ordered", data(person, number));
            case VIEWED -> node.event(person, "viewed", data(person, number));
          };
      answered = answer.status() == 200;
      if (!answered && answer.status() != 503) {
        throw new AssertionError("a good call was answered " + answer);
      }
    } catch (IOException noAnswer) {
      // The server was killed or is not back yet; the call is noted as not acknowledged.
    }
    calls.add(new Call(person, number, kind, answered));
    if (answered) {
      acknowledged.incrementAndGet();
      if (kind != Kind.COUNTED && acknowledgedEvents.incrementAndGet() >= limit) {
        stopping = true;
      }
    } else {
      TimeUnit.MILLISECONDS.sleep(PAUSE_AFTER_FAILURE_MILLIS);
    }
  }

  private static Kind kind(int number) {
    if (number % COUNT_EVERY == 0) {
      return Kind.COUNTED;
    }
    return number % ORDER_EVERY == 2 ? Kind.ORDERED : Kind.VIEWED;
  }

  private static Map<String, Object> data(String person, int number) {
    return Map.of("key", person + "#" + number, "number", number);
  }

  /** How many calls were acknowledged so far. */
  long acknowledged() {
    return acknowledged.get();
  }

  /** Waits until this many calls more were acknowledged. */
  void awaitMore(long count) throws InterruptedException {
    var goal = acknowledged.get() + count;
    var deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
    while (acknowledged.get() < goal) {
      checkCallers();
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "only " + (goal - acknowledged.get()) + " calls are missing after three minutes");
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  /** Waits until the limit is reached. */
  void awaitLimit() throws InterruptedException {
    for (var caller : callers) {
      caller.join();
    }
    checkCallers();
  }

  /** Ends the calls in flight and returns all calls ever made. */
  List<Call> stop() throws InterruptedException {
    stopping = true;
    awaitLimit();
    return List.copyOf(calls);
  }

  private void checkCallers() {
    synchronized (unexpected) {
      unexpected.forEach((name, failure) -> {
        throw new AssertionError(name + " gave up", failure);
      });
    }
  }

  @Override
  public void close() {
    stopping = true;
    callers.forEach(Thread::interrupt);
  }
}
