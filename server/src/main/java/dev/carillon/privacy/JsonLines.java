package dev.carillon.privacy;

import dev.carillon.http.Json;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Writes one large JSON object member by member, each entry of a list on a line of its own. */
final class JsonLines {
  private static final int BUFFER = 32 * 1024;

  private final OutputStream out;
  private boolean first = true;
  private boolean firstEntry = true;

  JsonLines(OutputStream out) {
    this.out = new BufferedOutputStream(out, BUFFER);
  }

  /** Unix seconds, with the part of a second only where there is one. */
  static Object seconds(Instant at) {
    return at.getNano() == 0
        ? (Object) at.getEpochSecond()
        : new Json.Raw(
            BigDecimal.valueOf(at.getEpochSecond())
                .add(BigDecimal.valueOf(at.getNano(), 9))
                .stripTrailingZeros()
                .toPlainString());
  }

  void begin(Instant now) throws IOException {
    text("{\"export\":{");
    member("format", 1);
    member("exported_at", seconds(now));
  }

  void member(String name, @Nullable Object value) throws IOException {
    name(name);
    out.write(Json.bytes(value));
  }

  void beginList(String name) throws IOException {
    name(name);
    text("[");
    firstEntry = true;
  }

  /** An entry that is JSON already. */
  void entry(String json) throws IOException {
    text(firstEntry ? "\n" : ",\n");
    text(json);
    firstEntry = false;
  }

  void entry(Object value) throws IOException {
    entry(new String(Json.bytes(value), StandardCharsets.UTF_8));
  }

  void endList() throws IOException {
    text("]");
  }

  void end() throws IOException {
    text("}}\n");
    out.flush();
  }

  private void name(String name) throws IOException {
    text(first ? "\n" : ",\n");
    first = false;
    out.write(Json.bytes(name));
    text(":");
  }

  private void text(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }
}
