package dev.carillon.api.hooks;

import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.delivery.LinkTokens.Use;
import dev.carillon.delivery.MailLinks;
import dev.carillon.http.RouteTable;
import dev.carillon.people.PeopleQueries;
import dev.carillon.processing.Intake;
import dev.carillon.store.Database;
import dev.carillon.subscriptions.SubscriptionRepository;
import java.time.InstantSource;

/** The addresses that mails carry (journeys §5.5, §5.6, §9.3). */
public final class HooksApi {
  private final Tracking tracking;
  private final BrowserCopy copy;
  private final UnsubscribePage unsubscribe;
  private final PreferencesPage preferences;

  /**
   * What the pages read and where they put what readers do.
   *
   * @param intake where opens, clicks and choices go
   */
  public record Sources(
      Database database,
      Intake intake,
      MailLinks links,
      DeliveryRepository deliveries,
      PeopleQueries people,
      SubscriptionRepository subscriptions) {}

  /**
   * Builds the surface.
   *
   * @param clock tells how soon after sending somebody came
   */
  public HooksApi(Sources sources, InstantSource clock) {
    var tokens = sources.links.tokens();
    var readers = new Readers(sources.database, sources.people);
    var choices = new Choices(sources.intake, sources.deliveries);
    tracking = new Tracking(tokens, sources.intake, new Machines(clock));
    copy = new BrowserCopy(sources.links, sources.deliveries);
    unsubscribe = new UnsubscribePage(sources.links, readers, choices);
    preferences =
        new PreferencesPage(
            tokens, readers, choices, new OfferedChoices(sources.database, sources.subscriptions));
  }

  /** The routes, to be served at the root of the host. */
  public RouteTable routes() {
    return new RouteTable(new PageErrors(), MailLinks.PATH)
        .add("GET", path(Use.OPEN), tracking::open)
        .add("GET", path(Use.CLICK), tracking::click)
        .add("GET", path(Use.VIEW), copy::show)
        .add("GET", path(Use.UNSUBSCRIBE), unsubscribe::ask)
        .add("POST", path(Use.UNSUBSCRIBE), unsubscribe::act)
        .add("GET", path(Use.PREFERENCES), preferences::show)
        .add("POST", path(Use.PREFERENCES), preferences::save);
  }

  private static String path(Use use) {
    return MailLinks.PATH + "/" + MailLinks.letter(use) + "/{token}";
  }
}
