package dev.carillon.api.pipelines;

import dev.carillon.http.Problem;
import dev.carillon.http.ProblemException;
import dev.carillon.objects.ObjectsUnavailable;
import dev.carillon.processing.Intake;
import dev.carillon.processing.IntakeUnavailable;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.CredentialsUnavailable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries again while storage is away, for calls of browsers: they never repeat what was answered,
 * whatever the status, so a slow 200 saves the call and a fast 503 loses it (pipelines §8). Trying
 * twice is safe, as it is for a client: repeats are told by the id of the call.
 */
final class Patience {
  private static final Logger LOG = LoggerFactory.getLogger(Patience.class);
  private static final int MOST_WAITING = 200;

  private final Duration longest;
  private final Duration pause;
  // Each of them holds its body in memory.
  private final Semaphore waiting = new Semaphore(MOST_WAITING);

  /** Waits this long at most, and looks again after each pause. */
  Patience(Duration longest, Duration pause) {
    this.longest = longest;
    this.pause = pause;
  }

  /**
   * The answer of a question to the database.
   *
   * @param patient false tries once
   * @throws ProblemException 503 when it does not come
   */
  <T> T ask(boolean patient, Supplier<T> question) {
    return insist(
        patient,
        () -> {
          try {
            return question.get();
          } catch (CredentialsUnavailable | ObjectsUnavailable failure) {
            throw new NotNow(failure, 1);
          }
        });
  }

  /**
   * Stores operations.
   *
   * @param patient false tries once
   * @throws ProblemException 503 when they cannot be stored
   */
  void store(boolean patient, Intake intake, List<Operation> operations) {
    insist(
        patient,
        () -> {
          try {
            intake.accept(operations);
            return true;
          } catch (IntakeUnavailable failure) {
            throw new NotNow(failure, failure.retryAfterSeconds());
          }
        });
  }

  private <T> T insist(boolean patient, Supplier<T> attempt) {
    try {
      return attempt.get();
    } catch (NotNow reason) {
      if (!patient || !waiting.tryAcquire()) {
        throw givenUp(reason);
      }
      try {
        return again(attempt);
      } finally {
        waiting.release();
      }
    }
  }

  private <T> T again(Supplier<T> attempt) {
    long deadline = System.nanoTime() + longest.toNanos();
    while (true) {
      pause();
      try {
        return attempt.get();
      } catch (NotNow reason) {
        if (System.nanoTime() >= deadline) {
          throw givenUp(reason);
        }
      }
    }
  }

  private void pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(pause.toNanos());
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      throw new Problem.Unavailable("service unavailable", 1).thrown();
    }
  }

  /** One line without a stack trace: under overload there are many. */
  private static ProblemException givenUp(NotNow reason) {
    LOG.warn("pipelines call not stored: {}", reason.getMessage());
    return new Problem.Unavailable("service unavailable", reason.retryAfterSeconds).thrown();
  }

  /** An attempt that failed, and may succeed later. */
  private static final class NotNow extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int retryAfterSeconds;

    NotNow(Exception failure, int retryAfterSeconds) {
      super(failure.getMessage(), null, false, false);
      this.retryAfterSeconds = retryAfterSeconds;
    }
  }
}
