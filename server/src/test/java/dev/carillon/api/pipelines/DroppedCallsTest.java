package dev.carillon.api.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.carillon.api.pipelines.DroppedCalls.Reason;
import dev.carillon.workspaces.Access;
import dev.carillon.workspaces.Source;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class DroppedCallsTest {
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final DroppedCalls dropped = new DroppedCalls(now::get);
  private final Source shop = new Source(new Access(new WorkspaceId(7), true), 3, true);
  private final Source app = new Source(new Access(new WorkspaceId(7), true), 4, true);
  private final Logger logger = (Logger) LoggerFactory.getLogger(DroppedCalls.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
    logger.setAdditive(false);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(log);
    logger.setAdditive(true);
  }

  private List<String> lines() {
    var lines = log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    log.list.clear();
    return lines;
  }

  @Test
  @DisplayName("pipelines §7: one line for each source and reason in ten seconds")
  void shouldWriteOneLineInTenSeconds() {
    for (int i = 0; i < 1_000; i++) {
      dropped.drop(shop, Reason.INVALID, "track", "event is required");
    }
    dropped.drop(app, Reason.INVALID, "page", "name is required");
    assertThat(lines())
        .containsExactly(
            "pipelines call dropped: workspace=7 source=3 reason=invalid call=track calls=1 detail=event is required",
            "pipelines call dropped: workspace=7 source=4 reason=invalid call=page calls=1 detail=name is required");

    now.set(Instant.EPOCH.plus(DroppedCalls.LINE_EVERY));
    dropped.drop(shop, Reason.INVALID, "track", "event is required");
    assertThat(lines())
        .containsExactly(
            "pipelines call dropped: workspace=7 source=3 reason=invalid call=track calls=1000 detail=event is required");
    assertThat(dropped.counts())
        .isEqualTo(Map.of("unknown_key", 0L, "not_json", 0L, "too_large", 0L, "invalid", 1_002L));
  }

  @Test
  @DisplayName("pipelines §7: nothing a caller wrote is logged")
  void shouldNotLogWhatTheCallerWrote() {
    dropped.drop(
        shop,
        Reason.TOO_LARGE,
        "identify",
        "value for attribute 'ada's\nmail' cannot be longer than 1000 bytes");
    dropped.drop(null, Reason.UNKNOWN_KEY, "track", "write key is missing or unknown");

    assertThat(lines())
        .containsExactly(
            "pipelines call dropped: workspace=7 source=3 reason=too_large call=identify calls=1"
                + " detail=value for attribute '…' cannot be longer than 1000 bytes",
            "pipelines call dropped: reason=unknown_key call=track calls=1");
  }
}
