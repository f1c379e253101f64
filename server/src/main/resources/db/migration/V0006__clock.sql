-- A segment whose conditions change is served as before until its build has reached everybody (docs/decisions/0013).
ALTER TABLE segment
    ADD COLUMN before_conditions json,                  -- those served while newer ones are built; NULL: no such build
    ADD COLUMN before_zone text,                        -- the zone in which days begin for them
    ADD COLUMN mixed boolean NOT NULL DEFAULT false;    -- the build replaces one that had reached somebody: who it has not reached stays as they are

-- What people were in a segment by the conditions before, where its build has found otherwise. Written by builds only. Holds
-- while the segment serves a version below `version`; then rows go in the background.
CREATE TABLE segment_former (
    segment_id int NOT NULL,
    person_id  bigint NOT NULL,
    version    int NOT NULL,                            -- the one that was built
    entered_at timestamptz,                             -- NULL: was no member
    PRIMARY KEY (segment_id, person_id)
);
CREATE INDEX segment_former_person ON segment_former (person_id);

-- Who is in a segment as it is served (S-5, S-8): during a build who was in it before; nobody before the first build is over.
-- For whoever shows memberships or sends to them; conditions are evaluated with segment_member.
CREATE VIEW served_member AS
SELECT m.person_id, m.segment_id, m.entered_at
  FROM segment_member m JOIN segment s USING (segment_id)
 WHERE s.served > 0
   AND NOT EXISTS (SELECT FROM segment_former f
                    WHERE f.segment_id = m.segment_id AND f.person_id = m.person_id AND f.version > s.served)
 UNION ALL
SELECT f.person_id, f.segment_id, f.entered_at
  FROM segment_former f JOIN segment s USING (segment_id)
 WHERE f.entered_at IS NOT NULL AND f.version > s.served;

-- What is to be removed of a segment: everything, as it is gone; its members, as its first build was cancelled; what people were
-- before, as a build is over.
ALTER TABLE segment_erasure
    ADD COLUMN what text NOT NULL DEFAULT 'all' CHECK (what IN ('all', 'members', 'former')),
    DROP CONSTRAINT segment_erasure_pkey,
    ADD PRIMARY KEY (segment_id, what);
