package dev.carillon.messages;

import dev.carillon.liquid.Environment;
import dev.carillon.liquid.LiquidRenderException;
import dev.carillon.liquid.LiquidSyntaxException;
import dev.carillon.liquid.Preview;
import dev.carillon.liquid.RenderOptions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** What the author of a mail should look at before it is sent to somebody. */
public final class EmailWarnings {
  private EmailWarnings() {}

  /**
   * The warnings for one person, each with the text and the line it is about: variables that are
   * missing, old forms, parts that are never written. What cannot be rendered at all is told by
   * {@link EmailRenderer#render} instead.
   */
  public static List<String> of(EmailTemplate template, MessageScope scope, InstantSource clock) {
    var options = RenderOptions.standard().withClock(clock).withSeed(scope.deliveryId().hashCode());
    var texts = new LinkedHashMap<String, String>();
    texts.put("from", template.from());
    texts.put("reply-to", template.replyTo());
    texts.put("recipient", template.to());
    texts.put("cc", template.copies().cc());
    texts.put("bcc", template.copies().bcc());
    texts.put("subject", template.subject());
    texts.put("preheader", template.preheader());
    texts.put("body", template.body());
    texts.put("plain text body", template.plainBody());
    texts.put("AMP body", template.ampBody());
    template.headers().forEach((name, value) -> texts.put("header " + name, value));
    var warnings = new ArrayList<String>();
    texts.forEach((title, text) -> {
      try {
        Preview.of(Environment.standard(), text, scope.variables(), options, null)
            .warnings()
            .forEach(each -> warnings.add(title + ": " + each.sentenceWithPlace()));
      } catch (LiquidSyntaxException mistake) {
        warnings.add(title + ": " + mistake.sentenceWithPosition());
      } catch (LiquidRenderException stopped) {
        warnings.add(title + ": " + stopped.sentenceWithPlace());
      }
    });
    return warnings;
  }
}
