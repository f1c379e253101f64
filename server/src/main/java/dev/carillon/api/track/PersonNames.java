package dev.carillon.api.track;

import dev.carillon.api.wire.Members;
import dev.carillon.api.wire.PathIdentifier;
import dev.carillon.api.wire.Refused;
import dev.carillon.people.EmailAddress;
import dev.carillon.people.Identifier;
import dev.carillon.workspaces.Access;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads how JSON names people (track §3.1, §6). */
final class PersonNames {
  private static final String ONE_OF = " must hold exactly one of id, email, phone, cio_id";

  private PersonNames() {}

  /**
   * Somebody known, or an anonymous id: one of both is there.
   *
   * @param person null: anonymous
   * @param anonymousId null when there is a person
   */
  record Somebody(@Nullable Identifier person, @Nullable String anonymousId) {}

  /**
   * The one person named in this field.
   *
   * @param field such as {@code identifiers} or {@code primary}
   * @throws Refused unless it holds exactly one identifier that is well-formed and identifies
   *     people in this workspace
   */
  static Identifier person(String field, @Nullable Object value, Access access) {
    var person = find(field, Members.requiredObject(field, value), access);
    if (person == null) {
      throw Refused.required(field, field + ONE_OF);
    }
    return person;
  }

  /**
   * The person in this field, else its anonymous id. Beside an identifier an anonymous id means
   * nothing: only an identify call connects the two (track §4.3).
   *
   * @throws Refused as {@link #person}, or when there is neither
   */
  static Somebody somebody(String field, @Nullable Object value, Access access) {
    var names = Members.requiredObject(field, value);
    var person = find(field, names, access);
    if (person != null) {
      return new Somebody(person, null);
    }
    try {
      var anonymousId = EventReport.anonymousId(names.get("anonymous_id"));
      if (anonymousId != null) {
        return new Somebody(null, anonymousId);
      }
    } catch (Refused refused) {
      throw refused.within(field);
    }
    throw Refused.required(field, field + ONE_OF + ", or anonymous_id");
  }

  private static @Nullable Identifier find(
      String field, Map<String, @Nullable Object> names, Access access) {
    var id = names.get("id");
    var email = names.get("email");
    var phone = names.get("phone");
    var cioId = names.get("cio_id");
    int given =
        (id == null ? 0 : 1)
            + (email == null ? 0 : 1)
            + (phone == null ? 0 : 1)
            + (cioId == null ? 0 : 1);
    if (given > 1) {
      throw Refused.invalid(field, field + ONE_OF);
    }
    try {
      if (id != null) {
        return Identifier.id(text("id", id));
      }
      if (email != null) {
        return email(text("email", email), access);
      }
      if (cioId != null) {
        return cioId(text("cio_id", cioId));
      }
    } catch (Refused refused) {
      throw refused.within(field);
    }
    if (phone != null) {
      throw Refused.invalid(field + ".phone", "phone does not identify people in this workspace");
    }
    return null;
  }

  private static String text(String field, Object value) {
    var text = Members.text(field, value, longest(field));
    if (text == null) {
      throw Refused.invalid(field, field + " cannot be an empty string");
    }
    return text;
  }

  private static int longest(String field) {
    return field.equals("email") ? LONGEST_EMAIL_BYTES : PathIdentifier.LONGEST_ID_BYTES;
  }

  private static final int LONGEST_EMAIL_BYTES = 1000;

  /**
   * An e-mail address as identifier.
   *
   * @throws Refused when it is none, or when addresses identify nobody in this workspace
   */
  static Identifier email(String text, Access access) {
    if (!access.emailIdentifies()) {
      throw Refused.invalid("email", "email does not identify people in this workspace");
    }
    if (!EmailAddress.isWellFormed(text)) {
      throw Refused.invalid("email", "email is not an e-mail address");
    }
    return Identifier.email(text);
  }

  /** A {@code cio_id}, with or without its prefix. */
  static Identifier cioId(String text) {
    return Identifier.cioId(
        text.startsWith(PathIdentifier.CIO_ID_PREFIX)
            ? text.substring(PathIdentifier.CIO_ID_PREFIX.length())
            : text);
  }
}
