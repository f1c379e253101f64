package dev.carillon.liquid;

/** One piece of a parsed template. */
sealed interface Node
    permits TextNode,
        OutputNode,
        AssignNode,
        CaptureNode,
        IfNode,
        CaseNode,
        ForNode,
        TableRowNode,
        CycleNode,
        CounterNode,
        IfChangedNode,
        InterruptNode,
        PartialNode,
        CustomNode {

  /** Writes this piece. */
  Signal render(Rendering rendering);

  /** Whether this piece can only ever write white space. */
  boolean isBlank();
}
