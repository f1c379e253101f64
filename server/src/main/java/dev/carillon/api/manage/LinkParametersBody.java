package dev.carillon.api.manage;

import dev.carillon.liquid.LiquidSyntaxException;
import dev.carillon.liquid.Template;
import dev.carillon.segments.Fault;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code link_parameters} of the settings: what every link in mails gets (M-77). */
final class LinkParametersBody {
  private static final String FIELD = "link_parameters";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,100}");
  private static final int MOST = 20;
  private static final int LONGEST = 500;

  private LinkParametersBody() {}

  /** The given ones in place of those present; what is wrong is noted. */
  static Map<String, String> read(
      Map<String, @Nullable Object> wanted, Map<String, String> present, List<Fault> faults) {
    if (!wanted.containsKey(FIELD)) {
      return present;
    }
    if (!(wanted.get(FIELD) instanceof Map<?, ?> given) || given.size() > MOST) {
      faults.add(new Fault(FIELD, "must be an object of at most " + MOST + " texts"));
      return present;
    }
    var parameters = new LinkedHashMap<String, String>();
    given.forEach((key, value) -> {
      var name = String.valueOf(key);
      var mistake = mistake(name, value);
      if (mistake == null) {
        parameters.put(name, String.valueOf(value));
      } else {
        faults.add(new Fault(FIELD + "." + name, mistake));
      }
    });
    return parameters;
  }

  private static @Nullable String mistake(String name, @Nullable Object value) {
    if (!NAME.matcher(name).matches()) {
      return "is not the name of a parameter: letters, digits, '_', '.' and '-'";
    }
    if (!(value instanceof String text) || text.length() > LONGEST) {
      return "must be a text of at most " + LONGEST + " characters";
    }
    try {
      Template.parse(text);
      return null;
    } catch (LiquidSyntaxException mistake) {
      return "is no Liquid template: " + mistake.sentenceWithPosition();
    }
  }
}
