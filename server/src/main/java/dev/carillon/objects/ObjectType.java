package dev.carillon.objects;

import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.Locale;

/**
 * A kind of objects in a workspace, such as companies.
 *
 * @param typeId from 1, within the workspace
 * @param enabled false hides the type from those who build messages; calls about its objects are
 *     taken all the same
 */
public record ObjectType(
    WorkspaceId workspace,
    int typeId,
    String name,
    String singularName,
    String slug,
    String singularSlug,
    String icon,
    boolean enabled,
    Instant createdAt) {

  /**
   * What an administrator decides about a type. Lengths are checked by whoever takes it from
   * outside.
   *
   * @param name of many of them, 1 to {@value #LONGEST_NAME} characters
   * @param singularName of one of them, the same
   * @param icon a word for the console, up to {@value #LONGEST_NAME} characters; may be empty
   */
  public record Draft(String name, String singularName, String icon, boolean enabled) {
    /** The most characters of a name. */
    public static final int LONGEST_NAME = 100;
  }

  /**
   * A name as a part of a path: lower-case letters and digits, everything else a hyphen. {@code
   * type} when nothing is left.
   */
  static String slug(String name) {
    var slug =
        name.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", "-").replaceAll("^-+|-+$", "");
    return slug.isEmpty() ? "type" : slug;
  }
}
