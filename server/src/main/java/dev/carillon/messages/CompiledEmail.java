package dev.carillon.messages;

import dev.carillon.liquid.Host;
import dev.carillon.liquid.LiquidRenderException;
import dev.carillon.liquid.LiquidSyntaxException;
import dev.carillon.liquid.RenderOptions;
import dev.carillon.liquid.Strictness;
import dev.carillon.liquid.Template;
import dev.carillon.liquid.TemplateCache;
import dev.carillon.messages.Rendering.Failed;
import dev.carillon.messages.Rendering.NoRecipient;
import dev.carillon.messages.Rendering.Rendered;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A parsed e-mail template. Immutable. */
final class CompiledEmail {
  private static final Pattern BODY_TAG =
      Pattern.compile("<body(?:\\s[^>]*)?>", Pattern.CASE_INSENSITIVE);

  /** Of recipients and copies together (journeys §5.4). */
  private static final int MOST_ADDRESSES = 15;

  private final Map<String, Part> headers = new LinkedHashMap<>();
  private final Map<String, Part> linkParameters = new LinkedHashMap<>();
  private final Part subject;
  private final Part body;
  private final boolean marked;
  private final Part plainBody;
  private final Part from;
  private final Part replyTo;
  private final Part to;
  private final Part preheader;
  private final Part cc;
  private final Part bcc;
  private final boolean fakeBcc;
  private final boolean writesToCustomer;
  private final boolean makesPlainBody;
  private final boolean inlinesCss;
  private final Part ampBody;
  private final @Nullable String refusal;

  /** One text of the mail; {@code title} names it in reasons. */
  private record Part(String title, @Nullable Template template, @Nullable String mistake) {

    static Part of(String title, String source, TemplateCache templates) {
      try {
        return new Part(title, templates.get(source), null);
      } catch (LiquidSyntaxException mistake) {
        return new Part(title, null, title + ": " + mistake.sentenceWithPosition());
      }
    }

    String render(Map<String, @Nullable Object> variables, RenderOptions options) {
      if (template == null) {
        throw new Refusal(String.valueOf(mistake));
      }
      try {
        return template.render(variables, options);
      } catch (LiquidRenderException failure) {
        throw new Refusal(title + ": " + failure.sentenceWithPlace());
      }
    }
  }

  /** Ends a rendering from any depth; an expected outcome, so it has no stack trace. */
  private static final class Refusal extends RuntimeException {
    Refusal(String reason) {
      super(reason, null, false, false);
    }
  }

  private CompiledEmail(
      EmailTemplate source, Map<String, String> parameters, TemplateCache templates) {
    subject = Part.of("subject", source.subject(), templates);
    var withMarks = source.tracked() ? LinkMarks.mark(source.body()) : source.body();
    marked = !withMarks.equals(source.body());
    body = Part.of("body", withMarks, templates);
    plainBody = Part.of("plain text body", source.plainBody(), templates);
    from = Part.of("from", source.from(), templates);
    replyTo = Part.of("reply-to", source.replyTo(), templates);
    to =
        Part.of("recipient", source.to().isBlank() ? "{{customer.email}}" : source.to(), templates);
    preheader = Part.of("preheader", source.preheader(), templates);
    cc = Part.of("cc", source.copies().cc(), templates);
    bcc = Part.of("bcc", source.copies().bcc(), templates);
    fakeBcc = source.copies().fakeBcc();
    source
        .headers()
        .forEach((name, value) -> headers.put(name, Part.of("header " + name, value, templates)));
    parameters.forEach((name, value) ->
        linkParameters.put(name, Part.of("link parameter " + name, value, templates)));
    writesToCustomer =
        source.to().isBlank() || source.to().replace(" ", "").equals("{{customer.email}}");
    makesPlainBody = source.plainBody().isBlank() && !source.body().isBlank();
    inlinesCss = source.inlinesCss();
    ampBody = Part.of("AMP body", source.ampBody(), templates);
    refusal = refusal(source);
  }

  /** Parses all texts; what cannot be parsed makes every rendering {@link Failed}. */
  static CompiledEmail of(
      EmailTemplate source, Map<String, String> linkParameters, TemplateCache templates) {
    return new CompiledEmail(source, linkParameters, templates);
  }

  private static @Nullable String refusal(EmailTemplate source) {
    for (var name : source.headers().keySet()) {
      if (!EmailHeaders.isName(name)) {
        return "header " + name + ": a name is 1 to 100 ASCII characters without spaces or colons";
      }
      if (EmailHeaders.isReserved(name)) {
        return "header " + name + " is reserved and cannot be set";
      }
    }
    return null;
  }

  Rendering render(MessageScope scope, InstantSource clock) {
    if (refusal != null) {
      return new Failed(refusal);
    }
    var options =
        RenderOptions.standard()
            .withClock(clock)
            .withSeed(scope.deliveryId().hashCode())
            .withHost(Host.none().withLinks(scope.links()));
    try {
      var names = new HashMap<String, String>();
      var email = email(scope, options, names);
      return addressed(email, writesToCustomer)
          .<Rendering>map(reason -> new NoRecipient(email, reason))
          .orElseGet(() -> new Rendered(email, names, parameters(scope, email, options)));
    } catch (Refusal failure) {
      return new Failed(String.valueOf(failure.getMessage()));
    }
  }

