package dev.carillon.api.hooks;

import dev.carillon.delivery.LinkTokens;
import dev.carillon.delivery.LinkTokens.Link;
import dev.carillon.delivery.LinkTokens.Use;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.processing.Intake;
import dev.carillon.processing.IntakeUnavailable;
import dev.carillon.processing.Operation;
import dev.carillon.processing.Operation.DeliveryReport;
import dev.carillon.workspaces.WorkspaceId;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens and clicks (M-72 … M-76, M-80). They go the way of reports from devices: through the log,
 * answered once they are stored. The token says all that is needed, so no database is asked.
 */
final class Tracking {
  private static final Logger LOG = LoggerFactory.getLogger(Tracking.class);
  private static final String NO_STORE = "no-store, max-age=0";

  /** One transparent pixel. */
  private static final Reply PIXEL =
      Reply.bytes(
              200,
              "image/gif",
              Base64.getDecoder()
                  .decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"))
          .with("cache-control", NO_STORE);

  private static final Reply COUNTED = Reply.empty(204).with("cache-control", NO_STORE);

  private final LinkTokens tokens;
  private final Intake intake;
  private final Machines machines;

  Tracking(LinkTokens tokens, Intake intake, Machines machines) {
    this.tokens = tokens;
    this.intake = intake;
    this.machines = machines;
  }

  Reply open(Request request) {
    var link = Signed.link(tokens, Use.OPEN, request);
    report(link, "opened", machines.opened(request, link), Map.of());
    return PIXEL;
  }

  /** An app that follows a link itself has no target and gets no content. */
  Reply click(Request request) {
    var link = Signed.link(tokens, Use.CLICK, request);
    var details = new LinkedHashMap<String, @Nullable Object>();
    if (!link.target().isEmpty()) {
      details.put("href", link.target());
    }
    if (!link.name().equals(link.target())) {
      details.put("link", link.name());
    }
    report(link, "clicked", machines.clicked(request, link), details);
    return link.target().isEmpty()
        ? COUNTED
        : Reply.empty(302).with("location", link.target()).with("cache-control", NO_STORE);
  }

  /**
   * Choice: whoever clicked is led on even when the log cannot take the click: the reader has done
   * nothing wrong, and would have no way to repeat it.
   */
  private void report(
      Link link, String metric, boolean machine, Map<String, @Nullable Object> details) {
    var all = new LinkedHashMap<>(details);
    if (machine) {
      all.put(DeliveryReport.MACHINE, true);
    }
    var mail = link.mail();
    Operation report =
        new DeliveryReport(new WorkspaceId(0), mail.delivery().value(), metric, 0, all);
    try {
      intake.accept(List.of(report));
    } catch (IntakeUnavailable lost) {
      LOG.warn(
          "a {} mail is not counted: workspace={} delivery={} reason={}",
          metric,
          mail.workspace().value(),
          mail.delivery().value(),
          lost.getMessage());
    }
  }
}
