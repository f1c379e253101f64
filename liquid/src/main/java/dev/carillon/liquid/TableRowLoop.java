package dev.carillon.liquid;

import org.jspecify.annotations.Nullable;

/** The {@code tablerowloop} object of one running table. */
final class TableRowLoop implements LiquidObject {
  private final long length;
  private final long columns;
  private long index;
  private long column = 1;
  private long row = 1;

  TableRowLoop(long length, long columns) {
    this.length = length;
    this.columns = columns;
  }

  long column() {
    return column;
  }

  long row() {
    return row;
  }

  boolean lastColumn() {
    return column == columns;
  }

  boolean lastCell() {
    return index == length - 1;
  }

  void next() {
    index++;
    if (lastColumn()) {
      column = 1;
      row++;
    } else {
      column++;
    }
  }

  @Override
  public @Nullable Object value(String member) {
    return switch (member) {
      case "col" -> column;
      case "col0" -> column - 1;
      case "col_first" -> column == 1;
      case "col_last" -> lastColumn();
      case "row" -> row;
      case "index" -> index + 1;
      case "index0" -> index;
      case "rindex" -> length - index;
      case "rindex0" -> length - index - 1;
      case "first" -> index == 0;
      case "last" -> lastCell();
      case "length" -> length;
      default -> null;
    };
  }

  @Override
  public boolean has(String member) {
    return false;
  }
}
