package dev.carillon.privacy;

import static dev.carillon.privacy.PersonTable.ACTIVITY;
import static dev.carillon.privacy.PersonTable.ANONYMOUS_EVENT;
import static dev.carillon.privacy.PersonTable.ANONYMOUS_LINK;
import static dev.carillon.privacy.PersonTable.ANONYMOUS_RELATIONSHIP;
import static dev.carillon.privacy.PersonTable.CAMPAIGN_WAKE;
import static dev.carillon.privacy.PersonTable.CLICK;
import static dev.carillon.privacy.PersonTable.COMPUTED;
import static dev.carillon.privacy.PersonTable.COMPUTED_TIMER;
import static dev.carillon.privacy.PersonTable.CONTENT;
import static dev.carillon.privacy.PersonTable.DELIVERY;
import static dev.carillon.privacy.PersonTable.DEVICE;
import static dev.carillon.privacy.PersonTable.EVENT;
import static dev.carillon.privacy.PersonTable.FORMER;
import static dev.carillon.privacy.PersonTable.JOURNEY;
import static dev.carillon.privacy.PersonTable.MEMBER;
import static dev.carillon.privacy.PersonTable.MERGER;
import static dev.carillon.privacy.PersonTable.MESSAGE_WAKE;
import static dev.carillon.privacy.PersonTable.OPT_OUT;
import static dev.carillon.privacy.PersonTable.OUTBOX;
import static dev.carillon.privacy.PersonTable.REFUSAL;
import static dev.carillon.privacy.PersonTable.RELATIONSHIP;
import static dev.carillon.privacy.PersonTable.REPORT;
import static dev.carillon.privacy.PersonTable.SEGMENTS;
import static dev.carillon.privacy.PersonTable.SEND_REQUEST;
import static dev.carillon.privacy.PersonTable.TIMER;
import static java.util.stream.Collectors.joining;

import dev.carillon.delivery.Metric;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A list of an export, as a query that answers with one JSON object a row, followed by key and time
 * of the delivery it is about, if it is about one.
 *
 * @param name in the document
 * @param covers the tables whose rows of the person it shows
 * @param sql reads {@code :people}, the person and whom was merged into it a moment ago, and {@code
 *     :workspace}; times are Unix seconds
 * @param fetched rows held in memory at once
 */
record ExportSection(String name, Set<PersonTable> covers, String sql, int fetched) {
  private static final int SMALL = 200;
  private static final int LARGE = 20;

