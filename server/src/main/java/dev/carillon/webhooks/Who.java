package dev.carillon.webhooks;

import dev.carillon.people.CioId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whom an event is about, as its body names somebody (events-out A.1).
 *
 * @param personId 0: nobody who exists
 * @param id null when there is none, or the person is gone
 * @param email the same
 * @param byEmail whether the workspace names people by their address as well
 */
public record Who(long personId, @Nullable String id, @Nullable String email, boolean byEmail) {

  /** {@code identifiers}. */
  Map<String, @Nullable Object> identifiers() {
    var names = new LinkedHashMap<String, @Nullable Object>();
    names.put("id", id);
    if (byEmail) {
      names.put("email", email);
      names.put("cio_id", personId == 0 ? null : CioId.of(personId));
    }
    return names;
  }

  /** {@code customer_id}: the id; empty when there is none. */
  String customerId() {
    return id == null ? "" : id;
  }
}
