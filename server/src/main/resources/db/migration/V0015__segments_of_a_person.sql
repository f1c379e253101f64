-- What segments a person is in and when to look again, packed: one row to read for each person of a batch. The number of
-- memberships, then each with its segment and the microsecond of entry, then the timers likewise.
CREATE TABLE person_segments (
    person_id bigint PRIMARY KEY,
    packed    bytea NOT NULL
) WITH (fillfactor = 80);

INSERT INTO person_segments (person_id, packed)
SELECT p.person_id,
       int4send(coalesce(m.members, 0)) || coalesce(m.packed, '') || coalesce(t.packed, '')
  FROM person p
  LEFT JOIN (SELECT person_id, count(*)::int AS members,
                    string_agg(int4send(segment_id) || int8send((extract(epoch FROM entered_at) * 1000000)::bigint),
                               ''::bytea ORDER BY segment_id) AS packed
               FROM segment_member GROUP BY person_id) m USING (person_id)
  LEFT JOIN (SELECT person_id,
                    string_agg(int4send(segment_id) || int8send((extract(epoch FROM due_at) * 1000000)::bigint),
                               ''::bytea ORDER BY segment_id) AS packed
               FROM segment_timer GROUP BY person_id) t USING (person_id)
 WHERE m.person_id IS NOT NULL OR t.person_id IS NOT NULL;
