package dev.carillon.privacy;

/**
 * Every table that holds something of a person, how its rows are found, and when they go. Export,
 * erasure and the last check of an erasure read this list; a test compares it with the schema.
 *
 * <p>Not here, on purpose: {@code suppression} and {@code erasure_identifier} hold keyed hashes
 * that are to outlive the person, {@code event_seen} keys that lead to nobody, {@code log_block} is
 * given back as a whole (an erasure waits for that), and {@code esp_suppression} keeps addresses
 * mail must not go to, whoever has them: without it somebody who complained would get mail again.
 * What other people's attributes and events say about somebody is theirs.
 */
public enum PersonTable {
  PERSON("person", Goes.AT_ONCE),
  /** Has no index by person: found by what the person was called. */
  IDENTIFIER(
      "person_identifier",
      Goes.AT_ONCE,
      """
      SELECT k.person_id, count(*) FROM known k
        JOIN person_identifier i ON i.workspace_id = k.workspace_id AND i.value = k.value
         AND i.kind = CASE k.kind WHEN 'id' THEN 1 WHEN 'email' THEN 2 END AND i.person_id = k.person_id
       GROUP BY k.person_id
      """),
  COUNTERS("person_counters", Goes.AT_ONCE),
  DEVICE("device", Goes.AT_ONCE),
  RELATIONSHIP("relationship", Goes.AT_ONCE),
  MEMBER("segment_member", Goes.AT_ONCE),
  TIMER("segment_timer", Goes.AT_ONCE),
  FORMER("segment_former", Goes.AT_ONCE),
  /** The same as members and timers, packed. */
  SEGMENTS("person_segments", Goes.AT_ONCE),
  COMPUTED("person_computed", Goes.AT_ONCE),
  COMPUTED_TIMER("computed_timer", Goes.AT_ONCE),
  /** Nearly always empty, so it needs no index by person. */
  MESSAGE_WAKE("message_wake", Goes.AT_ONCE),
  /** The same. */
  CAMPAIGN_WAKE("campaign_wake", Goes.AT_ONCE),
  OPT_OUT("sender_opt_out", Goes.AT_ONCE),
  REFUSAL("campaign_refusal", Goes.AT_ONCE),
  /** Merges into the person that are not over; what they have still to move is erased as well. */
  MERGER(
      "merger",
      Goes.AT_ONCE,
      """
      SELECT p.person_id, count(*) FROM unnest(:people) AS p(person_id)
        JOIN merger m ON m.primary_id = p.person_id OR m.secondary_id = p.person_id
       GROUP BY p.person_id
      """),
  ANONYMOUS_LINK("anonymous_link", Goes.AT_ONCE),
  /** Events of nobody under the person's anonymous ids; what came later is somebody else's. */
  ANONYMOUS_EVENT(
      "anonymous_event",
      Goes.AT_ONCE,
      """
      SELECT k.person_id, count(*) FROM known k
        JOIN anonymous_event a ON a.workspace_id = k.workspace_id AND a.anonymous_id = k.value
         AND a.received_at <= k.asked_at
       WHERE k.kind = 'anonymous_id' GROUP BY k.person_id
      """),
  ANONYMOUS_RELATIONSHIP(
      "anonymous_relationship",
      Goes.AT_ONCE,
      """
      SELECT k.person_id, count(*) FROM known k
        JOIN anonymous_relationship a ON a.workspace_id = k.workspace_id AND a.anonymous_id = k.value
         AND a.created_at <= k.asked_at
       WHERE k.kind = 'anonymous_id' GROUP BY k.person_id
      """),
  EVENT("event", Goes.LATER),
  /** With entries of nobody and of objects that name the person, which are swept. */
  ACTIVITY("activity", Goes.LATER),
  JOURNEY("journey", Goes.LATER),
  DELIVERY("delivery", Goes.LATER),
  SEND_REQUEST(
      "send_request",
      Goes.LATER,
      """
      SELECT d.person_id, count(*) FROM delivery d JOIN send_request t ON t.delivery_id = d.delivery_id
       WHERE d.person_id = ANY(:people) GROUP BY d.person_id
      """),
  CONTENT("delivery_content", Goes.LATER, ofDeliveries("delivery_content")),
  CLICK("delivery_click", Goes.LATER, ofDeliveries("delivery_click")),
  /** What webhooks have still to be told. */
  REPORT("reporting_event", Goes.LATER),
  /** Has no index by person: read as a whole, which is short, by the last check alone. */
  OUTBOX("outbox", Goes.LATER),
  /** Its payload names people: read from end to end. */
  DEAD_LETTER("dead_letter", Goes.SWEPT, ""),
  /** The list of what is still to be erased. */
  ERASURE("erasure", Goes.LAST, "");

  /** When the rows of somebody who is erased go. */
  public enum Goes {
    /** With the person, in the transaction that applies the request. */
    AT_ONCE,
    /** In bounded steps, when no batch can write them any more. */
    LATER,
    /** Found by reading the table from end to end, in bounded steps. */
    SWEPT,
    /** With the end of the erasure. */
    LAST
  }

  private final String table;
  private final Goes goes;
  private final String counting;

  PersonTable(String table, Goes goes) {
    this(
        table,
        goes,
        "SELECT t.person_id, count(*) FROM %s t WHERE t.person_id = ANY(:people) GROUP BY t.person_id"
            .formatted(table));
  }

  PersonTable(String table, Goes goes, String counting) {
    this.table = table;
    this.goes = goes;
    this.counting = counting;
  }

  private static String ofDeliveries(String table) {
    return """
    SELECT d.person_id, count(*) FROM delivery d
      JOIN %s t ON t.delivery_id = d.delivery_id AND t.created_at = d.created_at
     WHERE d.person_id = ANY(:people) GROUP BY d.person_id
    """
        .formatted(table);
  }

  /** Its name in the database; of a partitioned table that of the whole. */
  public String table() {
    return table;
  }

  /** When rows of somebody who is erased go. */
  public Goes goes() {
    return goes;
  }

  /**
   * SQL for how many rows each of {@code :people} has; those without are absent. May read {@code
   * known(person_id, workspace_id, kind, value, asked_at)}. Empty when no statement can tell.
   */
  String counting() {
    return counting;
  }
}
