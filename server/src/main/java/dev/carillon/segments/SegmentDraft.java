package dev.carillon.segments;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A segment as somebody wants it to be.
 *
 * @param name 1 to 200 characters that are not all blank; need not be unique (S-11)
 * @param description up to 4,000 characters; empty for none
 * @param tags up to 50, of 1 to 100 characters each
 * @param conditions null for a manual segment
 */
public record SegmentDraft(
    String name, String description, List<String> tags, @Nullable Condition conditions) {
  private static final int NAME = 200;
  private static final int DESCRIPTION = 4_000;
  private static final int TAGS = 50;
  private static final int TAG = 100;

  /** Copies the tags. */
  public SegmentDraft {
    tags = List.copyOf(tags);
  }

  /** What is wrong with the texts. */
  List<Fault> faults() {
    var faults = new ArrayList<Fault>();
    if (name.isBlank() || name.length() > NAME) {
      faults.add(new Fault("name", "must be a text of 1 to %d characters".formatted(NAME)));
    }
    if (description.length() > DESCRIPTION) {
      faults.add(new Fault("description", "must be at most %d characters".formatted(DESCRIPTION)));
    }
    if (tags.size() > TAGS || tags.stream().anyMatch(tag -> tag.isBlank() || tag.length() > TAG)) {
      faults.add(
          new Fault("tags", "must be at most %d texts of 1 to %d characters".formatted(TAGS, TAG)));
    }
    return faults;
  }
}
