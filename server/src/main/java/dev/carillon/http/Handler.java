package dev.carillon.http;

/**
 * Answers the requests of one route. Called on a virtual thread, by many threads at once; may
 * block.
 */
@FunctionalInterface
public interface Handler {

  /**
   * Answers one request.
   *
   * @throws ProblemException to answer with a {@link Problem} in the wire form of the surface
   * @throws Exception anything else is a fault: it is logged with a reference and answered 500
   *     without its message
   */
  Reply handle(Request request) throws Exception;
}
