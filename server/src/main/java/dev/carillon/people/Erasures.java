package dev.carillon.people;

import dev.carillon.store.Database;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Erases what deleted people left in tables that are partitioned by time: events, what deliveries
 * say about them, rendered messages, activity; and frees their anonymous ids. A while after the
 * deletion, so that a batch that was running at that moment cannot write behind it.
 */
public final class Erasures {
  private static final Logger LOG = LoggerFactory.getLogger(Erasures.class);
  private static final int PEOPLE = 100;

  private final Database database;
  private final InstantSource clock;

  /** Does nothing until {@link #run}. */
  public Erasures(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /** Erases what is due, a bounded number of people a transaction; several nodes share the work. */
  public void run() {
    while (batch() == PEOPLE) {
      LOG.debug("more deleted people are to be erased");
    }
  }

  private int batch() {
    return database.inTransaction(handle -> {
      var people =
          handle
              .createQuery(
                  """
                  DELETE FROM erasure WHERE person_id IN (
                    SELECT person_id FROM erasure WHERE due_at <= :now ORDER BY person_id LIMIT :limit FOR UPDATE SKIP LOCKED)
                  RETURNING person_id
                  """)
              .bind("now", clock.instant())
              .bind("limit", PEOPLE)
              .mapTo(Long.class)
              .list();
      if (people.isEmpty()) {
        return 0;
      }
      var ids = people.stream().mapToLong(Long::longValue).toArray();
      handle
          .createUpdate("DELETE FROM event WHERE person_id = ANY(:people)")
          .bind("people", ids)
          .execute();
      handle
          .createUpdate(
              """
              DELETE FROM delivery_content c USING delivery d
               WHERE d.person_id = ANY(:people) AND c.delivery_id = d.delivery_id AND c.created_at = d.created_at
              """)
          .bind("people", ids)
          .execute();
      handle
          .createUpdate(
              """
              DELETE FROM delivery_click c USING delivery d
               WHERE d.person_id = ANY(:people) AND c.delivery_id = d.delivery_id AND c.created_at = d.created_at
              """)
          .bind("people", ids)
          .execute();
      handle
          .createUpdate(
              """
              UPDATE delivery SET recipient = NULL, subject = NULL, failure_message = NULL, trigger = '{}'
               WHERE person_id = ANY(:people)
              """)
          .bind("people", ids)
          .execute();
      handle
          .createUpdate(
              "DELETE FROM activity WHERE person_id = ANY(:people) AND type <> 'profile_delete'")
          .bind("people", ids)
          .execute();
      handle
          .createUpdate(
              "UPDATE anonymous_link SET person_id = NULL, linked_at = NULL WHERE person_id = ANY(:people)")
          .bind("people", ids)
          .execute();
      return people.size();
    });
  }
}
