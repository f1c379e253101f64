package dev.carillon.api.track;

import dev.carillon.api.wire.DeliveryReports;
import dev.carillon.api.wire.Members;
import dev.carillon.api.wire.Refused;
import dev.carillon.http.JsonReader;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.WorkspaceId;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What devices and pages report about deliveries. Most of these routes ask for no credentials: the
 * delivery's id, which nobody can guess, is the permission (track §2, §5.2).
 */
final class ReportCalls {
  private static final Logger LOG = LoggerFactory.getLogger(ReportCalls.class);
  private static final Set<String> OF_PUSH = Set.of("opened", "converted", "delivered");
  private static final Set<String> IN_APP = Set.of("opened", "clicked", "converted");

  private final Admission admission;
  private final DeliveryReports reports;

  ReportCalls(Admission admission, DeliveryReports reports) {
    this.admission = admission;
    this.reports = reports;
  }

  /** {@code POST /api/v1/metrics}. */
  Reply metric(Request request) {
    var body = report(request);
    return accept(DeliveryReports.UNNAMED, body, body.get("metric"));
  }

  /** {@code POST /api/v1/push/events} and {@code /push/events}. */
  Reply push(Request request) {
    var body = report(request);
    return accept(DeliveryReports.UNNAMED, body, among(OF_PUSH, body.get("event")));
  }

  /** {@code POST /api/v1/cio_deliveries/events}, what old mobile clients send. */
  Reply inApp(Request request) {
    var access = admission.authorise(request);
    var payload = members(report(request).get("payload"));
    return accept(access.workspace(), payload, among(IN_APP, payload.get("event")));
  }

  private static @Nullable Object among(Set<String> metrics, @Nullable Object metric) {
    return metric instanceof String word && metrics.contains(word) ? word : null;
  }

  /** Well-formed JSON that is no object reports nothing; only what is no JSON is refused. */
  private Map<String, @Nullable Object> report(Request request) {
    return members(admission.parse(admission.body(request), JsonReader::value));
  }

  private static Map<String, @Nullable Object> members(@Nullable Object value) {
    var members = value instanceof Map ? Members.object("", value) : null;
    return members == null ? Map.of() : members;
  }

  private Reply accept(
      WorkspaceId workspace, Map<String, @Nullable Object> body, @Nullable Object metric) {
    var report =
        reports.read(workspace, body.get("delivery_id"), metric, body.get("timestamp"), body);
    if (report.isEmpty()) {
      // Anybody may call: a louder level would let strangers fill the log.
      LOG.debug("report ignored: it names no delivery of ours, or no metric of the route");
      return Admission.STORED;
    }
    return admission.store(report.get());
  }

  /**
   * {@code POST /unsubscribe/{delivery_id}}: JSON of a page, or the form of a mail client (RFC
   * 8058).
   */
  Reply unsubscribe(Request request) {
    var id = request.segment("delivery_id");
    if (!DeliveryReports.isWellFormed(id)) {
      throw Refused.invalid("delivery_id", "delivery_id is not the id of a delivery");
    }
    if (!asksToUnsubscribe(request)) {
      return Admission.STORED;
    }
    return reports
        .find(id)
        .map(delivery ->
            admission.store(new Operation.Unsubscribe(DeliveryReports.UNNAMED, delivery.value())))
        .orElse(Admission.STORED);
  }

  private boolean asksToUnsubscribe(Request request) {
    var body = admission.body(request);
    var type = request.header("content-type");
    if (type != null && OneClickForm.isForm(type, body)) {
      if (OneClickForm.isOneClick(type, body)) {
        return true;
      }
      throw Refused.invalid("", "the form must hold List-Unsubscribe=One-Click");
    }
    return switch (admission.parse(body, JsonReader::object).get("unsubscribe")) {
      case null -> false;
      case Boolean wanted -> wanted;
      default -> throw Refused.invalid("unsubscribe", "unsubscribe must be true or false");
    };
  }
}
