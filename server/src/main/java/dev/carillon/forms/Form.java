package dev.carillon.forms;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A form that was submitted, or set up before anybody submitted it.
 *
 * @param id as callers write it in the path; at most {@value FormRepository#LONGEST_ID_BYTES} bytes
 * @param name for people; the id until somebody gives it another one
 * @param fields field → attribute it becomes; a field that was only seen becomes the attribute of
 *     its own name
 */
public record Form(String id, String name, Map<String, String> fields, Instant createdAt) {
  public Form {
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /** The attribute a field becomes: its own name unless the form maps it. */
  public String attribute(String field) {
    return fields.getOrDefault(field, field);
  }
}
