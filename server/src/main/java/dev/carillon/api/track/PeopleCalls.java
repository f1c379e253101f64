package dev.carillon.api.track;

import dev.carillon.api.wire.Refused;
import dev.carillon.api.wire.Times;
import dev.carillon.http.JsonReader;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.Access;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** People and what they do: identify, delete, suppress, unsuppress, merge, events (track §5). */
final class PeopleCalls {
  private final Admission admission;
  private final IdentifyBody identify;

  PeopleCalls(Admission admission, IdentifyBody identify) {
    this.admission = admission;
    this.identify = identify;
  }

  Reply identify(Request request) {
    var access = admission.authorise(request);
    var person = Admission.person(request, access);
    var body = admission.object(request);
    return admission.store(identify.operations(access, person, body, Times.AT_RECEIPT));
  }

  /** Its body means nothing, as that of suppress and unsuppress (track §1). */
  Reply delete(Request request) {
    var access = admission.authorise(request);
    return admission.store(
        new Operation.Delete(access.workspace(), Admission.person(request, access)));
  }

  Reply suppress(Request request) {
    var access = admission.authorise(request);
    return admission.store(
        new Operation.Suppress(access.workspace(), Admission.person(request, access)));
  }

  Reply unsuppress(Request request) {
    var access = admission.authorise(request);
    return admission.store(
        new Operation.Unsuppress(access.workspace(), Admission.person(request, access)));
  }

  Reply merge(Request request) {
    var access = admission.authorise(request);
    return admission.store(merge(access, admission.object(request)));
  }

  /**
   * The merge these members ask for.
   *
   * @throws Refused unless they name two different people, each by one identifier (track §9.3)
   */
  static Operation.Merge merge(Access access, Map<String, @Nullable Object> members) {
    var primary = PersonNames.person("primary", members.get("primary"), access);
    var secondary = PersonNames.person("secondary", members.get("secondary"), access);
    if (primary.kind() == secondary.kind() && primary.key().equals(secondary.key())) {
      throw Refused.invalid("secondary", "primary and secondary must be different people");
    }
    return new Operation.Merge(access.workspace(), primary, secondary, false);
  }

  Reply event(Request request) {
    var access = admission.authorise(request);
    var person = Admission.person(request, access);
    var body = admission.parse(admission.body(request), JsonReader::event);
    return admission.store(EventReport.ofPerson(access.workspace(), person, body));
  }

  Reply anonymousEvent(Request request) {
    var access = admission.authorise(request);
    var body = admission.parse(admission.body(request), JsonReader::event);
    return admission.store(EventReport.anonymous(access.workspace(), body));
  }
}
