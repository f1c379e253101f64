package dev.carillon.http;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one surface, with the form of its errors. Filled at start, then given to {@link
 * HttpServer#start}; not changed afterwards.
 */
public final class RouteTable {
  private final ErrorShape shape;
  private final List<String> prefixes;
  private final List<Route> routes = new ArrayList<>();
  private @Nullable CrossOrigin crossOrigin;

  /** One route: method, segments of its pattern, handler. */
  record Route(String method, String[] pattern, Handler handler, RouteTable table) {}

  /**
   * An empty table.
   *
   * @param shape how this surface reports problems
   * @param prefixes paths such as {@code /api/v1} below which unknown routes are reported in this
   *     shape; the longest matching prefix of all tables wins
   */
  public RouteTable(ErrorShape shape, String... prefixes) {
    this.shape = shape;
    this.prefixes = List.of(prefixes);
  }

  /**
   * Adds a route.
   *
   * @param method upper case, such as {@code PUT}; a route for GET answers HEAD as well
   * @param pattern absolute path; a segment {@code {name}} takes any non-empty segment, decoded
   *     once, readable by {@link Request#segment(String)}. Literal segments win over named ones.
   * @throws IllegalArgumentException when the pattern does not start with a slash
   */
  public RouteTable add(String method, String pattern, Handler handler) {
    if (!pattern.startsWith("/")) {
      throw new IllegalArgumentException("route '" + pattern + "' must start with '/'");
    }
    var segments = pattern.equals("/") ? new String[0] : pattern.substring(1).split("/", -1);
    routes.add(new Route(method, segments, handler, this));
    return this;
  }

  /**
   * Lets pages of any origin call these routes: {@code OPTIONS} on a known path answers 204 with
   * the methods it knows, for a day, and every answer carries {@code access-control-allow-origin:
   * *}.
   */
  public RouteTable openToBrowsers() {
    return openToBrowsers(CrossOrigin.STANDARD);
  }

  /** As {@link #openToBrowsers()}, with other answers to {@code OPTIONS}. */
  public RouteTable openToBrowsers(CrossOrigin answers) {
    crossOrigin = answers;
    return this;
  }

  /** The routes as {@code METHOD /pattern}, for a description that is checked against them. */
  public List<String> calls() {
    return routes.stream()
        .map(route -> route.method() + " /" + String.join("/", route.pattern()))
        .toList();
  }

  ErrorShape shape() {
    return shape;
  }

  List<String> prefixes() {
    return prefixes;
  }

  List<Route> routes() {
    return routes;
  }

  /** What pages of other origins are told; null when they may not call. */
  @Nullable CrossOrigin crossOrigin() {
    return crossOrigin;
  }
}
