package dev.carillon.processing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link ByteWriter} wrote.
 *
 * <p>Every method throws {@link IndexOutOfBoundsException} when the bytes end too early and {@link
 * UnreadableOperation} when they cannot be what was written.
 */
final class ByteReader {
  private final byte[] bytes;
  private final int end;
  private int position;

  ByteReader(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.position = from;
    this.end = to;
  }

  int readByte() {
    require(1);
    return bytes[position++] & 0xff;
  }

  long readNumber() {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int next = readByte();
      value |= (next & 0x7fL) << shift;
      if (next < 0x80) {
        return value;
      }
    }
    throw new UnreadableOperation("operation holds a number of more than 64 bits");
  }

  long readSigned() {
    long value = readNumber();
    return value >>> 1 ^ -(value & 1);
  }

  long readFixed() {
    require(8);
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = value << 8 | bytes[position++] & 0xff;
    }
    return value;
  }

  /** A number of things that follow, each at least one byte long. */
  int readCount() {
    return checkedLength(readNumber());
  }

  String readText() {
    var text = readOptionalText();
    if (text == null) {
      throw new UnreadableOperation("operation lacks a text");
    }
    return text;
  }

  @Nullable String readOptionalText() {
    long written = readNumber();
    if (written == 0) {
      return null;
    }
    int length = checkedLength(written - 1);
    var text = new String(bytes, position, length, StandardCharsets.UTF_8);
    position += length;
    return text;
  }

  byte[] readBytes() {
    int length = checkedLength(readNumber());
    position += length;
    return Arrays.copyOfRange(bytes, position - length, position);
  }

  void expectEnd() {
    if (position != end) {
      throw new UnreadableOperation(
          "operation is followed by " + (end - position) + " bytes that belong to nothing");
    }
  }

  private void require(int length) {
    if (length > end - position) {
      throw new IndexOutOfBoundsException("it ends too early");
    }
  }

  private int checkedLength(long length) {
    if (length < 0 || length > end - position) {
      throw new IndexOutOfBoundsException("it ends too early");
    }
    return (int) length;
  }
}
