package dev.carillon.http;

import dev.carillon.http.RouteTable.Route;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds the route of a request in a tree of path segments. Immutable once built. */
final class Router {
  private final Node root = new Node();
  private final ErrorShape fallback;

  /** What a request leads to. */
  sealed interface Target {
    /** Whose wire form problems take. */
    ErrorShape shape();

    /** What pages of other origins are told; null when they may not read the answer. */
    @Nullable CrossOrigin crossOrigin();
  }

  /** A route and the decoded segments of this request. */
  record Found(Route route, String[] segments) implements Target {
    @Override
    public ErrorShape shape() {
      return route.table().shape();
    }

    @Override
    public @Nullable CrossOrigin crossOrigin() {
      return route.table().crossOrigin();
    }
  }

  /** No route; {@code problem} says why. */
  record Missed(Problem problem, ErrorShape shape, @Nullable CrossOrigin crossOrigin)
      implements Target {}

  private static final class Node {
    private final Map<String, Node> literals = new HashMap<>();
    private final Map<String, Route> routes = new HashMap<>();
    private @Nullable Node named;
    private @Nullable RouteTable table;
  }

  /**
   * Builds the tree.
   *
   * @param fallback the form of problems outside all prefixes
   * @throws IllegalArgumentException when two routes are the same
   */
  Router(List<RouteTable> tables, ErrorShape fallback) {
    this.fallback = fallback;
    for (var table : tables) {
      for (var prefix : table.prefixes()) {
        node(Objects.requireNonNull(RawPath.split(prefix))).table = table;
      }
      for (var route : table.routes()) {
        var former = node(route.pattern()).routes.put(route.method(), route);
        if (former != null) {
          throw new IllegalArgumentException(
              "two routes for " + route.method() + " /" + String.join("/", route.pattern()));
        }
      }
    }
  }

  private Node node(String[] pattern) {
    var node = root;
    for (var segment : pattern) {
      if (segment.startsWith("{")) {
        if (node.named == null) {
          node.named = new Node();
        }
        node = node.named;
      } else {
        node = node.literals.computeIfAbsent(segment, _ -> new Node());
      }
    }
    return node;
  }

  /** Never fails: what is wrong with the path becomes {@link Missed}. */
  Target find(String method, String rawPath) {
    var segments = RawPath.split(withoutAuthority(rawPath));
    if (segments == null) {
      return missed(new Problem.NotFound(), tableOf(rawPath.split("/")));
    }
    try {
      for (int i = 0; i < segments.length; i++) {
        segments[i] = RawPath.decode(segments[i]);
      }
    } catch (ProblemException undecodable) {
      return missed(undecodable.problem(), tableOf(segments));
    }
    var route = find(root, segments, 0, method.equals("HEAD") ? "GET" : method);
    if (route != null) {
      return new Found(route, segments);
    }
    var allowed = new TreeSet<String>();
    var table = collect(root, segments, 0, allowed);
    return allowed.isEmpty()
        ? missed(new Problem.NotFound(), tableOf(segments))
        : missed(new Problem.MethodNotAllowed(List.copyOf(allowed)), table);
  }

  private static @Nullable Route find(Node node, String[] segments, int depth, String method) {
    if (depth == segments.length) {
      return node.routes.get(method);
    }
    var literal = node.literals.get(segments[depth]);
    if (literal != null) {
      var route = find(literal, segments, depth + 1, method);
      if (route != null) {
        return route;
      }
    }
    return node.named == null ? null : find(node.named, segments, depth + 1, method);
  }

  /** Gathers the methods every matching pattern knows; returns the table of one of them. */
  private static @Nullable RouteTable collect(
      Node node, String[] segments, int depth, TreeSet<String> methods) {
    if (depth == segments.length) {
      methods.addAll(node.routes.keySet());
      return node.routes.isEmpty() ? null : node.routes.values().iterator().next().table();
    }
    var literal = node.literals.get(segments[depth]);
    var exact = literal == null ? null : collect(literal, segments, depth + 1, methods);
    var named = node.named == null ? null : collect(node.named, segments, depth + 1, methods);
    return exact != null ? exact : named;
  }

  /** The table with the longest prefix of these segments; null when there is none. */
  private @Nullable RouteTable tableOf(String[] segments) {
    Node node = root;
    var table = root.table;
    for (var segment : segments) {
      if (segment.isEmpty()) {
        continue;
      }
      node = node.literals.get(segment);
      if (node == null) {
        break;
      }
      if (node.table != null) {
        table = node.table;
      }
    }
    return table;
  }

  private Missed missed(Problem problem, @Nullable RouteTable table) {
    return table == null
        ? new Missed(problem, fallback, null)
        : new Missed(problem, table.shape(), table.crossOrigin());
  }

  /**
   * Turns the absolute form {@code http://host/path}, which HTTP/1.1 allows, into {@code /path}.
   */
  private static String withoutAuthority(String raw) {
    if (raw.startsWith("/")) {
      return raw;
    }
    int scheme = raw.indexOf("://");
    int slash = scheme < 0 ? -1 : raw.indexOf('/', scheme + 3);
    return slash < 0 ? raw : raw.substring(slash);
  }
}
