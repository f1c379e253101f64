package dev.carillon.liquid;

import java.util.List;

/**
 * {@code if} and {@code unless} with their branches.
 *
 * @param branches tried in order; the first whose condition holds is written
 */
record IfNode(List<Branch> branches, Body otherwise, boolean isBlank) implements Node {
  /** A condition and what it guards. */
  record Branch(Condition condition, Body body) {}

  IfNode {
    branches = List.copyOf(branches);
  }

  /** The node for these branches; when all are blank they lose their white space. */
  static IfNode of(List<Branch> branches, Body otherwise) {
    boolean blank =
        otherwise.isBlank() && Body.areBlank(branches.stream().map(Branch::body).toList());
    return blank
        ? new IfNode(
            branches.stream()
                .map(each -> new Branch(each.condition(), each.body().withoutText()))
                .toList(),
            otherwise.withoutText(),
            true)
        : new IfNode(branches, otherwise, false);
  }

  @Override
  public Signal render(Rendering rendering) {
    for (int i = 0; i < branches.size(); i++) {
      Branch branch = branches.get(i);
      if (branch.condition().test(rendering)) {
        return branch.body().render(rendering);
      }
    }
    return otherwise.render(rendering);
  }
}
