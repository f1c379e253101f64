package dev.carillon.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;

class AttributesJsonTest {
  private static final long SEED = System.nanoTime();

  @Test
  @DisplayName("track §3.5: integers are exact to 64 bits, else doubles")
  void shouldReadPlainValues() {
    var read =
        AttributesJson.parse(
            """
            {"text":"é \\u00e9 \\n \\"","whole":9223372036854775807,"least":-9223372036854775808,"more":9223372036854775808,
             "real":12.50,"small":1e-3,"yes":true,"no":false,"none":null,"list":[1,null,[2.0],{"a":"b"}],"object":{"in":{}}}
            """);

    assertThat(read)
        .containsExactly(
            Map.entry("text", "é é \n \""),
            Map.entry("whole", Long.MAX_VALUE),
            Map.entry("least", Long.MIN_VALUE),
            Map.entry("more", 9223372036854775808.0),
            Map.entry("real", 12.5),
            Map.entry("small", 0.001),
            Map.entry("yes", true),
            Map.entry("no", false),
            Map.entry("list", Arrays.asList(1L, null, List.of(2.0), Map.of("a", "b"))),
            Map.entry("object", Map.of("in", Map.of())));
  }

  @Test
  void shouldWriteCompactText() {
    var object = new LinkedHashMap<String, @Nullable Object>();
    object.put("b", "a\"\\\n\r\t\u0001/é\u2028");
    object.put("a", null);
    object.put("n", 5L);
    object.put("d", 5.0);
    object.put("l", List.of(true, List.of(), Map.of()));

    assertThat(AttributesJson.print(object))
        .isEqualTo(
            "{\"b\":\"a\\\"\\\\\\n\\r\\t\\u0001/é\u2028\",\"a\":null,\"n\":5,\"d\":5.0,\"l\":[true,[],{}]}");
    assertThat(AttributesJson.print(Map.of())).isEqualTo("{}");
    assertThat(AttributesJson.printValue("x")).isEqualTo("\"x\"");
  }

  @Test
  void shouldReadBackWhatItWrote() {
    var random = new Random(SEED);
    for (var number = 0; number < 500; number++) {
      var object = object(random, 3);
      var text = AttributesJson.print(object);
      assertThat(AttributesJson.parse(text))
          .as("seed %d, number %d, %s", SEED, number, text)
          .isEqualTo(object);
    }
  }

  private static Map<String, Object> object(Random random, int depth) {
    var object = new LinkedHashMap<String, Object>();
    for (var i = random.nextInt(6); i > 0; i--) {
      object.put(text(random), value(random, depth));
    }
    return object;
  }

  private static Object value(Random random, int depth) {
    return switch (random.nextInt(depth == 0 ? 4 : 6)) {
      case 0 -> text(random);
      case 1 -> random.nextLong() >> random.nextInt(64);
      case 2 -> random.nextGaussian() * Math.pow(10, random.nextInt(600) - 300);
      case 3 -> random.nextBoolean();
      case 4 -> random.ints(random.nextInt(4)).mapToObj(_ -> value(random, depth - 1)).toList();
      default -> object(random, depth - 1);
    };
  }

  private static String text(Random random) {
    return random
        .ints(random.nextInt(12))
        .map(each -> (each & 0x7fffffff) % (random.nextBoolean() ? 0x80 : 0x11_0000))
        .filter(each -> each < Character.MIN_SURROGATE || each > Character.MAX_SURROGATE)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  @Test
  void shouldRefuseWhatIsNotAnObject() {
    assertThatThrownBy(() -> AttributesJson.parse("[1]"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> AttributesJson.parse("")).isInstanceOf(IllegalArgumentException.class);
    for (var text : List.of("{", "{\"a\":", "{\"a\":1", "{\"a\":[1", "{\"a\" 1}", "{\"a\":nul}")) {
      assertThatThrownBy(() -> AttributesJson.parse(text))
          .as(text)
          .isInstanceOf(JacksonException.class);
    }
    assertThatThrownBy(() -> AttributesJson.parse("{\"a\":1} x"))
        .isInstanceOf(JacksonException.class);
    var deep = "{\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}";
    assertThatThrownBy(() -> AttributesJson.parse(deep)).isInstanceOf(JacksonException.class);
  }

  @Test
  void shouldRefuseToWriteWhatJsonCannotHold() {
    assertThatThrownBy(() -> AttributesJson.print(Map.of("a", Double.NaN)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> AttributesJson.print(Map.of("a", Double.POSITIVE_INFINITY)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> AttributesJson.print(Map.of("a", new Object())))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
