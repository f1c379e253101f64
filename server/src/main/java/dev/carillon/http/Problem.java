package dev.carillon.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A reason why a request is not answered with success, before a surface puts it in its own words.
 */
public sealed interface Problem {

  /** The HTTP status of the answer. */
  int status();

  /** One sentence that may be shown to the client; carries no internals. */
  String message();

  /** This problem as an exception, to leave a handler from any depth. */
  default ProblemException thrown() {
    return new ProblemException(this);
  }

  /** The request breaks a rule of the surface. */
  record BadRequest(String message) implements Problem {
    @Override
    public int status() {
      return 400;
    }
  }

  /**
   * The request breaks several rules of the surface, or one where clients read a list.
   *
   * @param messages at least one, each a sentence that may be shown to the client
   */
  record BadRequests(List<String> messages) implements Problem {
    public BadRequests {
      messages = List.copyOf(messages);
      if (messages.isEmpty()) {
        throw new IllegalArgumentException("nothing is wrong without a message");
      }
    }

    @Override
    public int status() {
      return 400;
    }

    @Override
    public String message() {
      return String.join("; ", messages);
    }
  }

  /**
   * No or wrong credentials.
   *
   * @param words said instead of what the surface usually says; null: the usual
   */
  record Unauthorised(@Nullable String words) implements Problem {
    /** In the surface's usual words. */
    public Unauthorised() {
      this(null);
    }

    @Override
    public int status() {
      return 401;
    }

    @Override
    public String message() {
      return words == null ? "Unauthorized" : words;
    }
  }

  /** The credentials are right, but do not reach this far. */
  record Forbidden(String message) implements Problem {
    @Override
    public int status() {
      return 403;
    }
  }

  /** No such route, or no such resource. */
  record NotFound(String message) implements Problem {
    /** The route is unknown. */
    public NotFound() {
      this("not found");
    }

    @Override
    public int status() {
      return 404;
    }
  }

  /**
   * The path exists, the method does not.
   *
   * @param allowed the methods the path knows, upper case, sorted
   */
  record MethodNotAllowed(List<String> allowed) implements Problem {
    public MethodNotAllowed {
      allowed = List.copyOf(allowed);
    }

    @Override
    public int status() {
      return 405;
    }

    @Override
    public String message() {
      return "method not allowed";
    }
  }

  /** The resource is in a state, or in a use, that does not allow the call. */
  record Conflict(String message) implements Problem {
    @Override
    public int status() {
      return 409;
    }
  }

  /**
   * The body is well-formed, but says something that cannot be.
   *
   * @param faults at least one
   */
  record Invalid(List<Fault> faults) implements Problem {
    public Invalid {
      faults = List.copyOf(faults);
      if (faults.isEmpty()) {
        throw new IllegalArgumentException("nothing is invalid without a fault");
      }
    }

    @Override
    public int status() {
      return 422;
    }

    @Override
    public String message() {
      return faults.getFirst().detail();
    }

    /**
     * One thing that is wrong.
     *
     * @param pointer JSON pointer (RFC 6901) into the body, such as {@code /segment/name}
     * @param detail what is wrong and what was expected
     */
    public record Fault(String pointer, String detail) {}
  }

  /** The body, or a part of it, is longer than the route takes. */
  record TooLarge(String message) implements Problem {
    /**
     * The whole body is.
     *
     * @param limit bytes, after decompression
     */
    public static TooLarge body(int limit) {
      return new TooLarge("request body cannot be longer than " + limit + " bytes");
    }

    @Override
    public int status() {
      return 413;
    }
  }

  /**
   * More calls than the workspace may make.
   *
   * @param retryAfterSeconds at least 1; sent as {@code Retry-After}
   */
  record RateLimited(int retryAfterSeconds) implements Problem {
    @Override
    public int status() {
      return 429;
    }

    @Override
    public String message() {
      return "rate limit exceeded";
    }
  }

  /**
   * Nothing was stored; the same call may succeed later.
   *
   * @param retryAfterSeconds at least 1; sent as {@code Retry-After}
   */
  record Unavailable(String message, int retryAfterSeconds) implements Problem {
    @Override
    public int status() {
      return 503;
    }
  }

  /**
   * A fault of the server.
   *
   * @param reference names the log line that tells what happened
   */
  record Internal(String reference) implements Problem {
    @Override
    public int status() {
      return 500;
    }

    @Override
    public String message() {
      return "internal error, reference " + reference;
    }
  }

  /**
   * A problem the HTTP layer found before any route was known, such as a malformed request line.
   *
   * @param status 4xx or 5xx
   */
  record Malformed(int status, String message) implements Problem {}
}
