package dev.carillon.api.hooks;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.carillon.delivery.LinkTokens.Link;
import dev.carillon.http.Request;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Tells machines from people who open mails and follow links (M-7). A guess by nature; what a
 * machine does counts as opened and clicked all the same, and is told apart.
 */
final class Machines {
  /** Choice: M-7 names datacentres, of which there is no list that stays true; so from anywhere. */
  private static final Duration SOON_OPENED = Duration.ofSeconds(2);

  private static final Duration SOON_CLICKED = Duration.ofSeconds(3);
  private static final Duration AT_ONCE = Duration.ofSeconds(1);
  private static final int REMEMBERED = 100_000;

  /** What the proxy of Apple's Mail Privacy Protection calls itself, and nobody else. */
  private static final String MAIL_PRIVACY = "Mozilla/5.0";

  /** Parts of the names of programs that look at links before people do. */
  private static final List<String> SCANNERS =
      List.of(
          "barracuda",
          "bot/",
          "bot;",
          "crawler",
          "fireeye",
          "headlesschrome",
          "linkpreview",
          "mimecast",
          "proofpoint",
          "python-requests",
          "scanner",
          "spider",
          "symantec",
          "trendmicro",
          "urlpreview");

  private final InstantSource clock;
  private final Cache<Long, Click> latest =
      Caffeine.newBuilder()
          .maximumSize(REMEMBERED)
          .expireAfterWrite(AT_ONCE.multipliedBy(2))
          .build();

  private record Click(int link, Instant at) {}

  Machines(InstantSource clock) {
    this.clock = clock;
  }

  boolean opened(Request request, Link link) {
    var agent = request.header("user-agent");
    return MAIL_PRIVACY.equals(agent) || isMachine(request, agent, link, SOON_OPENED);
  }

  boolean clicked(Request request, Link link) {
    var other = followsAnother(link);
    return isMachine(request, request.header("user-agent"), link, SOON_CLICKED) || other;
  }

  private boolean isMachine(Request request, @Nullable String agent, Link link, Duration soon) {
    return request.method().equals("HEAD")
        || clock.instant().isBefore(link.mail().renderedAt().plus(soon))
        || agent != null && isScanner(agent)
        || isPrefetch(request.header("sec-purpose"))
        || isPrefetch(request.header("purpose"))
        || isPrefetch(request.header("x-moz"));
  }

  private static boolean isScanner(String agent) {
    var lower = agent.toLowerCase(Locale.ROOT);
    return SCANNERS.stream().anyMatch(lower::contains);
  }

  private static boolean isPrefetch(@Nullable String purpose) {
    return purpose != null && purpose.toLowerCase(Locale.ROOT).contains("prefetch");
  }

  /**
   * Whether another link of this mail was followed within a second: people do not. Each process
   * sees its own requests, and the first of them passes as a person's.
   */
  private boolean followsAnother(Link link) {
    var now = clock.instant();
    var another = new AtomicBoolean();
    latest
        .asMap()
        .compute(
            link.mail().delivery().value(),
            (_, before) -> {
              another.set(
                  before != null
                      && before.link != link.target().hashCode()
                      && now.isBefore(before.at.plus(AT_ONCE)));
              return new Click(link.target().hashCode(), now);
            });
    return another.get();
  }
}
