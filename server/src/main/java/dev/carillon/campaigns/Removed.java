package dev.carillon.campaigns;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where people go on who wait in a delay that a new version no longer has (journeys §3.8): at the
 * first step behind it, by the order of the version that had it, that is still there.
 *
 * <p>Kept over all versions, since nobody knows how long somebody was asleep: an entry whose target
 * is deleted in turn moves to the step behind that one.
 */
final class Removed {
  private Removed() {}

  /**
   * The entries after a save.
   *
   * @param before the entries of the version that is replaced
   */
  static Map<Integer, Integer> after(
      Map<Integer, Integer> before, List<Step> present, List<Step> next) {
    var kept = new HashSet<Integer>();
    Workflow.steps(next).forEach(step -> kept.add(step.id()));
    var behind = new HashMap<Integer, Integer>();
    order(present, CompiledCampaign.END, behind);
    var removed = new HashMap<Integer, Integer>();
    before.forEach((step, target) -> removed.put(step, firstKept(target, behind, kept)));
    Workflow.steps(present)
        .filter(step -> step instanceof Step.Delay && !kept.contains(step.id()))
        .forEach(step -> removed.put(step.id(), firstKept(step.id(), behind, kept)));
    removed.keySet().removeAll(kept);
    return removed;
  }

  private static int firstKept(int step, Map<Integer, Integer> behind, Set<Integer> kept) {
    var at = step;
    while (at != CompiledCampaign.END && !kept.contains(at)) {
      at = behind.getOrDefault(at, CompiledCampaign.END);
    }
    return at;
  }

  /** Behind a branch comes what is below it: its paths went with it, or are still there by id. */
  private static void order(List<Step> steps, int below, Map<Integer, Integer> behind) {
    var next = below;
    for (var step : steps.reversed()) {
      behind.put(step.id(), next);
      if (step instanceof Step.Branch branch) {
        order(branch.then(), next, behind);
        order(branch.otherwise(), next, behind);
      }
      next = step.id();
    }
  }
}
