package dev.carillon.http;

/** The wire form in which one surface reports problems. Stateless and safe for many threads. */
@FunctionalInterface
public interface ErrorShape {

  /**
   * The answer that tells a client of this surface about the problem. Its status is {@link
   * Problem#status()} unless the surface knows no such status; {@code Retry-After} and {@code
   * Allow} are added by the server.
   */
  Reply reply(Problem problem);
}
