package dev.carillon.processing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A growing row of bytes in the form {@link OperationCodec} describes. */
final class ByteWriter {
  private byte[] bytes = new byte[512];
  private int size;

  private void require(int more) {
    if (size + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
  }

  void writeByte(int value) {
    require(1);
    bytes[size++] = (byte) value;
  }

  /** Seven bits a byte, lowest first; the high bit says that more follow. */
  void writeNumber(long value) {
    require(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
  }

  void writeSigned(long value) {
    writeNumber(value << 1 ^ value >> 63);
  }

  void writeFixed(long value) {
    require(8);
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes[size++] = (byte) (value >> shift);
    }
  }

  void writeText(@Nullable String text) {
    if (text == null) {
      writeByte(0);
      return;
    }
    var utf8 = text.getBytes(StandardCharsets.UTF_8);
    writeNumber(utf8.length + 1L);
    append(utf8);
  }

  void writeBytes(byte[] value) {
    writeNumber(value.length);
    append(value);
  }

  private void append(byte[] value) {
    require(value.length);
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
  }

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }
}
