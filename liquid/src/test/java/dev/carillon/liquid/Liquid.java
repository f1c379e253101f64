package dev.carillon.liquid;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Short ways to render in tests. */
final class Liquid {
  static final Instant NOW = Instant.parse("2026-02-03T04:05:06Z");

  /** Time is processor time of the thread, so that a busy machine does not change an outcome. */
  static final RenderOptions STRICT =
      RenderOptions.standard()
          .withClock(InstantSource.fixed(NOW))
          .withSeed(42)
          .withNanoClock(ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime);

  static final RenderOptions LAX = STRICT.withStrictness(Strictness.LAX);

  private Liquid() {}

  static String render(String template) {
    return render(template, Map.of());
  }

  static String render(String template, Map<String, ? extends @Nullable Object> data) {
    return Template.parse(template).render(data, STRICT);
  }

  static LiquidRenderException failure(
      String template, Map<String, ? extends @Nullable Object> data) {
    return Objects.requireNonNull(
        catchThrowableOfType(LiquidRenderException.class, () -> render(template, data)),
        "the template renders");
  }

  static LiquidRenderException failure(String template) {
    return failure(template, Map.of());
  }

  static LiquidSyntaxException refusal(String template) {
    return Objects.requireNonNull(
        catchThrowableOfType(LiquidSyntaxException.class, () -> Template.parse(template)),
        "the template parses");
  }
}
