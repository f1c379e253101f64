package dev.carillon.liquid;

import java.util.List;

/**
 * {@code case} with its branches. Every {@code when} that matches is written, once per matching
 * value; an {@code else} is written when nothing before it matched.
 */
record CaseNode(Expression subject, List<Branch> branches, boolean isBlank) implements Node {
  /** A {@code when} with its values, or an {@code else} without any. */
  record Branch(List<Expression> values, boolean otherwise, Body body) {
    Branch {
      values = List.copyOf(values);
    }
  }

  CaseNode {
    branches = List.copyOf(branches);
  }

  /** The node for these branches; when all are blank they lose their white space. */
  static CaseNode of(Expression subject, List<Branch> branches) {
    boolean blank = Body.areBlank(branches.stream().map(Branch::body).toList());
    return blank
        ? new CaseNode(
            subject,
            branches.stream()
                .map(each -> new Branch(each.values(), each.otherwise(), each.body().withoutText()))
                .toList(),
            true)
        : new CaseNode(subject, branches, false);
  }

  @Override
  public Signal render(Rendering rendering) {
    Object value = rendering.plain(subject.evaluate(rendering));
    boolean matched = false;
    for (Branch branch : branches) {
      if (branch.otherwise() && !matched) {
        Signal signal = branch.body().render(rendering);
        if (signal != Signal.NEXT) {
          return signal;
        }
      }
      for (Expression candidate : branch.values()) {
        if (Values.equal(value, candidate.evaluate(rendering), rendering.meter())) {
          matched = true;
          Signal signal = branch.body().render(rendering);
          if (signal != Signal.NEXT) {
            return signal;
          }
        }
      }
    }
    return Signal.NEXT;
  }
}
