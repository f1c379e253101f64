package dev.carillon.http;

/** Carries a {@link Problem} from wherever it was found to the surface that puts it into words. */
public final class ProblemException extends RuntimeException {
  private final transient Problem problem;

  /** Ends the handling of the current request with this problem. */
  public ProblemException(Problem problem) {
    // Expected, frequent and never logged: a stack trace would only cost time.
    super(problem.message(), null, false, false);
    this.problem = problem;
  }

  /** What to tell the client. */
  public Problem problem() {
    return problem;
  }
}
