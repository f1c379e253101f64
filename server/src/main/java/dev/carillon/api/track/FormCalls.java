package dev.carillon.api.track;

import dev.carillon.api.wire.Attributes;
import dev.carillon.api.wire.EventRules;
import dev.carillon.api.wire.Members;
import dev.carillon.api.wire.PathIdentifier;
import dev.carillon.api.wire.Refused;
import dev.carillon.api.wire.Sizes;
import dev.carillon.api.wire.Times;
import dev.carillon.events.EventKind;
import dev.carillon.forms.Form;
import dev.carillon.forms.FormRepository;
import dev.carillon.http.ParsedObject;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.Access;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Forms are submitted (track §5, "Form submit"). */
final class FormCalls {
  private static final Reply ACCEPTED =
      Reply.empty(204).with("cache-control", TrackErrors.NO_CACHE);
  private static final Set<String> ABOUT_THE_FORM =
      Set.of("form_id", "form_name", "form_type", "form_url", "form_url_param");

  /** Members of an identify call that are no attributes; a form sets attributes alone. */
  private static final Set<String> NO_ATTRIBUTES = Set.of("cio_id", "cio_relationships");

  private final Admission admission;
  private final FormRepository forms;

  FormCalls(Admission admission, FormRepository forms) {
    this.admission = admission;
    this.forms = forms;
  }

  /** The form is known from now on even when the submission is refused. */
  Reply submit(Request request) {
    var access = admission.authorise(request);
    var formId =
        Members.requiredText(
            "form_id", request.segment("form_id"), FormRepository.LONGEST_ID_BYTES);
    var body = admission.parse(admission.body(request), (json, text) -> json.object(text, "data"));
    var data = Members.requiredObject("data", body.members().get("data"));
    var form =
        forms
            .submitted(access.workspace(), formId, fields(data))
            .orElseThrow(() ->
                Refused.limit(
                    "form_id",
                    "a workspace cannot have more than " + FormRepository.MOST + " forms"));
    admission.store(operations(access, form, body, data));
    return ACCEPTED;
  }

  private static List<String> fields(Map<String, @Nullable Object> data) {
    return data.keySet().stream()
        .filter(name ->
            !ABOUT_THE_FORM.contains(name)
                && !name.isEmpty()
                && Sizes.utf8(name) <= Attributes.LONGEST_NAME_BYTES)
        .toList();
  }

  private static List<Operation> operations(
      Access access, Form form, ParsedObject body, Map<String, @Nullable Object> data) {
    var attributes = new LinkedHashMap<String, @Nullable Object>();
    data.forEach((field, value) -> {
      if (value != null && !(value instanceof String)) {
        throw Refused.invalid("data", "value for '" + shown(field) + "' must be a string");
      }
      if (value != null && !ABOUT_THE_FORM.contains(field)) {
        var attribute = form.attribute(field);
        if (!attribute.startsWith("_") && !NO_ATTRIBUTES.contains(attribute)) {
          put(attributes, attribute, (String) value);
        }
      }
    });
    var person = person(access, attributes);
    Attributes.check(attributes);
    return List.of(
        new Operation.Identify(access.workspace(), person, attributes, Times.AT_RECEIPT, false),
        new Operation.Event(
            access.workspace(),
            person,
            null,
            EventKind.FORM,
            form.id(),
            null,
            Times.AT_RECEIPT,
            EventRules.data("data", body.keptText())));
  }

  /** An identifier left empty on the page is none, so that another field may give it. */
  private static void put(
      Map<String, @Nullable Object> attributes, String attribute, String value) {
    if (!attribute.equals("id") && !attribute.equals("email")) {
      attributes.put(attribute, value);
    } else if (!value.isBlank() && attributes.put(attribute, value.strip()) != null) {
      throw Refused.invalid("data", "data must hold only one " + attribute);
    }
  }

  private static Identifier person(Access access, Map<String, @Nullable Object> attributes) {
    var id = (String) attributes.get("id");
    var email = (String) attributes.get("email");
    if (id != null && email != null) {
      throw Refused.invalid("data", "data must hold an id or an email, not both");
    }
    if (id != null) {
      PathIdentifier.checkId(id);
      return Identifier.id(id);
    }
    if (email != null) {
      return PersonNames.email(email, access);
    }
    throw Refused.required("data", "data must hold an id or an email");
  }

  private static String shown(String field) {
    return field.length() > 100 ? field.substring(0, 100) + "…" : field;
  }
}
