package dev.carillon.liquid;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Measures the processor time of the thread, as {@link Liquid#STRICT} does, so that a busy machine
 * does not fail what is quick.
 */
@DisplayName("L-5: what would never end is stopped within half a second of work, with a reason")
class HostileCorpusTest {
  private static final Duration SOON = Duration.ofMillis(500);

  @TestFactory
  Stream<DynamicTest> shouldStopSoon() {
    return Corpus.read("hostile").stream()
        .map(each -> DynamicTest.dynamicTest(each.name(), () -> check(each)));
  }

  private static void check(Corpus.Case hostile) {
    var threads = ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadCpuTime();
    String outcome = hostile.outcome();
    var taken = Duration.ofNanos(threads.getCurrentThreadCpuTime() - before);
    System.out.printf("%4d ms  %.90s%n", taken.toMillis(), hostile.template().replace('\n', ' '));
    assertThat(outcome).isEqualTo(hostile.expected());
    assertThat(taken).isLessThan(SOON);
  }
}