  private Email email(MessageScope scope, RenderOptions options, Map<String, String> names) {
    var variables = scope.variables();
    var subjectLine = oneLine(subject, subject.render(variables, options));
    variables.put("message", scope.messageVariables(subjectLine));
    var hidden = preheader.render(variables, options).strip();
    var whole = body.render(variables, options);
    var html = marked ? LinkMarks.take(whole, names) : whole;
    var plain = makesPlainBody ? PlainText.of(html) : plainBody.render(variables, options);
    var rendered = new LinkedHashMap<String, String>();
    headers.forEach(
        (name, value) -> rendered.put(name, oneLine(value, value.render(variables, options))));
    return new Email(
        sender(override(scope, "from_address", from, variables, options)),
        replies(override(scope, "reply_to", replyTo, variables, options)),
        recipient(scope, variables, options),
        subjectLine,
        hidden.isEmpty() ? styled(html) : withHidden(styled(html), hidden),
        plain,
        hidden,
        rendered,
        new Copies(
            oneLine(cc, cc.render(variables, options)),
            oneLine(bcc, bcc.render(variables, options)),
            fakeBcc),
        List.of(),
        ampBody.render(variables, options));
  }

  private String styled(String html) {
    return inlinesCss ? CssInliner.inline(html) : html;
  }

  /**
   * Event data may say who sends and who receives; it is taken as it is, never as Liquid (P-43).
   */
  private static String override(
      MessageScope scope,
      String key,
      Part part,
      Map<String, @Nullable Object> variables,
      RenderOptions options) {
    var text =
        scope.trigger().name() != null
                && scope.trigger().data().get(key) instanceof String given
                && !given.isBlank()
            ? given
            : part.render(variables, options);
    return oneLine(part, text);
  }

  private String recipient(
      MessageScope scope, Map<String, @Nullable Object> variables, RenderOptions options) {
    // A person without an address is no mistake in the template (journeys §5.1, gates 7 and 8).
    var forgiving = writesToCustomer ? options.withStrictness(Strictness.LAX) : options;
    return override(scope, "recipient", to, variables, forgiving);
  }

  private static String sender(String text) {
    if (EmailAddress.parse(text).isEmpty()) {
      throw new Refusal("from: '" + text + "' is not a well-formed address");
    }
    return text;
  }

  private static String replies(String text) {
    if (!text.isEmpty() && EmailAddress.parse(text).isEmpty()) {
      throw new Refusal("reply-to: '" + text + "' is not a well-formed address");
    }
    return text;
  }

  /**
   * The mail, if there is somebody to send it to.
   *
   * @param toOne whether it is for the person alone, whose attribute is one address and no list
   */
  private Map<String, String> parameters(MessageScope scope, Email email, RenderOptions options) {
    var rendered = new LinkedHashMap<String, String>();
    if (!linkParameters.isEmpty()) {
      var variables = scope.variables();
      variables.put("message", scope.messageVariables(email.subject()));
      var forgiving = options.withStrictness(Strictness.LAX);
      linkParameters.forEach(
          (name, value) -> rendered.put(name, value.render(variables, forgiving).strip()));
    }
    return rendered;
  }

  /** Why it can be sent to nobody; empty when it can. */
  private static Optional<String> addressed(Email email, boolean toOne) {
    if (email.recipient().isEmpty()) {
      return Optional.of("no recipient");
    }
    var addresses = 0;
    for (var list : List.of(email.recipient(), email.copies().cc(), email.copies().bcc())) {
      var parsed = EmailAddress.list(list).orElse(null);
      if (parsed == null || (toOne && list.equals(email.recipient()) && parsed.size() > 1)) {
        return Optional.of("no recipient: '" + list + "' is not a well-formed address");
      }
      addresses += parsed.size();
    }
    return addresses > MOST_ADDRESSES
        ? Optional.of("more than " + MOST_ADDRESSES + " recipients")
        : Optional.empty();
  }

  /** The value without space around it; a line break inside could smuggle in headers of its own. */
  private static String oneLine(Part part, String value) {
    var line = value.strip();
    for (var index = 0; index < line.length(); index++) {
      var character = line.charAt(index);
      if (character == '\r'
          || character == '\n'
          || character == '\u2028'
          || character == '\u2029') {
        throw new Refusal(part.title() + ": a line break is not allowed");
      }
      if (Character.isISOControl(character) && character != '\t') {
        throw new Refusal(part.title() + ": a control character is not allowed");
      }
    }
    return line;
  }

  private static String withHidden(String html, String preheader) {
    var hidden =
        "<div style=\"display:none;max-height:0;overflow:hidden;mso-hide:all\">"
            + escaped(preheader)
            + "</div>";
    var bodyTag = BODY_TAG.matcher(html);
    var start = bodyTag.find() ? bodyTag.end() : 0;
    return html.substring(0, start) + hidden + html.substring(start);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
