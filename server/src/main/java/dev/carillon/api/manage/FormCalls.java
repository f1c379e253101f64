package dev.carillon.api.manage;

import dev.carillon.forms.Form;
import dev.carillon.forms.FormRepository;
import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.segments.Fault;
import dev.carillon.workspaces.Access;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code …/forms}: which attribute each field of a submitted form becomes. */
final class FormCalls {
  private static final int LONGEST_BYTES = 150;

  /** What an answer holds beyond what is written; taken and ignored when sent back. */
  private static final Set<String> READ_ONLY = Set.of("id", "created_at");

  private final FormRepository forms;

  FormCalls(FormRepository forms) {
    this.forms = forms;
  }

  Reply list(Access access, Request request) {
    var pages = Pages.of(request);
    return Reply.json(200, pages.answer("forms", forms.list(access.workspace()), FormCalls::toMap));
  }

  Reply one(Access access, Request request) {
    return forms
        .find(access.workspace(), request.segment("form_id"))
        .map(FormCalls::shown)
        .orElseThrow(() -> new Problem.NotFound("form not found").thrown());
  }

  /** Sets up a form that nobody has submitted yet as well. */
  Reply update(Access access, Request request) {
    var id = request.segment("form_id");
    var json = Bodies.resource(request, "form");
    var faults = new ArrayList<Fault>();
    if (isTooLong(id)) {
      throw new Problem.BadRequest("the id of a form has at most " + LONGEST_BYTES + " bytes")
          .thrown();
    }
    var name = name(json.get("name"), faults);
    var fields = fields(json.get("fields"), faults);
    for (var key : json.keySet()) {
      if (!key.equals("name") && !key.equals("fields") && !READ_ONLY.contains(key)) {
        faults.add(new Fault(key, "is not known here; known are fields, name"));
      }
    }
    if (!faults.isEmpty()) {
      throw Bodies.invalid("form", faults);
    }
    return forms
        .save(access.workspace(), id, name, fields)
        .map(FormCalls::shown)
        .orElseThrow(() ->
            new Problem.Conflict(
                    "a workspace cannot have more than " + FormRepository.MOST + " forms")
                .thrown());
  }

  private static String name(@Nullable Object value, List<Fault> faults) {
    if (value instanceof String name && !name.isBlank() && !isTooLong(name)) {
      return name;
    }
    faults.add(
        new Fault(
            "name",
            value == null ? "is required" : "must be a text of 1 to " + LONGEST_BYTES + " bytes"));
    return "";
  }

  private static Map<String, String> fields(@Nullable Object value, List<Fault> faults) {
    var fields = new LinkedHashMap<String, String>();
    switch (value) {
      case null -> {}
      case Map<?, ?> map when map.size() <= FormRepository.MOST_FIELDS ->
          map.forEach((key, attribute) -> {
            var field = (String) key;
            if (isName(field) && attribute instanceof String name && isName(name)) {
              fields.put(field, name);
            } else {
              faults.add(
                  new Fault(
                      "fields",
                      "must map names of fields to names of attributes, each of 1 to "
                          + LONGEST_BYTES
                          + " bytes"));
            }
          });
      case Map<?, ?> _ ->
          faults.add(new Fault("fields", "must not be more than " + FormRepository.MOST_FIELDS));
      default -> faults.add(new Fault("fields", "must be an object"));
    }
    return fields;
  }

  private static boolean isName(String text) {
    return !text.isEmpty() && !isTooLong(text);
  }

  private static boolean isTooLong(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length > LONGEST_BYTES;
  }

  private static Reply shown(Form form) {
    return Reply.json(200, Map.of("form", toMap(form)));
  }

  private static Map<String, @Nullable Object> toMap(Form form) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    map.put("id", form.id());
    map.put("name", form.name());
    map.put("fields", form.fields());
    map.put("created_at", form.createdAt().getEpochSecond());
    return map;
  }
}
