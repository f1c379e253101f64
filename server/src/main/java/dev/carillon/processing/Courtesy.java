package dev.carillon.processing;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;

/**
 * Who goes first when there is more to do than the machine can: callers waiting for an answer.
 * While they fill the log as fast as they can and no processor is idle, processing rests; what was
 * accepted is safe in the log. Some seconds behind it goes on in small slices, one thread at a
 * time, and further behind it takes its full share. Shared by the processors of a node;
 * thread-safe.
 */
final class Courtesy {
  private static final Duration RESTS_UNTIL = Duration.ofSeconds(10);
  private static final Duration SLICES_UNTIL = Duration.ofSeconds(60);
  private static final double BUSY_MACHINE = 0.6;
  private static final long LOOK_NANOS = Duration.ofMillis(100).toNanos();
  private static final long CALM_NANOS = Duration.ofMillis(60).toNanos();

  /** How much processing may do now. */
  enum Pace {
    /** As much as there is. */
    FULL,
    /** A little now and then, holding {@link #turn}. */
    SLICES,
    /** Nothing for the moment. */
    REST
  }

  private final BooleanSupplier callersFillTheLog;
  private final DoubleSupplier load;
  private final InstantSource clock;
  private final ReentrantLock turn = new ReentrantLock();
  private long lookedAt;
  private double machineLoad = 1;
  private boolean needed;
  private long neededAt;

  Courtesy(BooleanSupplier callersFillTheLog, InstantSource clock) {
    this(callersFillTheLog, () -> Machine.SYSTEM.getCpuLoad(), clock);
  }

  /**
   * @param load of the whole machine, 0 to 1; below 0 when it is not known
   */
  Courtesy(BooleanSupplier callersFillTheLog, DoubleSupplier load, InstantSource clock) {
    this.callersFillTheLog = callersFillTheLog;
    this.load = load;
    this.clock = clock;
  }

  /**
   * The pace for who has applied everything up to this instant.
   *
   * @param reached when the newest operation applied was accepted
   */
  Pace pace(Instant reached) {
    if (!callersNeedTheMachine()) {
      return Pace.FULL;
    }
    var now = clock.instant();
    return reached.plus(RESTS_UNTIL).isAfter(now)
        ? Pace.REST
        : reached.plus(SLICES_UNTIL).isAfter(now) ? Pace.SLICES : Pace.FULL;
  }

  /** Held during a slice, so that one thread at a time is in the callers' way. */
  ReentrantLock turn() {
    return turn;
  }

  /** A moment of calm between two calls, or one of waiting for the disk, is not the end of it. */
  private synchronized boolean callersNeedTheMachine() {
    var now = System.nanoTime();
    if (now - lookedAt > LOOK_NANOS) {
      lookedAt = now;
      var present = load.getAsDouble();
      machineLoad = (machineLoad + (present < 0 ? 1 : present)) / 2;
    }
    if (callersFillTheLog.getAsBoolean() && machineLoad > BUSY_MACHINE) {
      neededAt = now;
      needed = true;
    } else if (now - neededAt > CALM_NANOS) {
      needed = false;
    }
    return needed;
  }

  /** Made when first needed: most installations are never that busy. */
  private static final class Machine {
    private static final OperatingSystemMXBean SYSTEM =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  }
}
