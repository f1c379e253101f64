package dev.carillon.api.hooks;

import dev.carillon.http.ErrorShape;
import dev.carillon.http.Problem;
import dev.carillon.http.Reply;

/** Tells readers what is wrong on a page of its own. */
final class PageErrors implements ErrorShape {
  @Override
  public Reply reply(Problem problem) {
    return switch (problem) {
      case Problem.NotFound _ ->
          page(
              problem,
              "This link does not work",
              "It is not complete, or what it leads to is no longer kept. Please open it from the message again.");
      case Problem.Unavailable(var message, _) -> page(problem, "Please try again", message);
      case Problem.Internal(var reference) ->
          page(problem, "Something went wrong", "The reference is " + reference + ".");
      case Problem.MethodNotAllowed _,
          Problem.BadRequest _,
          Problem.BadRequests _,
          Problem.Unauthorised _,
          Problem.Forbidden _,
          Problem.Conflict _,
          Problem.Invalid _,
          Problem.TooLarge _,
          Problem.RateLimited _,
          Problem.Malformed _ ->
          page(problem, "This did not work", problem.message());
    };
  }

  private static Reply page(Problem problem, String title, String sentence) {
    return Html.page(problem.status(), "en", title, "<p>" + Html.text(sentence) + "</p>");
  }
}
