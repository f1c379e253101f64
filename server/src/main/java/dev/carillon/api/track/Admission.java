package dev.carillon.api.track;

import dev.carillon.api.wire.PathIdentifier;
import dev.carillon.api.wire.Refused;
import dev.carillon.http.BadJson;
import dev.carillon.http.Handler;
import dev.carillon.http.JsonReader;
import dev.carillon.http.Problem;
import dev.carillon.http.RateLimits;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.objects.ObjectsUnavailable;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Intake;
import dev.carillon.processing.IntakeUnavailable;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.Access;
import dev.carillon.workspaces.Credentials;
import dev.carillon.workspaces.CredentialsUnavailable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all calls of this surface have in common: who may call, how a body is read, and how what was
 * accepted is stored before it is acknowledged (track §1, §2).
 */
final class Admission {
  /** The answer to every call that is stored (track §1 "Success body"). */
  static final Reply STORED =
      Reply.jsonBytes(200, "{}\n".getBytes(StandardCharsets.UTF_8))
          .with("cache-control", TrackErrors.NO_CACHE);

  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
  private static final int LONGEST_BODY_BYTES = 1024 * 1024;

  private final Credentials credentials;
  private final RateLimits limits;
  private final Intake intake;
  private final JsonReader json = new JsonReader();

  /**
   * @param limits a request counts once it is authorised
   * @param intake where accepted calls go
   */
  Admission(Credentials credentials, RateLimits limits, Intake intake) {
    this.credentials = credentials;
    this.limits = limits;
    this.intake = intake;
  }

  /**
   * Turns what refuses a v1 call, or keeps it from being looked at, into the surface's problems.
   */
  static Handler answering(Handler handler) {
    return request -> {
      try {
        return handler.handle(request);
      } catch (Refused refused) {
        throw new Problem.BadRequest(refused.sentence()).thrown();
      } catch (ObjectsUnavailable failure) {
        LOG.warn("call refused: {}", failure.getMessage());
        throw unavailable(1);
      } catch (JdbiException failure) {
        // Its own message may show what was bound to the statement.
        LOG.warn(
            "call refused: the database does not answer: {}: {}",
            failure.getClass().getSimpleName(),
            String.valueOf(failure.getCause()));
        throw unavailable(1);
      }
    };
  }

  /**
   * The workspace the credentials open.
   *
   * @throws dev.carillon.http.ProblemException 401 without them, 429 over the rate
   */
  Access authorise(Request request) {
    try {
      var access =
          credentials
              .track(request.header("authorization"))
              .orElseThrow(() -> new Problem.Unauthorised().thrown());
      limits.take(access.workspace().value());
      return access;
    } catch (CredentialsUnavailable failure) {
      LOG.warn("call refused: {}", failure.getMessage());
      throw unavailable(1);
    }
  }

  /** The person in the path. */
  static Identifier person(Request request, Access access) {
    return PathIdentifier.of(request.segment("identifier"), access);
  }

  /** The whole body, at most 1 MiB. */
  byte[] body(Request request) {
    return request.body(LONGEST_BODY_BYTES);
  }

  /**
   * The body as a JSON object; an empty one and {@code null} are an empty object.
   *
   * @throws dev.carillon.http.ProblemException 400 for anything else
   */
  Map<String, @Nullable Object> object(Request request) {
    return parse(body(request), JsonReader::object);
  }

  /**
   * The body as this reader reads it.
   *
   * @throws dev.carillon.http.ProblemException 400 when it is no such JSON
   */
  <T extends @Nullable Object> T parse(byte[] body, BiFunction<JsonReader, byte[], T> reader) {
    try {
      return reader.apply(json, body);
    } catch (BadJson bad) {
      throw new Problem.BadRequest(bad.sentence()).thrown();
    }
  }

  /** Stores one operation, then answers. */
  Reply store(Operation operation) {
    return store(List.of(operation));
  }

  /**
   * Stores all operations of the call together, then answers; a call without any is answered alike.
   *
   * @throws dev.carillon.http.ProblemException 503 when they are not stored
   */
  Reply store(List<Operation> operations) {
    if (operations.isEmpty()) {
      return STORED;
    }
    try {
      intake.accept(operations);
      return STORED;
    } catch (IntakeUnavailable failure) {
      // One line without a stack trace: under overload there are many.
      LOG.warn(
          "call refused: workspace={} reason={}",
          operations.getFirst().workspace().value(),
          failure.getMessage());
      throw unavailable(failure.retryAfterSeconds());
    }
  }

  private static RuntimeException unavailable(int retryAfterSeconds) {
    return new Problem.Unavailable("service unavailable", retryAfterSeconds).thrown();
  }
}
