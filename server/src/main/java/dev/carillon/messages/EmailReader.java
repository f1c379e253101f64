package dev.carillon.messages;

import dev.carillon.liquid.LiquidSyntaxException;
import dev.carillon.liquid.Template;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An {@link EmailTemplate} as JSON: {@code subject}, {@code body}, {@code body_plain}, {@code
 * from}, {@code reply_to}, {@code to}, {@code preheader}, {@code headers}, {@code cc}, {@code bcc},
 * {@code fake_bcc}, {@code tracked}, {@code preprocessor} ({@code premailer} or empty), {@code
 * body_amp}.
 */
public final class EmailReader {
  private static final int LONGEST_LINE = 1_000;
  private static final int MOST_BODY_BYTES = 512 * 1_024;
  private static final int MOST_HEADERS = 50;
  private static final String INLINES = "premailer";
  private static final String DEFAULT_RECIPIENT = "{{customer.email}}";

  private final JsonFields fields;
  private final boolean checked;

  private EmailReader(JsonFields fields, boolean checked) {
    this.fields = fields;
    this.checked = checked;
  }

  /**
   * Reads a mail; what is wrong is noted in the fields.
   *
   * @param checked whether sizes and Liquid are looked at; what is stored has been, by the rules of
   *     its day
   */
  public static EmailTemplate read(JsonFields fields, boolean checked) {
    return new EmailReader(fields, checked).email();
  }

  private EmailTemplate email() {
    return new EmailTemplate(
        line(fields, "subject", ""),
        body("body"),
        body("body_plain"),
        line(fields, "from", ""),
        line(fields, "reply_to", ""),
        line(fields, "to", DEFAULT_RECIPIENT),
        line(fields, "preheader", ""),
        headers(),
        new Copies(line(fields, "cc", ""), line(fields, "bcc", ""), fields.flag("fake_bcc", false)),
        fields.flag("tracked", true),
        inlinesCss(),
        body("body_amp"));
  }

  private boolean inlinesCss() {
    var word = fields.text("preprocessor", LONGEST_LINE).orElse(INLINES);
    if (!word.isEmpty() && !word.equals(INLINES)) {
      fields.fault("preprocessor", "must be \"%s\" or empty".formatted(INLINES));
    }
    return word.equals(INLINES);
  }

  private String line(JsonFields of, String name, String usual) {
    var text = of.text(name, checked ? LONGEST_LINE : Integer.MAX_VALUE).orElse(usual);
    checkLiquid(of, name, text);
    return text;
  }

  private String body(String name) {
    var text = fields.text(name, Integer.MAX_VALUE).orElse("");
    if (checked && text.getBytes(StandardCharsets.UTF_8).length > MOST_BODY_BYTES) {
      fields.fault(name, "must not be larger than 512 KiB");
      return "";
    }
    checkLiquid(fields, name, text);
    return text;
  }

  private Map<String, String> headers() {
    var headers = new LinkedHashMap<String, String>();
    var given = fields.object("headers").orElse(null);
    if (given == null) {
      return headers;
    }
    var names = given.names();
    if (checked && names.size() > MOST_HEADERS) {
      fields.fault("headers", "must not hold more than " + MOST_HEADERS);
      return headers;
    }
    for (var name : names) {
      if (!EmailHeaders.isName(name)) {
        given.fault(name, "is not the name of a header");
      } else {
        headers.put(name, line(given, name, ""));
      }
    }
    return headers;
  }

  private void checkLiquid(JsonFields of, String name, String text) {
    if (!checked) {
      return;
    }
    try {
      Template.parse(text);
    } catch (LiquidSyntaxException mistake) {
      of.fault(name, "is no Liquid template: " + mistake.sentenceWithPosition());
    }
  }

  /** Writes a mail so that {@link #read} gives the same. */
  public static void write(EmailTemplate email, Map<String, @Nullable Object> json) {
    json.put("subject", email.subject());
    json.put("body", email.body());
    json.put("body_plain", email.plainBody());
    json.put("from", email.from());
    json.put("reply_to", email.replyTo());
    json.put("to", email.to());
    json.put("preheader", email.preheader());
    json.put("headers", email.headers());
    json.put("cc", email.copies().cc());
    json.put("bcc", email.copies().bcc());
    json.put("fake_bcc", email.copies().fakeBcc());
    json.put("preprocessor", email.inlinesCss() ? INLINES : "");
    json.put("body_amp", email.ampBody());
    json.put("tracked", email.tracked());
  }
}