  /** In the order of the document; what needs more than a query is {@link PersonExport}'s. */
  static final List<ExportSection> ALL =
      List.of(
          new ExportSection(
              "devices",
              Set.of(DEVICE),
              """
              SELECT json_build_object('token', d.token, 'platform', d.platform, 'last_used', %s, 'created_at', %s,
                                       'updated_at', %s, 'attributes', d.attributes::json)
                FROM device d WHERE d.person_id = ANY(:people) AND d.workspace_id = :workspace ORDER BY d.token
              """
                  .formatted(at("d.last_used"), at("d.created_at"), at("d.updated_at")),
              SMALL),
          new ExportSection(
              "relationships",
              Set.of(RELATIONSHIP),
              """
              SELECT json_build_object(
                       'object', CASE WHEN o.object_key IS NOT NULL THEN json_build_object(
                          'object_type_id', o.type_id, 'object_type', t.name, 'object_id', o.object_id,
                          'attributes', o.attributes::json) END,
                       'attributes', r.attributes::json, 'written_at', %s, 'created_at', %s, 'updated_at', %s)
                FROM relationship r
                LEFT JOIN object o ON o.object_key = r.object_key AND o.workspace_id = r.workspace_id
                LEFT JOIN object_type t ON t.workspace_id = o.workspace_id AND t.type_id = o.type_id
               WHERE r.person_id = ANY(:people) AND r.workspace_id = :workspace ORDER BY r.object_key
              """
                  .formatted(written("r.written"), at("r.created_at"), at("r.updated_at")),
              SMALL),
          new ExportSection(
              "anonymous_ids",
              Set.of(ANONYMOUS_LINK),
              """
              SELECT json_build_object('anonymous_id', l.anonymous_id, 'linked_at', %s) FROM anonymous_link l
               WHERE l.person_id = ANY(:people) AND l.workspace_id = :workspace ORDER BY l.anonymous_id
              """
                  .formatted(at("l.linked_at")),
              SMALL),
          new ExportSection(
              "anonymous_events",
              Set.of(ANONYMOUS_EVENT),
              """
              SELECT json_build_object('anonymous_id', e.anonymous_id, 'type', %s, 'name', n.name, 'event_id', e.event_id,
                                       'occurred_at', %s, 'received_at', %s, 'data', e.data::json)
                FROM anonymous_link l
                JOIN anonymous_event e ON e.workspace_id = l.workspace_id AND e.anonymous_id = l.anonymous_id
                LEFT JOIN event_name n ON n.name_id = e.name_id
               WHERE l.person_id = ANY(:people) AND l.workspace_id = :workspace
              """
                  .formatted(kind("n.kind"), at("e.occurred_at"), at("e.received_at")),
              SMALL),
          new ExportSection(
              "anonymous_relationships",
              Set.of(ANONYMOUS_RELATIONSHIP),
              """
              SELECT json_build_object('anonymous_id', r.anonymous_id, 'object_type_id', o.type_id, 'object_id', o.object_id,
                                       'attributes', r.attributes::json, 'created_at', %s)
                FROM anonymous_link l
                JOIN anonymous_relationship r ON r.workspace_id = l.workspace_id AND r.anonymous_id = l.anonymous_id
                LEFT JOIN object o ON o.object_key = r.object_key AND o.workspace_id = r.workspace_id
               WHERE l.person_id = ANY(:people) AND l.workspace_id = :workspace
              """
                  .formatted(at("r.created_at")),
              SMALL),
          new ExportSection(
              "segments",
              Set.of(MEMBER, SEGMENTS), // the same, packed
              """
              SELECT json_build_object('segment_id', m.segment_id, 'name', s.name, 'type', s.type, 'entered_at', %s)
                FROM segment_member m LEFT JOIN segment s ON s.segment_id = m.segment_id AND s.workspace_id = :workspace
               WHERE m.person_id = ANY(:people) ORDER BY m.segment_id
              """
                  .formatted(at("m.entered_at")),
              SMALL),
          new ExportSection(
              "segments_before",
              Set.of(FORMER),
              """
              SELECT json_build_object('segment_id', f.segment_id, 'name', s.name, 'entered_at', %s)
                FROM segment_former f LEFT JOIN segment s ON s.segment_id = f.segment_id AND s.workspace_id = :workspace
               WHERE f.person_id = ANY(:people) ORDER BY f.segment_id
              """
                  .formatted(at("f.entered_at")),
              SMALL),
          new ExportSection(
              "computed_attributes",
              Set.of(COMPUTED),
              """
              SELECT json_build_object('tallies', c.tallies::json) FROM person_computed c
               WHERE c.person_id = ANY(:people) AND c.workspace_id = :workspace ORDER BY c.person_id
              """,
              SMALL),
          new ExportSection(
              "computed_attribute_timers",
              Set.of(COMPUTED_TIMER),
              """
              SELECT json_build_object('computed_attribute_id', t.computed_id, 'name', a.name, 'due_at', %s)
                FROM computed_timer t
                LEFT JOIN computed_attribute a ON a.computed_id = t.computed_id AND a.workspace_id = :workspace
               WHERE t.person_id = ANY(:people) ORDER BY t.computed_id
              """
                  .formatted(at("t.due_at")),
              SMALL),
          new ExportSection(
              "messages_to_count",
              Set.of(MESSAGE_WAKE),
              """
              SELECT json_build_object('wake_id', w.wake_id) FROM message_wake w
               WHERE w.person_id = ANY(:people) AND w.workspace_id = :workspace ORDER BY w.wake_id
              """,
              SMALL),
          new ExportSection(
              "journeys_to_look_at",
              Set.of(CAMPAIGN_WAKE),
              """
              SELECT json_build_object('campaign_id', w.campaign_id, 'ended_at', %s) FROM campaign_wake w
               WHERE w.person_id = ANY(:people) AND w.workspace_id = :workspace ORDER BY w.wake_id
              """
                  .formatted(at("w.ended_at")),
              SMALL),
          new ExportSection(
              "opt_outs",
              Set.of(OPT_OUT),
              """
              SELECT json_build_object('channel', CASE o.channel WHEN 1 THEN 'sms' ELSE 'whatsapp' END, 'from', o.written,
                                       'opted_out_at', %s)
                FROM sender_opt_out o
               WHERE o.person_id = ANY(:people) AND o.workspace_id = :workspace ORDER BY o.channel, o.sender
              """
                  .formatted(at("o.opted_out_at")),
              SMALL),
          new ExportSection(
              "segment_timers",
              Set.of(TIMER),
              """
              SELECT json_build_object('segment_id', m.segment_id, 'name', s.name, 'due_at', %s)
                FROM segment_timer m LEFT JOIN segment s ON s.segment_id = m.segment_id AND s.workspace_id = :workspace
               WHERE m.person_id = ANY(:people) ORDER BY m.segment_id
              """
                  .formatted(at("m.due_at")),
              SMALL),
          new ExportSection(
              "journeys",
              Set.of(JOURNEY),
              """
              SELECT json_build_object('journey_id', j.journey_id, 'campaign_id', j.campaign_id, 'campaign', c.name,
                       'version', j.version, 'state', j.state, 'step', j.node, 'started_at', %s, 'entered_at', %s,
                       'wake_at', %s, 'ended_at', %s, 'end_reason', j.end_reason, 'path', j.path::json,
                       'trigger', j.trigger::json)
                FROM journey j LEFT JOIN campaign c ON c.campaign_id = j.campaign_id AND c.workspace_id = j.workspace_id
               WHERE j.person_id = ANY(:people) AND j.workspace_id = :workspace
              """
                  .formatted(
                      at("j.started_at"), at("j.entered_at"), at("j.wake_at"), at("j.ended_at")),
              SMALL),
          new ExportSection(
              "campaign_refusals",
              Set.of(REFUSAL),
              """
              SELECT json_build_object('campaign_id', r.campaign_id, 'campaign', c.name, 'reason', r.reason,
                                       'first_at', %s, 'last_at', %s, 'times', r.times, 'detail', r.detail)
                FROM campaign_refusal r
                LEFT JOIN campaign c ON c.campaign_id = r.campaign_id AND c.workspace_id = :workspace
               WHERE r.person_id = ANY(:people)
              """
                  .formatted(at("r.first_at"), at("r.last_at")),
              SMALL),
          new ExportSection(
              "merges",
              Set.of(MERGER),
              """
              SELECT json_build_object('cio_id', 'a3' || lpad(to_hex(m.secondary_id), greatest(12, length(to_hex(m.secondary_id))), '0'),
                                       'merged_at', %s)
                FROM merger m WHERE m.primary_id = ANY(:people) AND m.workspace_id = :workspace
              """
                  .formatted(at("m.merged_at")),
              SMALL),
          new ExportSection(
              "events",
              Set.of(EVENT),
              """
              SELECT json_build_object('type', %s, 'name', n.name, 'event_id', e.event_id, 'occurred_at', %s,
                                       'received_at', %s, 'data', e.data::json)
                FROM event e LEFT JOIN event_name n ON n.name_id = e.name_id
               WHERE e.person_id = ANY(:people) AND e.workspace_id = :workspace
              """
                  .formatted(kind("n.kind"), at("e.occurred_at"), at("e.received_at")),
              SMALL),
          new ExportSection(
              "activities",
              Set.of(ACTIVITY),
              """
              SELECT json_build_object('type', a.type, 'occurred_at', %s, 'received_at', %s, 'data', a.data::json)
                FROM activity a WHERE a.person_id = ANY(:people) AND a.workspace_id = :workspace
              """
                  .formatted(at("a.occurred_at"), at("a.received_at")),
              SMALL),
          new ExportSection(
              "email_suppressions",
              Set.of(),
              """
              SELECT json_build_object('kind', CASE e.kind WHEN 1 THEN 'blocks' WHEN 2 THEN 'bounces'
                                                           WHEN 3 THEN 'spam_reports' WHEN 4 THEN 'invalid_emails' END,
                       'domain', e.domain, 'reason', e.reason, 'status', e.status, 'created_at', %s)
                FROM person p JOIN esp_suppression e ON e.workspace_id = p.workspace_id AND e.email = lower(p.attributes::json ->> 'email')
               WHERE p.person_id = ANY(:people) AND p.workspace_id = :workspace ORDER BY e.created_at
              """
                  .formatted(at("e.created_at")),
              SMALL),
          new ExportSection(
              "deliveries",
              Set.of(DELIVERY, CONTENT, OUTBOX, SEND_REQUEST),
              """
              SELECT json_build_object('channel', d.channel, 'state', d.state, 'campaign_id', d.campaign_id,
                       'action_id', d.action_id, 'journey_id', d.journey_id, 'created_at', %s, 'recipient', d.recipient,
                       'subject', d.subject, 'failure_message', d.failure_message, 'attempts', d.attempts,
                       'newsletter_id', d.newsletter_id, 'transactional_message_id', d.transactional_id,
                       'request', (SELECT r.request::json FROM send_request r WHERE r.delivery_id = d.delivery_id),
                       'trigger', d.trigger::json, 'trigger_event_id', d.trigger_event_id, 'metrics', json_strip_nulls(%s),
                       'due_at', (SELECT %s FROM outbox o WHERE o.delivery_id = d.delivery_id),
                       'content', (SELECT c.content::json FROM delivery_content c
                                    WHERE c.delivery_id = d.delivery_id AND c.created_at = d.created_at)),
                     d.delivery_id, d.created_at
                FROM delivery d WHERE d.person_id = ANY(:people) AND d.workspace_id = :workspace
              """
                  .formatted(at("d.created_at"), metrics(), at("o.due_at")),
              LARGE),
          new ExportSection(
              "clicks",
              Set.of(CLICK),
              """
              SELECT json_build_object('clicked_at', %s, 'href', k.href, 'link', k.link, 'action_name', k.action_name,
                                       'action_value', k.action_value, 'human', k.human),
                     d.delivery_id, d.created_at
                FROM delivery d
                JOIN delivery_click k ON k.delivery_id = d.delivery_id AND k.created_at = d.created_at
               WHERE d.person_id = ANY(:people) AND d.workspace_id = :workspace
              """
                  .formatted(at("k.clicked_at")),
              SMALL),
          new ExportSection(
              "waiting_reports",
              Set.of(REPORT),
              """
              SELECT json_build_object('queued_at', %s, 'event', e.body::json)
                FROM reporting_event e WHERE e.person_id = ANY(:people) AND e.workspace_id = :workspace
               ORDER BY e.event_no
              """
                  .formatted(at("e.queued_at")),
              LARGE));

  private static String at(String column) {
    return "trim_scale(extract(epoch FROM %s))".formatted(column);
  }

  /** Write times in milliseconds, as seconds. */
  static String written(String column) {
    return "(SELECT json_object_agg(w.key, trim_scale(w.value::numeric / 1000)) FROM json_each_text(%s::json) w)"
        .formatted(column);
  }

  private static String kind(String column) {
    return "CASE %s WHEN 1 THEN 'event' WHEN 2 THEN 'page' WHEN 3 THEN 'screen' WHEN 4 THEN 'form' END"
        .formatted(column);
  }

  private static String metrics() {
    var pairs =
        Arrays.stream(Metric.values())
            .map(each -> "'%s', %s".formatted(each.wire(), at("d." + each.column())));
    var human =
        Stream.of("human_opened", "human_clicked", "prefetch_opened", "prefetch_clicked")
            .map(each -> "'%s', %s".formatted(each, at("d." + each + "_at")));
    return "json_build_object(" + Stream.concat(pairs, human).collect(joining(", ")) + ")";
  }
}
