package dev.carillon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.ContextInitializer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import tools.jackson.databind.json.JsonMapper;

class LoggingTest {

  @AfterEach
  void restoreTheLoggingOfTests() throws Exception {
    var context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    new ContextInitializer(context).autoConfig();
  }

  @Test
  void shouldWriteOneJsonObjectPerLineWithIdsAsFields() {
    // when
    var lines = logged(LogFormat.JSON, Level.INFO);
    // then
    assertThat(lines).hasSize(3);
    var first = JsonMapper.shared().readTree(lines.getFirst());
    assertThat(first.path("level").asString()).isEqualTo("INFO");
    assertThat(first.path("formattedMessage").asString()).isEqualTo("delivered to 2");
    assertThat(first.path("kvpList").path(0).path("delivery").asString()).isEqualTo("d1");
  }

  @Test
  void shouldWriteReadableLinesAndKeepLibrariesQuiet() {
    // when
    var lines = logged(LogFormat.TEXT, Level.INFO);
    // then
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).endsWith("Z INFO  Sender delivered to 2 delivery=\"d1\"");
    assertThat(lines.get(1)).endsWith("WARN  Library library warns ");
    assertThat(lines.get(2)).endsWith("WARN  Other from java.util.logging ");
  }

  @Test
  void shouldLogFromTheChosenLevel() {
    assertThat(logged(LogFormat.TEXT, Level.DEBUG)).hasSize(4);
    assertThat(logged(LogFormat.TEXT, Level.ERROR)).isEmpty();
  }

  private static List<String> logged(LogFormat format, Level level) {
    var bytes = new ByteArrayOutputStream();
    PrintStream standardOutput = System.out;
    System.setOut(new PrintStream(bytes, true, UTF_8));
    try {
      Logging.configure(format, level);
      var own = LoggerFactory.getLogger("dev.carillon.delivery.Sender");
      own.atInfo().addKeyValue("delivery", "d1").log("delivered to {}", 2);
      own.debug("a detail");
      LoggerFactory.getLogger("org.example.Library").info("library chatters");
      LoggerFactory.getLogger("org.example.Library").warn("library warns");
      java.util.logging.Logger.getLogger("org.example.Other").warning("from java.util.logging");
    } finally {
      System.setOut(standardOutput);
    }
    return bytes.toString(UTF_8).lines().toList();
  }
}
