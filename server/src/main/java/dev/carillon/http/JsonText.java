package dev.carillon.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Checks and cuts JSON as bytes, where that is cheaper than as tokens. */
final class JsonText {
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long HIGH = 0x8080808080808080L;
  private static final long LOW = 0x0101010101010101L;
  private static final long BACKSLASHES = LOW * '\\';

  private JsonText() {}

  /**
   * Refuses bytes that are not UTF-8 and raw NUL characters, which also keeps the parser from
   * taking the text for UTF-16.
   *
   * @return whether a Unicode escape may occur, so that the strings have to be looked at
   * @throws BadJson naming what is wrong
   */
  static boolean check(byte[] text) {
    long high = 0;
    boolean backslash = false;
    int i = 0;
    for (; i + 8 <= text.length; i += 8) {
      long word = (long) WORDS.get(text, i);
      high |= word & HIGH;
      backslash |= hasZeroByte(word ^ BACKSLASHES);
      if (hasZeroByte(word)) {
        throw nul();
      }
    }
    for (; i < text.length; i++) {
      high |= text[i] & 0x80;
      backslash |= text[i] == '\\';
      if (text[i] == 0) {
        throw nul();
      }
    }
    if (high != 0) {
      checkUtf8(text);
    }
    return backslash && hasUnicodeEscape(text);
  }

  private static boolean hasZeroByte(long word) {
    return ((word - LOW) & ~word & HIGH) != 0;
  }

  private static boolean hasUnicodeEscape(byte[] text) {
    for (int i = 0; i + 1 < text.length; i++) {
      if (text[i] == '\\' && text[i + 1] == 'u') {
        return true;
      }
    }
    return false;
  }

  private static void checkUtf8(byte[] text) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
    } catch (CharacterCodingException notUtf8) {
      throw new BadJson("request body is not valid UTF-8");
    }
  }

  /**
   * Refuses what can be written as escapes but not be stored: NUL and halves of surrogate pairs.
   */
  static void checkCharacters(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        throw nul();
      }
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          throw new BadJson("request body contains half of a surrogate pair");
        }
        i++;
      }
    }
  }

  private static BadJson nul() {
    return new BadJson("request body contains a NUL character");
  }

  /**
   * Copies valid JSON without the white space between its tokens.
   *
   * @param from first byte
   * @param to behind the last byte
   */
  static byte[] compact(byte[] text, int from, int to) {
    var copy = new byte[to - from];
    int size = 0;
    boolean inString = false;
    for (int i = from; i < to; i++) {
      byte b = text[i];
      if (inString) {
        if (b == '\\') {
          copy[size++] = b;
          b = text[++i];
        } else if (b == '"') {
          inString = false;
        }
      } else if (b == '"') {
        inString = true;
      } else if (b == ' ' || b == '\n' || b == '\r' || b == '\t') {
        continue;
      }
      copy[size++] = b;
    }
    return size == copy.length ? copy : Arrays.copyOf(copy, size);
  }

  /**
   * How long {@link #compact} would be.
   *
   * @param from first byte
   * @param to behind the last byte
   */
  static int compactLength(byte[] text, int from, int to) {
    int size = 0;
    boolean inString = false;
    for (int i = from; i < to; i++) {
      byte b = text[i];
      if (inString) {
        if (b == '\\') {
          size++;
          i++;
        } else if (b == '"') {
          inString = false;
        }
      } else if (b == '"') {
        inString = true;
      } else if (b == ' ' || b == '\n' || b == '\r' || b == '\t') {
        continue;
      }
      size++;
    }
    return size;
  }
}
