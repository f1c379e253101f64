package dev.carillon.http;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads request bodies as strict JSON. Refused with {@link BadJson}: text that is not UTF-8, NUL
 * characters and halves of surrogate pairs (PostgreSQL stores neither), a key twice in one object,
 * more than {@value #DEEPEST} levels, numbers that are not finite as double or have more than
 * {@value #LONGEST_NUMBER} digits, anything behind the value. Safe for many threads.
 *
 * <p>Values are plain: Map in the order of the text, List, String, Boolean, null, Long for integers
 * of 64 bits and Double for all other numbers.
 */
public final class JsonReader {
  /** Levels of arrays and objects inside each other. */
  public static final int DEEPEST = 100;

  /** Digits of one number. */
  public static final int LONGEST_NUMBER = 400;

  private static final byte[] EMPTY_OBJECT = {'{', '}'};

  /** As the readers of what is stored allow it. */
  private static final int LONGEST_NAME = 10_000;

  private final JsonFactory factory =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNumberLength(LONGEST_NUMBER)
                  // Bodies are bounded; depth is counted here, to say so in our own words.
                  .maxNestingDepth(Integer.MAX_VALUE)
                  .maxNameLength(LONGEST_NAME)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  /** A reader. One is enough for the whole server. */
  public JsonReader() {}

  /**
   * Any JSON value.
   *
   * @throws BadJson see the class; an empty body is no JSON either
   */
  public @Nullable Object value(byte[] body) {
    return read(body, Cursor::rootValue);
  }

  /**
   * A JSON object. An empty body and {@code null} are an empty one (track §1).
   *
   * @throws BadJson see the class; also for any other value
   */
  public Map<String, @Nullable Object> object(byte[] body) {
    return isBlank(body) ? Map.of() : requireNonNull(read(body, Cursor::rootObject));
  }

  /**
   * The members of an event's body; {@code data} is checked like everything else but stays text. An
   * empty body and {@code null} are an empty object (track §1).
   *
   * @throws BadJson see the class; also when the body is no object
   */
  public EventBody event(byte[] body) {
    return isBlank(body)
        ? new EventBody(null, null, null, null, null, EMPTY_OBJECT)
        : requireNonNull(read(body, Cursor::rootEvent));
  }

  /**
   * A JSON object that knows its text. An empty body and {@code null} are an empty one (track §1).
   *
   * @param kept name of the member to keep as text too, when it is an object
   * @throws BadJson see the class; also for any other value
   */
  public ParsedObject object(byte[] body, String kept) {
    return isBlank(body)
        ? ParsedObject.empty()
        : requireNonNull(read(body, cursor -> cursor.rootParsed(kept)));
  }

  /**
   * The objects in the array that is one member of the body's object.
   *
   * @param list name of that member; all others are checked and dropped
   * @param kept name of the member of each to keep as text too, when it is an object
   * @return in order, null for an element that is no object; empty when the member is absent or no
   *     array
   * @throws BadJson see the class; also when the body is no object
   */
  public Optional<List<@Nullable ParsedObject>> objects(byte[] body, String list, String kept) {
    return isBlank(body)
        ? Optional.empty()
        : Optional.ofNullable(read(body, cursor -> cursor.rootList(list, kept)));
  }

  /**
   * The members of an object, each as JSON text of its own. Only the outline is looked at: what
   * {@link #value} would refuse inside one member does not spoil the others.
   *
   * @throws BadJson when the outline is no JSON, a key occurs twice, or the body is no object
   */
  public Map<String, byte[]> members(byte[] body) {
    return requireNonNull(read(body, Cursor::rootMembers));
  }

  /**
   * The elements of an array, as {@link #members}.
   *
   * @throws BadJson when the outline is no JSON, or the text is no array
   */
  public List<byte[]> elements(byte[] array) {
    return requireNonNull(read(array, Cursor::rootElements));
  }

  private static boolean isBlank(byte[] body) {
    for (byte b : body) {
      if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        return false;
      }
    }
    return true;
  }

  @FunctionalInterface
  private interface Root<T> {
    @Nullable T read(Cursor cursor);
  }

  private <T> @Nullable T read(byte[] body, Root<T> root) {
    boolean checkStrings = JsonText.check(body);
    try (var parser = factory.createParser(ObjectReadContext.empty(), body)) {
      var cursor = new Cursor(parser, body, checkStrings);
      if (parser.nextToken() == null) {
        throw new BadJson("request body is empty");
      }
      var result = root.read(cursor);
      if (parser.nextToken() != null) {
        throw new BadJson("request body continues after the JSON value");
      }
      return result;
    } catch (StreamConstraintsException tooLong) {
      throw new BadJson("a number cannot have more than " + LONGEST_NUMBER + " digits");
    } catch (JacksonException malformed) {
      var location = malformed.getLocation();
      throw new BadJson(
          location == null || location.getByteOffset() < 0
              ? "request body is not valid JSON"
              : "request body is not valid JSON near byte " + location.getByteOffset());
    }
  }

  /** One pass over one body. */
  private record Cursor(JsonParser parser, byte[] body, boolean checkStrings) {

    @Nullable Object rootValue() {
      return value(1);
    }

    Map<String, @Nullable Object> rootObject() {
      return switch (parser.currentToken()) {
        case VALUE_NULL -> Map.of();
        case START_OBJECT -> object(1);
        default -> throw notAnObject();
      };
    }

    EventBody rootEvent() {
      if (parser.currentToken() == JsonToken.VALUE_NULL) {
        return new EventBody(null, null, null, null, null, EMPTY_OBJECT);
      }
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw notAnObject();
      }
      Object name = null;
      Object type = null;
      Object timestamp = null;
      Object id = null;
      Object anonymousId = null;
      byte[] data = EMPTY_OBJECT;
      var seen = new HashSet<String>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        switch (newName(seen)) {
          case "name" -> name = nextValue();
          case "type" -> type = nextValue();
          case "timestamp" -> timestamp = nextValue();
          case "id" -> id = nextValue();
          case "anonymous_id" -> anonymousId = nextValue();
          case "data" -> data = nextObjectText();
          default -> {
            parser.nextToken();
            check(2);
          }
        }
      }
      return new EventBody(name, type, timestamp, id, anonymousId, data);
    }

    ParsedObject rootParsed(String kept) {
      return switch (parser.currentToken()) {
        case VALUE_NULL -> ParsedObject.empty();
        case START_OBJECT -> parsed(1, kept);
        default -> throw notAnObject();
      };
    }

    @Nullable List<@Nullable ParsedObject> rootList(String list, String kept) {
      if (parser.currentToken() == JsonToken.VALUE_NULL) {
        return null;
      }
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw notAnObject();
      }
      List<@Nullable ParsedObject> objects = null;
      var seen = new HashSet<String>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        boolean wanted = newName(seen).equals(list);
        if (parser.nextToken() == JsonToken.START_ARRAY && wanted) {
          objects = parsedElements(kept);
        } else {
          check(2);
        }
      }
      return objects;
    }

    private List<@Nullable ParsedObject> parsedElements(String kept) {
      var objects = new ArrayList<@Nullable ParsedObject>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
          objects.add(parsed(3, kept));
        } else {
          check(3);
          objects.add(null);
        }
      }
      return objects;
    }

    private ParsedObject parsed(int depth, String kept) {
      int from = tokenStart();
      int keptFrom = 0;
      int keptTo = 0;
      checkDepth(depth);
      var object = new LinkedHashMap<String, @Nullable Object>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        var name = name();
        if (object.containsKey(name)) {
          throw twice(name);
        }
        if (parser.nextToken() == JsonToken.START_OBJECT && name.equals(kept)) {
          keptFrom = tokenStart();
          object.put(name, object(depth + 1));
          keptTo = tokenEnd();
        } else {
          object.put(name, value(depth + 1));
        }
      }
      return new ParsedObject(object, body, from, tokenEnd(), keptFrom, keptTo);
    }

    private int tokenStart() {
      return (int) parser.currentTokenLocation().getByteOffset();
    }

    /** Holds behind the end of an object or array only. */
    private int tokenEnd() {
      return (int) parser.currentLocation().getByteOffset();
    }

    Map<String, byte[]> rootMembers() {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw notAnObject();
      }
      var members = new LinkedHashMap<String, byte[]>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        var name = name();
        parser.nextToken();
        if (members.put(name, text()) != null) {
          throw twice(name);
        }
      }
      return members;
    }

    List<byte[]> rootElements() {
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        throw new BadJson("request body must hold a JSON array");
      }
      var elements = new ArrayList<byte[]>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        elements.add(text());
      }
      return elements;
    }

    /** The text of the current value; moves to its end. */
    private byte[] text() {
      int from = (int) parser.currentTokenLocation().getByteOffset();
      parser.skipChildren();
      parser.finishToken();
      return Arrays.copyOfRange(body, from, (int) parser.currentLocation().getByteOffset());
    }

    private static BadJson notAnObject() {
      return new BadJson("request body must be a JSON object");
    }

    private @Nullable Object nextValue() {
      parser.nextToken();
      return value(2);
    }

    private byte @Nullable [] nextObjectText() {
      var token = parser.nextToken();
      if (token == JsonToken.VALUE_NULL) {
        return EMPTY_OBJECT;
      }
      int from = tokenStart();
      check(2);
      return token == JsonToken.START_OBJECT ? JsonText.compact(body, from, tokenEnd()) : null;
    }

    private @Nullable Object value(int depth) {
      return switch (parser.currentToken()) {
        case START_OBJECT -> object(depth);
        case START_ARRAY -> array(depth);
        case VALUE_STRING -> string();
        case VALUE_NUMBER_INT -> integer();
        case VALUE_NUMBER_FLOAT -> finiteDouble();
        case VALUE_TRUE -> true;
        case VALUE_FALSE -> false;
        case VALUE_NULL -> null;
        case END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
            throw new BadJson("request body is not valid JSON");
      };
    }

    private Map<String, @Nullable Object> object(int depth) {
      checkDepth(depth);
      var object = new LinkedHashMap<String, @Nullable Object>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        var name = name();
        if (object.containsKey(name)) {
          throw twice(name);
        }
        parser.nextToken();
        object.put(name, value(depth + 1));
      }
      return object;
    }

    private List<@Nullable Object> array(int depth) {
      checkDepth(depth);
      var array = new ArrayList<@Nullable Object>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        array.add(value(depth + 1));
      }
      return array;
    }

    /** Reads to the end of the current value without keeping it; refuses what value() refuses. */
    private void check(int depth) {
      switch (parser.currentToken()) {
        case START_OBJECT -> {
          checkDepth(depth);
          var seen = new HashSet<String>();
          while (parser.nextToken() != JsonToken.END_OBJECT) {
            newName(seen);
            parser.nextToken();
            check(depth + 1);
          }
        }
        case START_ARRAY -> {
          checkDepth(depth);
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            check(depth + 1);
          }
        }
        case VALUE_STRING -> {
          if (checkStrings) {
            string();
          }
        }
        case VALUE_NUMBER_INT -> {
          if (parser.getStringLength() > 300) {
            finiteDouble();
          }
        }
        case VALUE_NUMBER_FLOAT -> finiteDouble();
        case VALUE_TRUE, VALUE_FALSE, VALUE_NULL -> {}
        case END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
            throw new BadJson("request body is not valid JSON");
      }
    }

    private String newName(HashSet<String> seen) {
      var name = name();
      if (!seen.add(name)) {
        throw twice(name);
      }
      return name;
    }

    private String name() {
      var name = parser.currentName();
      if (checkStrings) {
        JsonText.checkCharacters(name);
      }
      return name;
    }

    private String string() {
      var text = parser.getString();
      if (checkStrings) {
        JsonText.checkCharacters(text);
      }
      return text;
    }

    private Object integer() {
      return switch (parser.getNumberType()) {
        case INT, LONG -> (Object) parser.getLongValue();
        case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> (Object) finiteDouble();
      };
    }

    private double finiteDouble() {
      double number = parser.getDoubleValue();
      if (!Double.isFinite(number)) {
        throw new BadJson("request body contains a number that is out of range");
      }
      return number;
    }

    private static void checkDepth(int depth) {
      if (depth > DEEPEST) {
        throw new BadJson("JSON cannot be nested deeper than " + DEEPEST + " levels");
      }
    }

    private static BadJson twice(String name) {
      var shown = name.length() > 100 ? name.substring(0, 100) + "…" : name;
      return new BadJson("request body has the key '" + shown + "' twice in one object");
    }
  }
}
