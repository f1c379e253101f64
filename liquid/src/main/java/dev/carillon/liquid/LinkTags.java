package dev.carillon.liquid;

import dev.carillon.liquid.LiquidRenderException.Reason;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Parses the tags that print addresses of the delivery (journeys §7.4). */
final class LinkTags {
  private static final Set<String> LINK_ARGUMENTS = Set.of("url", "track", "url_params");

  private final Parser parser;

  LinkTags(Parser parser) {
    this.parser = parser;
  }

  /** A tag without arguments that prints one address. */
  CustomNode page(String name, Function<Links, @Nullable String> address) {
    parser.markup().expectEnd();
    return new CustomNode(
        rendering -> rendering.write(present(address.apply(rendering.links()), name)));
  }

  /** {@code {% unsubscribe %}}: an anchor that link tracking leaves alone (journeys M-71). */
  CustomNode unsubscribe() {
    parser.markup().expectEnd();
    return new CustomNode(rendering -> {
      String url = present(rendering.links().unsubscribe(), "unsubscribe");
      String words = UnsubscribeWords.in(rendering.options().locale());
      rendering.write(
          "<a class=\"untracked\" href=\""
              + HtmlFilters.escape(url, false, rendering)
              + "\">"
              + words
              + "</a>");
    });
  }

  CustomNode linkId() {
    parser.markup().expectEnd();
    return new CustomNode(rendering ->
        rendering.write(present(rendering.links().linkId(rendering.nextLinkId()), "cio_link_id")));
  }

  /**
   * {@code {% cio_link url:… track:… url_params:… %}} in any order; both flags are true at first.
   */
  CustomNode link() {
    ExpressionParser markup = parser.markup();
    var arguments = new LinkedHashMap<String, Expression>();
    while (!markup.atEnd()) {
      String name = markup.identifier("url:, track: or url_params:");
      if (!LINK_ARGUMENTS.contains(name)) {
        throw parser.error("cio_link has no argument called '" + name + "'");
      }
      markup.expect(':');
      Expression value = name.equals("url") ? target(markup) : markup.expression();
      if (arguments.put(name, value) != null) {
        throw parser.error("cio_link has two arguments called '" + name + "'");
      }
      markup.accept(',');
    }
    Expression url = arguments.get("url");
    if (url == null) {
      throw parser.error("cio_link needs a url:");
    }
    return new CustomNode(rendering -> writeLink(url, arguments, rendering));
  }

  /** A value, or an address written without quotes. */
  private Expression target(ExpressionParser markup) {
    String bare = markup.bareAddress();
    Expression target = bare == null ? markup.expression() : new Literal(bare);
    return target instanceof Literal(String text) && text.contains("{{")
        ? new InnerText(parser.inner(text))
        : target;
  }

  private static void writeLink(
      Expression url, Map<String, Expression> arguments, Rendering rendering) {
    Object target =
        rendering.strict() && url instanceof Variable variable
            ? variable.require(rendering)
            : url.evaluate(rendering);
    String text = rendering.text(target).strip();
    if (text.isEmpty()) {
      throw LiquidRenderException.badArgument("the url: of cio_link is empty");
    }
    boolean track = flag("track", arguments, rendering);
    boolean parameters = flag("url_params", arguments, rendering);
    rendering.write(present(rendering.links().link(text, track, parameters), "cio_link"));
  }

  private static boolean flag(String name, Map<String, Expression> arguments, Rendering rendering) {
    Expression given = arguments.get(name);
    Object value = given == null ? Boolean.TRUE : given.evaluate(rendering);
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw LiquidRenderException.badArgument(
        name + ": of cio_link must be true or false, not " + Values.kind(value));
  }

  private static String present(@Nullable String address, String tag) {
    if (address == null) {
      throw new LiquidRenderException(
          Reason.LINK, "the tag '" + tag + "' has no link to print here");
    }
    return address;
  }
}
