package dev.carillon.people;

import dev.carillon.workspaces.WorkspaceId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** An identifier as it is looked up: workspace, kind and comparable form. */
public final class IdentifierKey implements Comparable<IdentifierKey> {
  private static final int HEAD_BYTES = 5;

  private final WorkspaceId workspace;
  private final IdentifierKind kind;
  private final String value;
  private @Nullable Fingerprint fingerprint;

  /**
   * 128 bits that stand for an identifier: no two texts are known that share them.
   *
   * @param high the first half of the first 16 bytes of a SHA-256
   * @param low the second half
   */
  public record Fingerprint(long high, long low) {}

  private IdentifierKey(WorkspaceId workspace, IdentifierKind kind, String value) {
    this.workspace = workspace;
    this.kind = kind;
    this.value = value;
  }

  /** The key of an identifier in a workspace. */
  public static IdentifierKey of(WorkspaceId workspace, Identifier identifier) {
    return new IdentifierKey(workspace, identifier.kind(), identifier.key());
  }

  /** Where it names somebody. */
  public WorkspaceId workspace() {
    return workspace;
  }

  /** What kind of identifier it is. */
  public IdentifierKind kind() {
    return kind;
  }

  /** The form that is stored and compared: {@link Identifier#key()}. */
  public String value() {
    return value;
  }

  /**
   * The fingerprint; computed once.
   *
   * @param sha256 to compute it with
   */
  public Fingerprint fingerprint(MessageDigest sha256) {
    var known = fingerprint;
    if (known == null) {
      sha256.update(
          ByteBuffer.allocate(HEAD_BYTES)
              .putInt(workspace.value())
              .put((byte) kind.code())
              .array());
      var hash = ByteBuffer.wrap(sha256.digest(value.getBytes(StandardCharsets.UTF_8)));
      known = new Fingerprint(hash.getLong(), hash.getLong());
      fingerprint = known;
    }
    return known;
  }

  /**
   * The order in which rows are written, so that two batches never wait for each other in a circle.
   */
  @Override
  public int compareTo(IdentifierKey other) {
    var byWorkspace = Integer.compare(workspace.value(), other.workspace.value());
    if (byWorkspace != 0) {
      return byWorkspace;
    }
    var byKind = kind.compareTo(other.kind);
    return byKind != 0 ? byKind : value.compareTo(other.value);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof IdentifierKey key
            && workspace.value() == key.workspace.value()
            && kind == key.kind
            && value.equals(key.value));
  }

  @Override
  public int hashCode() {
    return (value.hashCode() * 31 + kind.code()) * 31 + workspace.value();
  }

  @Override
  public String toString() {
    return "IdentifierKey[" + workspace.value() + ", " + kind + "]"; // the value is personal
  }
}
