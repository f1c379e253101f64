package dev.carillon.liquid;

import org.jspecify.annotations.Nullable;

/** The {@code forloop} object of one running loop. */
final class ForLoop implements LiquidObject {
  private final String name;
  private final long length;
  private final @Nullable ForLoop parent;
  private long index;

  ForLoop(String name, long length, @Nullable ForLoop parent) {
    this.name = name;
    this.length = length;
    this.parent = parent;
  }

  void next() {
    index++;
  }

  @Override
  public @Nullable Object value(String member) {
    return switch (member) {
      case "index" -> index + 1;
      case "index0" -> index;
      case "rindex" -> length - index;
      case "rindex0" -> length - index - 1;
      case "first" -> index == 0;
      case "last" -> index == length - 1;
      case "length" -> length;
      case "name" -> name;
      case "parentloop" -> parent;
      default -> null;
    };
  }

  @Override
  public boolean has(String member) {
    return member.equals("parentloop");
  }
}
