package dev.carillon.liquid;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a loop goes over: a collection and the part of it that {@code offset}, {@code limit} and
 * {@code reversed} pick.
 *
 * @param name the loop's name: variable and collection as written, shared by loops that continue
 *     each other
 * @param continues whether {@code offset: continue} was written
 */
record LoopSource(
    String name,
    Expression collection,
    @Nullable Expression limit,
    @Nullable Expression offset,
    boolean continues,
    boolean reversed) {

  /**
   * The picked part; null when the value has no elements to speak of. A range stays a range, so
   * that picking ten of a billion numbers costs ten.
   */
  @Nullable Slice slice(Rendering rendering) {
    Object value = collection.evaluate(rendering);
    List<?> list = value instanceof LiquidRange ? null : Sequences.ofLoop(value, rendering);
    if (list == null && !(value instanceof LiquidRange)) {
      return null;
    }
    long size = value instanceof LiquidRange range ? range.size() : sizeOf(list);
    Long from =
        continues ? (Long) rendering.scope().loopOffset(name) : whole(offset, "offset", rendering);
    long start = Math.clamp(from == null ? 0 : from, 0, size);
    Long most = whole(limit, "limit", rendering);
    long length = most == null ? size - start : Math.clamp(most, 0, size - start);
    rendering.scope().loopOffset(name, start + length);
    return value instanceof LiquidRange range
        ? new Slice(null, range, start, length, reversed)
        : new Slice(list, null, start, length, reversed);
  }

  private static int sizeOf(@Nullable List<?> list) {
    return list == null ? 0 : list.size();
  }

  private static @Nullable Long whole(
      @Nullable Expression expression, String role, Rendering rendering) {
    Object value = expression == null ? null : expression.evaluate(rendering);
    return value == null ? null : Integers.of(value, role);
  }

  /** A part of a list or of a range. */
  record Slice(
      @Nullable List<?> list,
      @Nullable LiquidRange range,
      long start,
      long length,
      boolean reversed) {

    /** The element at {@code index} of the part, counted from 0. */
    @Nullable Object at(long index) {
      long position = reversed ? start + length - 1 - index : start + index;
      if (range != null) {
        return range.at(position);
      }
      return list == null ? null : list.get((int) position);
    }

    /** The elements as an array; those of a range count as loop steps. */
    List<@Nullable Object> elements(Rendering rendering) {
      rendering.meter().steps(range == null ? 0 : length);
      rendering.meter().array(length);
      var elements = new ArrayList<@Nullable Object>((int) length);
      for (long i = 0; i < length; i++) {
        elements.add(at(i));
      }
      return elements;
    }
  }
}
