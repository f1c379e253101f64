package dev.carillon.people.search;

import dev.carillon.people.AttributesJson;
import dev.carillon.people.CioId;
import dev.carillon.people.Subscription;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The fields people are searched by: every attribute by its exact name, and {@code cio_id}. Values
 * compare as texts, in exact case; {@code email} in any case. {@code unsubscribed} is also the
 * {@code true} or {@code false} the App API shows for everybody, whatever was written.
 */
final class SearchFields {
  static final String CIO_ID = "cio_id";
  static final String EMAIL = "email";
  static final String ID = "id";
  private static final String UNSUBSCRIBED = "unsubscribed";

  private SearchFields() {}

  static boolean equal(Candidate person, String field, String value) {
    if (field.equals(CIO_ID)) {
      return CioId.personId(value).equals(OptionalLong.of(person.personId()));
    }
    return texts(person.attributes(), field).contains(comparable(field, value));
  }

  /** Present and not empty. */
  static boolean exists(Candidate person, String field) {
    var value = person.attributes().get(field);
    return field.equals(CIO_ID) || (value != null && !value.equals(""));
  }

  /** The form of a value that is compared. */
  static String comparable(String field, String value) {
    return field.equals(EMAIL) ? value.toLowerCase(Locale.ROOT) : value;
  }

  /** The texts a field equals, in comparable form: none or one, for {@code unsubscribed} two. */
  static Set<String> texts(Map<String, Object> attributes, String field) {
    var value = attributes.get(field);
    if (!field.equals(UNSUBSCRIBED)) {
      return value == null ? Set.of() : Set.of(comparable(field, AttributesJson.plainText(value)));
    }
    var texts = new LinkedHashSet<String>();
    texts.add(Boolean.toString(Subscription.isUnsubscribed(attributes)));
    if (value != null) {
      texts.add(AttributesJson.plainText(value));
    }
    return texts;
  }

  /** The fields that have any text for somebody with these attributes, {@code cio_id} aside. */
  static Set<String> of(Map<String, Object> attributes) {
    var fields = new LinkedHashSet<>(attributes.keySet());
    fields.add(UNSUBSCRIBED);
    return fields;
  }
}
