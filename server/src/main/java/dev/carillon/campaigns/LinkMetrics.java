package dev.carillon.campaigns;

import dev.carillon.campaigns.CampaignMetrics.Buckets;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Counts the clicks on each link of some messages, by the date each message was created (M-1, M-4;
 * App API > Link metrics). A link nobody has clicked is not among them.
 */
public final class LinkMetrics {
  /** Choice: the links that were clicked most; who makes more gives them a tag (M-73). */
  private static final int MOST_LINKS = 1_000;

  private final Database database;

  /** Reads from this database. */
  public LinkMetrics(Database database) {
    this.database = database;
  }

  /** What messages belong to. */
  public enum Of {
    /** A campaign. */
    CAMPAIGN("campaign_id"),
    /** A transactional message. */
    TRANSACTIONAL("transactional_id");

    private final String column;

    Of(String column) {
      this.column = column;
    }
  }

  /**
   * The clicks on one link.
   *
   * @param href as the template has it, or its tag (M-73)
   * @param clicked one number for each bucket
   * @param byHuman those that were no machine's
   */
  public record Link(String href, List<Integer> clicked, List<Integer> byHuman) {
    /** Copies the lists. */
    public Link {
      clicked = List.copyOf(clicked);
      byHuman = List.copyOf(byHuman);
    }

    /** A number that is the same wherever this link stands; exact in every JSON reader. */
    public long id() {
      try {
        var hash =
            MessageDigest.getInstance("SHA-256").digest(href.getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.wrap(hash).getLong() >>> 16;
      } catch (NoSuchAlgorithmException missing) {
        throw new IllegalStateException("This Java runtime has no SHA-256", missing);
      }
    }
  }

  private static final String CLICKS =
      """
      WITH click AS (
          SELECT coalesce(c.link, c.href) AS link, d.person_id,
                 width_bucket(d.created_at, :begins) AS bucket, c.human
            FROM delivery d JOIN delivery_click c ON c.delivery_id = d.delivery_id AND c.created_at = d.created_at
           WHERE d.%s = :id AND d.workspace_id = :workspace AND d.created_at >= :from AND d.created_at < :to
             AND d.clicked_at IS NOT NULL AND coalesce(c.link, c.href) IS NOT NULL),
      counted AS (
          SELECT link, person_id, min(bucket) AS bucket, count(*) AS clicks, count(*) FILTER (WHERE human) AS by_human
            FROM click GROUP BY link, person_id, CASE WHEN :unique THEN 0 ELSE bucket END),
      summed AS (
          SELECT link, bucket,
                 CASE WHEN :unique THEN count(*) ELSE sum(clicks) END AS clicked,
                 CASE WHEN :unique THEN count(*) FILTER (WHERE by_human > 0) ELSE sum(by_human) END AS by_human
            FROM counted GROUP BY link, bucket),
      most AS (
          SELECT link, sum(clicked) AS clicks FROM summed GROUP BY link ORDER BY clicks DESC, link LIMIT :most)
      SELECT link, bucket, clicked, by_human FROM summed JOIN most USING (link)
       ORDER BY clicks DESC, link, bucket
      """;

  /**
   * The links that were clicked, the most clicked first.
   *
   * @param unique counts each person once per link, in the bucket of the first message; otherwise
   *     every click counts
   */
  public List<Link> of(WorkspaceId workspace, Of of, int id, boolean unique, Buckets buckets) {
    var size = buckets.begins().size();
    record Counts(int[] clicked, int[] byHuman) {}
    var links = new LinkedHashMap<String, Counts>();
    database.read(handle ->
        handle
            .createQuery(CLICKS.formatted(of.column))
            .bind("begins", buckets.begins())
            .bind("from", buckets.begins().getFirst())
            .bind("to", buckets.end())
            .bind("workspace", workspace.value())
            .bind("id", id)
            .bind("unique", unique)
            .bind("most", MOST_LINKS)
            .map((row, _) -> {
              var counts =
                  links.computeIfAbsent(
                      row.getString("link"), _ -> new Counts(new int[size], new int[size]));
              var bucket = row.getInt("bucket") - 1;
              counts.clicked[bucket] = row.getInt("clicked");
              counts.byHuman[bucket] = row.getInt("by_human");
              return bucket;
            })
            .list());
    var found = new ArrayList<Link>();
    links.forEach(
        (href, counts) -> found.add(new Link(href, boxed(counts.clicked), boxed(counts.byHuman))));
    return found;
  }

  private static List<Integer> boxed(int[] numbers) {
    return Arrays.stream(numbers).boxed().toList();
  }
}
