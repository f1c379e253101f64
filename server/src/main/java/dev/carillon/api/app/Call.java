package dev.carillon.api.app;

import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.workspaces.Access;

/** Answers an authorised request. */
@FunctionalInterface
interface Call {

  /**
   * Answers one request of a workspace.
   *
   * @throws dev.carillon.http.ProblemException for everything but success
   */
  Reply answer(Access access, Request request);
}
