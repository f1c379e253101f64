package dev.carillon.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
  private static final String NOT_JSON = "request body is not valid JSON";
  private final JsonReader reader = new JsonReader();

  private @Nullable Object read(String json) {
    return reader.value(json.getBytes(UTF_8));
  }

  @Test
  void shouldReadEveryKindOfValue() {
    var expected = new LinkedHashMap<String, @Nullable Object>();
    expected.put("text", "a\"\\/\b\f\n\r\té😀");
    expected.put("long", Long.MAX_VALUE);
    expected.put("negative", Long.MIN_VALUE);
    expected.put("beyond", 9.223372036854776E18);
    expected.put("double", 1.5);
    expected.put("whole", 2.0);
    expected.put("true", true);
    expected.put("null", null);
    expected.put("list", List.of(1L, List.of(), Map.of()));

    var value =
        read(
            """
            {"text":"a\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00","long":9223372036854775807,
             "negative":-9223372036854775808,"beyond":9223372036854775808,"double":1.5,"whole":2.0,
             "true":true,"null":null,"list":[1,[],{}]}
            """);

    assertThat(value).isEqualTo(expected);
    assertThat(((Map<?, ?>) java.util.Objects.requireNonNull(value)).keySet().toString())
        .isEqualTo(expected.keySet().toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "}",
        "{]",
        "[1,]",
        "{\"a\":1,}",
        "{\"a\"}",
        "{a:1}",
        "{'a':1}",
        "nul",
        "truefalse",
        "01",
        "+1",
        ".5",
        "1.",
        "NaN",
        "Infinity",
        "-",
        "\"a",
        "\"\n\"",
        "\"\\x\"",
        "\"\\u12\"",
        "[1 2]",
        "/* a */1",
        "# a\n1",
        "1,2",
        "{} {}",
        "{}]",
        "{\"a\":undefined}"
      })
  void shouldRefuseWhatIsNoJson(String json) {
    assertThatThrownBy(() -> read(json)).isInstanceOf(BadJson.class);
    assertThatThrownBy(() -> reader.event(("{\"data\":{\"x\":" + json + "}}").getBytes(UTF_8)))
        .isInstanceOf(BadJson.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1e400 | request body contains a number that is out of range",
        "-1e400 | request body contains a number that is out of range",
        "\"\\u0000\" | request body contains a NUL character",
        "\"a\\ud800b\" | request body contains half of a surrogate pair",
        "\"a\\ud800\" | request body contains half of a surrogate pair",
        "\"\\udc00\\ud800\" | request body contains half of a surrogate pair",
        "{\"a\":1,\"b\":2,\"a\":3} | request body has the key 'a' twice in one object",
        "{\"a\":null,\"\\u0061\":null} | request body has the key 'a' twice in one object",
        "{\"\\u0000\":1} | request body contains a NUL character"
      })
  void shouldRefuseWhatCannotBeStored(String json, String sentence) {
    assertThatThrownBy(() -> read(json)).isInstanceOf(BadJson.class).hasMessage(sentence);
    assertThatThrownBy(() -> reader.event(("{\"data\":{\"x\":[" + json + "]}}").getBytes(UTF_8)))
        .hasMessage(sentence);
    assertThatThrownBy(() -> reader.event(("{\"other\":[" + json + "]}").getBytes(UTF_8)))
        .hasMessage(sentence);
  }

  @Test
  void shouldBoundNumbers() {
    assertThat(read("1" + "0".repeat(300))).isEqualTo(1e300);
    assertThatThrownBy(() -> read("1" + "0".repeat(350)))
        .hasMessage("request body contains a number that is out of range");
    assertThatThrownBy(() -> read("1" + "0".repeat(100_000)))
        .hasMessage("a number cannot have more than 400 digits");
    assertThatThrownBy(() -> read("0." + "1".repeat(100_000)))
        .hasMessage("a number cannot have more than 400 digits");
    assertThatThrownBy(
            () -> reader.event(("{\"data\":{\"x\":1" + "0".repeat(350) + "}}").getBytes(UTF_8)))
        .hasMessage("request body contains a number that is out of range");
  }

  @Test
  void shouldBoundNesting() {
    var deepest = "[".repeat(100) + "]".repeat(100);
    assertThat(read(deepest)).isInstanceOf(List.class);
    assertThatThrownBy(() -> read("[" + deepest + "]"))
        .hasMessage("JSON cannot be nested deeper than 100 levels");
    assertThatThrownBy(() -> read("[".repeat(10_000)))
        .hasMessage("JSON cannot be nested deeper than 100 levels");
    assertThatThrownBy(() -> read("{\"a\":".repeat(10_000)))
        .hasMessage("JSON cannot be nested deeper than 100 levels");
    assertThatThrownBy(() -> reader.event(("{\"data\":" + "[".repeat(10_000)).getBytes(UTF_8)))
        .hasMessage("JSON cannot be nested deeper than 100 levels");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u00ff",
        "\u00c0\u0080",
        "\u00ed\u00a0\u0080",
        "\u00e9",
        "\u00f5\u0080\u0080\u0080",
        "\u00f0\u009f\u0098"
      })
  void shouldRefuseBytesThatAreNoUtf8(String bytes) {
    for (var json : List.of("\"%s\"", "{\"%s\":1}", "{\"data\":{\"x\":\"%s\"}}")) {
      assertThatThrownBy(() -> reader.event(json.formatted(bytes).getBytes(ISO_8859_1)))
          .isInstanceOf(BadJson.class)
          .hasMessage("request body is not valid UTF-8");
    }
  }

  @Test
  void shouldRefuseOtherUnicodeForms() {
    assertThatThrownBy(
            () -> reader.value("{}".getBytes(java.nio.charset.StandardCharsets.UTF_16LE)))
        .hasMessage("request body contains a NUL character");
    assertThatThrownBy(() -> reader.value("\"\0\"".getBytes(UTF_8)))
        .hasMessage("request body contains a NUL character");
  }

  @Test
  void shouldTakeEmptyAndNullForAnEmptyObject() {
    assertThat(reader.object(new byte[0])).isEmpty();
    assertThat(reader.object(" \n".getBytes(UTF_8))).isEmpty();
    assertThat(reader.object("null".getBytes(UTF_8))).isEmpty();
    assertThat(reader.event("null".getBytes(UTF_8)).data()).asString(UTF_8).isEqualTo("{}");
    assertThat(reader.event(new byte[0]).name()).isNull();
    for (var json : List.of("[]", "1", "\"a\"", "true")) {
      assertThatThrownBy(() -> reader.object(json.getBytes(UTF_8)))
          .hasMessage("request body must be a JSON object");
      assertThatThrownBy(() -> reader.event(json.getBytes(UTF_8)))
          .hasMessage("request body must be a JSON object");
    }
  }

  @Test
  void shouldKeepEventDataAsTextWithoutWhiteSpace() {
    var body =
        reader.event(
            """
            {"name": "bought", "other": {"x": [1, 2]}, "data" : { "a b": " c \\" } ", "é": [1, 2.50, {"x" : null}],
              "big": 123456789012345678901234567890 } , "timestamp": 1.5, "id": "1", "type":"page", "anonymous_id": 7}
            """
                .getBytes(UTF_8));

    assertThat(body.data())
        .asString(UTF_8)
        .isEqualTo(
            "{\"a b\":\" c \\\" } \",\"é\":[1,2.50,{\"x\":null}],\"big\":123456789012345678901234567890}");
    assertThat(body.name()).isEqualTo("bought");
    assertThat(body.timestamp()).isEqualTo(1.5);
    assertThat(body.id()).isEqualTo("1");
    assertThat(body.type()).isEqualTo("page");
    assertThat(body.anonymousId()).isEqualTo(7L);
  }

  @Test
  void shouldFindTheTextBehindAByteOrderMark() {
    var event = reader.event("\ufeff{\"name\":\"a\",\"data\":{ \"é\":1}}".getBytes(UTF_8));
    assertThat(event.data()).asString(UTF_8).isEqualTo("{\"é\":1}");

    var object = reader.object("\ufeff{\"k\":{ \"é\":1}}".getBytes(UTF_8), "k");
    assertThat(object.keptText()).asString(UTF_8).isEqualTo("{\"é\":1}");
    assertThat(object.isLongerThan(13)).isTrue();
    assertThat(object.isLongerThan(14)).isFalse();
  }

  @Test
  void shouldTellDataThatIsNoObject() {
    assertThat(reader.event("{\"data\":[1]}".getBytes(UTF_8)).data()).isNull();
    assertThat(reader.event("{\"data\":\"x\"}".getBytes(UTF_8)).data()).isNull();
    assertThat(reader.event("{\"data\":null}".getBytes(UTF_8)).data())
        .asString(UTF_8)
        .isEqualTo("{}");
    assertThatThrownBy(() -> reader.event("{\"data\":{},\"data\":{}}".getBytes(UTF_8)))
        .hasMessage("request body has the key 'data' twice in one object");
  }

  @Test
  void shouldReadBackWhatIsWritten() {
    var random = new Random(4711);
    for (int i = 0; i < 2_000; i++) {
      var value = anything(random, 4);
      var json = Json.bytes(value);

      assertThat(Json.length(value)).as("seed 4711, value %s", i).isEqualTo(json.length);
      assertThat(reader.value(json)).as("seed 4711, value %s", i).isEqualTo(value);
      var wrapped = ("{\"data\" :{ \"x\": " + new String(json, UTF_8) + "} }").getBytes(UTF_8);
      assertThat(reader.event(wrapped).data())
          .asString(UTF_8)
          .isEqualTo("{\"x\":" + new String(json, UTF_8) + "}");
    }
  }

  @Test
  void shouldNeverFailOtherwiseThanWithBadJson() {
    var random = new Random(42);
    var seed =
        "{\"name\":\"a\\u00e9é\",\"data\":{\"a\":[1,-2.5e3,true,null,{}]},\"id\":12}"
            .getBytes(UTF_8);
    for (int i = 0; i < 20_000; i++) {
      var mutated = seed.clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      try {
        reader.event(mutated);
        reader.value(mutated);
      } catch (BadJson expected) {
        assertThat(expected.sentence()).isNotEmpty();
      }
    }
  }

  @Test
  void shouldSayWhereJsonIsBroken() {
    assertThatThrownBy(() -> read("{\"a\":x}")).message().startsWith(NOT_JSON);
  }

  private static @Nullable Object anything(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 8 : 6)) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2 -> random.nextLong() >> random.nextInt(64);
      case 3 ->
          new BigDecimal(random.nextGaussian() * Math.pow(10, random.nextInt(40))).doubleValue();
      case 4, 5 -> text(random);
      case 6 -> {
        var list = new ArrayList<@Nullable Object>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(anything(random, depth - 1));
        }
        yield list;
      }
      default -> {
        var map = new LinkedHashMap<String, @Nullable Object>();
        for (int i = random.nextInt(4); i > 0; i--) {
          map.put(text(random), anything(random, depth - 1));
        }
        yield map;
      }
    };
  }

  private static String text(Random random) {
    var alphabet = List.of("a", "\"", "\\", " ", "é", "😀", "\n", "\u0001", "}", "{", "漢", "/");
    var text = new StringBuilder();
    for (int i = random.nextInt(8); i > 0; i--) {
      text.append(alphabet.get(random.nextInt(alphabet.size())));
    }
    return text.toString();
  }

  @Test
  void shouldKnowTheTextOfObjects() {
    var objects =
        reader
            .objects(
                """
                {"a":[1,{"batch":[]}],"batch":[{"k":{ "x" : "é \\" \\u00e9" , "y":[ 1 ] },"z":1}, 7 ,
                 {"k":null},{},{"k":[{}]},"x",[{}]],"b":{}}
                """
                    .getBytes(UTF_8),
                "batch",
                "k")
            .orElseThrow();

    assertThat(objects).hasSize(7);
    var first = Objects.requireNonNull(objects.getFirst());
    assertThat(first.members())
        .isEqualTo(Map.of("k", Map.of("x", "é \" é", "y", List.of(1L)), "z", 1L));
    assertThat(first.keptText()).asString(UTF_8).isEqualTo("{\"x\":\"é \\\" \\u00e9\",\"y\":[1]}");
    var compact = "{\"k\":{\"x\":\"é \\\" \\u00e9\",\"y\":[1]},\"z\":1}".getBytes(UTF_8).length;
    assertThat(first.isLongerThan(compact)).isFalse();
    assertThat(first.isLongerThan(compact - 1)).isTrue();
    assertThat(objects.get(1)).isNull();
    for (int i : List.of(2, 3, 4)) {
      assertThat(Objects.requireNonNull(objects.get(i)).keptText()).asString(UTF_8).isEqualTo("{}");
    }
    assertThat(objects.subList(5, 7)).containsOnlyNulls();
  }

  @Test
  void shouldFindNoListWhereThereIsNone() {
    for (var json : List.of("", " ", "null", "{}", "{\"batch\":{}}", "{\"batch\":null}")) {
      assertThat(reader.objects(json.getBytes(UTF_8), "batch", "k")).as(json).isEmpty();
    }
    for (var json : List.of("[]", "7", "\"batch\"")) {
      assertThatThrownBy(() -> reader.objects(json.getBytes(UTF_8), "batch", "k"))
          .hasMessage("request body must be a JSON object");
      assertThatThrownBy(() -> reader.object(json.getBytes(UTF_8), "k"))
          .hasMessage("request body must be a JSON object");
    }
    assertThat(reader.object(new byte[0], "k").members()).isEmpty();
    assertThat(reader.object("null".getBytes(UTF_8), "k").keptText())
        .asString(UTF_8)
        .isEqualTo("{}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"batch\":[{\"a\":1,\"a\":1}]}",
        "{\"batch\":[],\"batch\":[]}",
        "{\"batch\":[{\"k\":{\"a\":1,\"a\":1}}]}",
        "{\"batch\":[{\"k\":\"\\u0000\"}]}",
        "{\"batch\":[1e400]}",
        "{\"batch\":[{]}",
        "{\"batch\":[{}]"
      })
  void shouldRefuseInListsWhatItRefusesElsewhere(String json) {
    assertThatThrownBy(() -> reader.objects(json.getBytes(UTF_8), "batch", "k"))
        .isInstanceOf(BadJson.class);
  }

  @Test
  void shouldBoundNestingInLists() {
    var deepest = "{\"batch\":[{\"a\":" + "[".repeat(97) + "]".repeat(97) + "}]}";
    assertThat(reader.objects(deepest.getBytes(UTF_8), "batch", "k")).isPresent();
    var deeper = "{\"batch\":[{\"a\":" + "[".repeat(98) + "]".repeat(98) + "}]}";
    assertThatThrownBy(() -> reader.objects(deeper.getBytes(UTF_8), "batch", "k"))
        .hasMessage("JSON cannot be nested deeper than 100 levels");
  }
}
