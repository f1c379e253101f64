package dev.carillon.api.hooks;

import dev.carillon.delivery.LinkTokens;
import dev.carillon.delivery.LinkTokens.Link;
import dev.carillon.delivery.LinkTokens.Use;
import dev.carillon.http.Problem;
import dev.carillon.http.Request;

/** The signed part of an address. */
final class Signed {
  private Signed() {}

  /**
   * What the address of this request says.
   *
   * @throws dev.carillon.http.ProblemException 404 when we have not written it (M-72)
   */
  static Link link(LinkTokens tokens, Use use, Request request) {
    return tokens
        .read(use, request.segment("token"))
        .orElseThrow(() -> new Problem.NotFound("This link is not valid.").thrown());
  }
}
