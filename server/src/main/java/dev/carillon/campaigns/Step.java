package dev.carillon.campaigns;

import dev.carillon.messages.EmailTemplate;
import dev.carillon.segments.Condition;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One step of a workflow (journeys §4). */
public sealed interface Step {

  /** Unique in the installation (W-1); 0 in a definition that was not saved yet. */
  int id();

  /** What the author calls it; may be empty. */
  String name();

  /**
   * Sends a mail.
   *
   * @param conditions tested just before it acts; not met skips the step (W-2); null for none
   */
  record Email(
      int id,
      String name,
      EmailTemplate content,
      SendingState sendingState,
      @Nullable Condition conditions)
      implements Step {}

  /**
   * Waits.
   *
   * @param length exact time from arrival (W-10), 1 second to 365 days (W-18)
   */
  record Delay(int id, String name, Duration length) implements Step {}

  /**
   * Chooses a path by live data at arrival (W-54). Both paths go on below the branch (W-53).
   *
   * @param condition null takes the false path (W-50)
   */
  record Branch(
      int id, String name, @Nullable Condition condition, List<Step> then, List<Step> otherwise)
      implements Step {
    /** Copies both paths. */
    public Branch {
      then = List.copyOf(then);
      otherwise = List.copyOf(otherwise);
    }
  }

  /** Ends the journey. */
  record Exit(int id, String name) implements Step {}
}
