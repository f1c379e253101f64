package dev.carillon.api.track;

import dev.carillon.http.Problem;
import dev.carillon.http.ProblemException;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.WorkspaceId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns the body of an identify call into an operation (track §3.4, §3.5, §7, §8). */
final class IdentifyBody {
  private static final int MOST_ATTRIBUTES = 300;
  private static final int LONGEST_NAME_BYTES = 150;
  private static final int LONGEST_VALUE_BYTES = 1000;

  private IdentifyBody() {}

  /**
   * The operation, with all attributes checked.
   *
   * @throws ProblemException 400 with the message of the first rule broken
   */
  static Operation.Identify operation(
      WorkspaceId workspace, Identifier person, Map<String, @Nullable Object> body) {
    var attributes = LinkedHashMap.<String, @Nullable Object>newLinkedHashMap(body.size());
    long writtenAt = Times.AT_RECEIPT;
    boolean updateOnly = false;
    for (var entry : body.entrySet()) {
      var name = entry.getKey();
      var value = entry.getValue();
      switch (name) {
        case "_timestamp" -> writtenAt = Times.millis(value);
        case "_update" -> updateOnly = flag(name, value);
        // Set by the server alone; clients that read a person and send it back include them.
        case "cio_id", "_created_in_customerio_at" -> {}
        case "cio_relationships" -> {
          if (value != null) {
            throw bad("cio_relationships is not supported by this version");
          }
        }
        case "_relationship" -> throw bad("_relationship is a reserved attribute name");
        case "id" -> attributes.put(name, id(value));
        case "email" -> attributes.put(name, email(value));
        // In the form events carry it, or they would never meet (track §4.3).
        case "anonymous_id" -> attributes.put(name, EventReport.anonymousId(value));
        default -> attributes.put(name, value);
      }
    }
    check(attributes);
    return new Operation.Identify(workspace, person, attributes, writtenAt, updateOnly);
  }

  private static boolean flag(String name, @Nullable Object value) {
    return switch (value) {
      case null -> false;
      case Boolean bool -> bool;
      default -> throw bad(name + " must be true or false");
    };
  }

  /** Numbers are common as ids and become text (track §7, last line). */
  private static String id(@Nullable Object value) {
    var id =
        switch (value) {
          case String text -> text;
          case Long number -> number.toString();
          case null, default -> throw bad("id attribute must be a string value");
        };
    if (id.isEmpty()) {
      throw bad("id attribute cannot be an empty string");
    }
    PathIdentifier.checkId(id);
    return id;
  }

  /** Null and the empty text stay: they may clear it (track §3.5). */
  private static @Nullable String email(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case String text -> text;
      default -> throw bad("email attribute must be a string value");
    };
  }

  private static void check(Map<String, @Nullable Object> attributes) {
    if (attributes.size() > MOST_ATTRIBUTES) {
      throw bad("cannot identify more than " + MOST_ATTRIBUTES + " attributes in one request");
    }
    for (var entry : attributes.entrySet()) {
      var name = entry.getKey();
      if (name.isEmpty()) {
        throw bad("attribute name cannot be empty");
      }
      if (Sizes.utf8(name) > LONGEST_NAME_BYTES) {
        throw bad("attribute name cannot be longer than " + LONGEST_NAME_BYTES + " bytes");
      }
      if (Sizes.value(entry.getValue()) > LONGEST_VALUE_BYTES) {
        throw bad(
            "value for attribute '"
                + name
                + "' cannot be longer than "
                + LONGEST_VALUE_BYTES
                + " bytes");
      }
    }
  }

  private static ProblemException bad(String message) {
    return new Problem.BadRequest(message).thrown();
  }
}
