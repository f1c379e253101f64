package dev.carillon.liquid;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Reads the rendering corpus; its README tells the format. */
final class Corpus {
  static final List<String> FILES =
      List.of(
          "7.1-engine",
          "7.2-missing",
          "7.3-scopes",
          "7.4-tags",
          "7.5-filters",
          "7.6-cases",
          "syntax");

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String ARROW = " ⇒ ";
  private static final TemplateCache TEMPLATES =
      new TemplateCache(Environment.standard(), 1_000_000);

  private final List<Case> cases = new ArrayList<>();
  private final Map<String, String> snippets = new HashMap<>();
  private final Map<String, List<?>> rows = new HashMap<>();
  private Map<String, Object> data = Map.of();
  private @Nullable Layout layout;
  private RenderOptions options = Liquid.STRICT;
  private Links links = new RealLinks();
  private String heading = "";

  private Corpus() {}

  /** One line of the corpus. */
  record Case(
      String name,
      String template,
      String expected,
      Map<String, Object> data,
      @Nullable Layout layout,
      RenderOptions options) {

    /** What comes of it, written as the corpus writes outcomes. */
    String outcome() {
      try {
        var parsed = Environment.standard().parse(template);
        return layout == null ? parsed.render(data, options) : parsed.render(data, options, layout);
      } catch (LiquidSyntaxException refusal) {
        return "?" + refusal.line() + ":" + refusal.column() + " " + refusal.getMessage();
      } catch (LiquidRenderException failure) {
        return "!" + failure.reason() + " " + failure.line() + ": " + failure.getMessage();
      }
    }
  }

  /** Links that show what they were asked for. */
  private static final class RealLinks implements Links {
    @Override
    public String unsubscribe() {
      return "https://c.test/u?d=1&s=2";
    }

    @Override
    public String preferences() {
      return "https://c.test/p";
    }

    @Override
    public String viewInBrowser() {
      return "https://c.test/v";
    }

    @Override
    public String link(String url, boolean track, boolean parameters) {
      return "<" + url + "," + track + "," + parameters + ">";
    }

    @Override
    public String linkId(int number) {
      return "D1-" + number;
    }
  }

  static List<Case> all() {
    var all = new ArrayList<Case>();
    FILES.forEach(file -> all.addAll(read(file)));
    return all;
  }

  static List<Case> read(String file) {
    var corpus = new Corpus();
    text(file).lines().filter(line -> !line.isBlank()).forEach(line -> corpus.line(file, line));
    return corpus.cases;
  }

  private static String text(String file) {
    try (InputStream in = Corpus.class.getResourceAsStream("corpus/" + file + ".txt")) {
      if (in == null) {
        throw new IllegalStateException("there is no corpus " + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private void line(String file, String line) {
    if (line.startsWith("# ")) {
      heading = line.substring(2);
      return;
    }
    if (line.startsWith("@")) {
      directive(line.substring(1));
      return;
    }
    int arrow = line.indexOf(ARROW);
    if (arrow < 0) {
      throw new IllegalStateException(file + " has a line without an arrow: " + line);
    }
    var host = new Host(Snippets.of(snippets, TEMPLATES), Map.copyOf(rows)::get, links);
    String template = visible(line.substring(0, arrow));
    cases.add(
        new Case(
            file + " | " + heading + " | " + template,
            template,
            visible(line.substring(arrow + ARROW.length())),
            data,
            layout,
            options.withHost(host)));
  }

  private static String visible(String text) {
    return text.replace('␤', '\n').replace('␠', ' ').replace('⍽', '\u00a0').replace('⎵', '\u202f');
  }

  private void directive(String directive) {
    int space = directive.indexOf(' ');
    String name = space < 0 ? directive : directive.substring(0, space);
    String rest = space < 0 ? "" : directive.substring(space + 1);
    String key = rest.split(" ", 2)[0];
    String value = visible(rest.substring(Math.min(rest.length(), key.length() + 1)));
    switch (name) {
      case "data" -> data = JSON.readValue(rest, new TypeReference<Map<String, Object>>() {});
      case "repeat" -> {
        int count = value.indexOf(' ');
        data = new HashMap<>(data);
        data.put(
            key, value.substring(count + 1).repeat(Integer.parseInt(value.substring(0, count))));
      }
      case "rows" -> rows.put(key, JSON.readValue(value, new TypeReference<List<Object>>() {}));
      case "snippet" -> snippets.put(key, value);
      case "layout" -> layout = new Layout(1, key, Template.parse(value));
      case "locale" -> options = options.withLocale(Locale.forLanguageTag(rest));
      case "forgiving" -> options = options.withForgiving(Set.of(rest.split(" ")));
      case "lax" -> options = options.withStrictness(Strictness.LAX);
      case "links" ->
          links =
              switch (rest) {
                case "none" -> Links.none();
                case "inert" -> Links.inert();
                default -> new RealLinks();
              };
      case "reset" -> {
        data = Map.of();
        rows.clear();
        snippets.clear();
        layout = null;
        options = Liquid.STRICT;
        links = new RealLinks();
      }
      default -> throw new IllegalStateException("the corpus knows no @" + name);
    }
  }
}
