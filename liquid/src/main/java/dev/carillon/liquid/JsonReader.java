package dev.carillon.liquid;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads JSON text into values. What is not JSON, or nested too deep, reads as nil. */
final class JsonReader {
  private static final int MAX_NESTING = 100;

  private final String text;
  private final Meter meter;
  private int position;
  private int depth;

  private JsonReader(String text, Meter meter) {
    this.text = text;
    this.meter = meter;
  }

  static @Nullable Object read(String text, Rendering rendering) {
    var reader = new JsonReader(text, rendering.meter());
    try {
      Object value = reader.value();
      reader.skipSpaces();
      return reader.position == text.length() ? value : null;
    } catch (Malformed _) {
      return null;
    }
  }

  private static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Malformed() {
      super("not JSON", null, false, false);
    }
  }

  private void skipSpaces() {
    while (position < text.length() && " \t\r\n".indexOf(text.charAt(position)) >= 0) {
      position++;
    }
  }

  private char peek() {
    skipSpaces();
    return position < text.length() ? text.charAt(position) : 0;
  }

  private boolean accept(char c) {
    if (peek() == c) {
      position++;
      return true;
    }
    return false;
  }

  private void expect(char c) {
    if (!accept(c)) {
      throw new Malformed();
    }
  }

  private @Nullable Object value() {
    return switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private @Nullable Object word(String word, @Nullable Object value) {
    if (!text.startsWith(word, position)) {
      throw new Malformed();
    }
    position += word.length();
    return value;
  }

  private void enter() {
    if (++depth > MAX_NESTING) {
      throw new Malformed();
    }
  }

  private Map<String, @Nullable Object> object() {
    enter();
    expect('{');
    var map = new LinkedHashMap<String, @Nullable Object>();
    if (!accept('}')) {
      do {
        if (peek() != '"') {
          throw new Malformed();
        }
        String key = string();
        expect(':');
        meter.array(2);
        map.put(key, value());
      } while (accept(','));
      expect('}');
    }
    depth--;
    return map;
  }

  private List<@Nullable Object> array() {
    enter();
    expect('[');
    var list = new ArrayList<@Nullable Object>();
    if (!accept(']')) {
      do {
        meter.array(1);
        list.add(value());
      } while (accept(','));
      expect(']');
    }
    depth--;
    return list;
  }

  private String string() {
    expect('"');
    var out = new StringBuilder();
    while (position < text.length()) {
      char c = text.charAt(position++);
      if (c == '"') {
        return out.toString();
      }
      if (c < 0x20) {
        throw new Malformed();
      }
      out.append(c == '\\' ? escaped() : c);
    }
    throw new Malformed();
  }

  private char escaped() {
    char c = position < text.length() ? text.charAt(position++) : 0;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> throw new Malformed();
    };
  }

  private char unicode() {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      int digit = position < text.length() ? Character.digit(text.charAt(position++), 16) : -1;
      if (digit < 0) {
        throw new Malformed();
      }
      value = value * 16 + digit;
    }
    return (char) value;
  }

  private Number number() {
    int from = position;
    boolean decimal = false;
    while (position < text.length() && "+-.0123456789eE".indexOf(text.charAt(position)) >= 0) {
      char c = text.charAt(position++);
      decimal |= c == '.' || c == 'e' || c == 'E';
    }
    String digits = text.substring(from, position);
    boolean well =
        !digits.isEmpty()
            && digits.charAt(0) != '+'
            && Numbers.isDigit(digits.charAt(digits.length() - 1));
    if (!well || digits.length() > 1_000) {
      throw new Malformed();
    }
    try {
      return Numbers.canonical(decimal ? new BigDecimal(digits) : new BigInteger(digits));
    } catch (NumberFormatException | LiquidRenderException _) {
      throw new Malformed();
    }
  }
}
