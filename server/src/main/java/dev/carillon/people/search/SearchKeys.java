package dev.carillon.people.search;

import dev.carillon.workspaces.WorkspaceId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The numbers by which table {@code person_search} knows what people have: 32-bit hashes, stored,
 * so that another way to make them needs everybody to be indexed anew. Different texts may share
 * one: whoever has a key may fulfil what it stands for, whoever lacks it does not.
 */
final class SearchKeys {
  private static final int HEAD_BYTES = 5;
  private static final byte NAME = 0;
  private static final byte VALUE = 1;

  private SearchKeys() {}

  /** The key of everybody whose field has a value. */
  static int exists(WorkspaceId workspace, String field) {
    return (int) started(workspace, NAME, field).getValue();
  }

  /**
   * The key of everybody whose field is this.
   *
   * @param text in {@link SearchFields#comparable} form
   */
  static int equal(WorkspaceId workspace, String field, String text) {
    var hash = started(workspace, VALUE, field);
    hash.update(0);
    hash.update(text.getBytes(StandardCharsets.UTF_8));
    return (int) hash.getValue();
  }

  private static CRC32C started(WorkspaceId workspace, byte kind, String field) {
    var hash = new CRC32C();
    hash.update(ByteBuffer.allocate(HEAD_BYTES).putInt(workspace.value()).put(kind).flip());
    hash.update(field.getBytes(StandardCharsets.UTF_8));
    return hash;
  }

  /** All keys of somebody with these attributes, ascending, none twice. */
  static int[] of(WorkspaceId workspace, Map<String, Object> attributes) {
    var keys = new int[2 * attributes.size() + 2];
    var size = 0;
    for (var field : SearchFields.of(attributes)) {
      if (attributes.containsKey(field)) {
        keys[size++] = exists(workspace, field);
      }
      for (var text : SearchFields.texts(attributes, field)) {
        keys[size++] = equal(workspace, field, text);
      }
    }
    return Arrays.stream(keys, 0, size).sorted().distinct().toArray();
  }
}
