-- Conditions on devices, objects, relationships and journeys.

-- Campaigns whose journeys the conditions look at: who ends journeys in sets asks here whether anybody is to be told, and
-- such a campaign is not deleted.
ALTER TABLE segment ADD COLUMN campaigns int[] NOT NULL DEFAULT '{}';

-- Objects that changed or were deleted while some segment names their type. The people related to them are looked at again in
-- the background, about a thousand in a transaction, in a circle of person_id: from where the last range ended, up, and from 0
-- up to where it began. A further change begins a new circle there (class SurroundingsWakes). Written by processing, gone when
-- the circle is closed.
CREATE TABLE object_wake (
    object_key   bigint PRIMARY KEY,
    workspace_id int NOT NULL,
    type_id      int NOT NULL,                          -- the object itself may be gone
    changed_at   timestamptz NOT NULL,                  -- when it changed last
    turn         int NOT NULL DEFAULT 0,                -- moves with each change, so that who works on an earlier one does not close it
    begun_at     bigint NOT NULL DEFAULT 0,             -- the person_id behind which the circle began
    done_to      bigint NOT NULL DEFAULT 0,             -- everybody up to this one is done, from begun_at on or, once it came round, from 0 on
    came_round   boolean NOT NULL DEFAULT false
) WITH (fillfactor = 50);
CREATE INDEX object_wake_changed ON object_wake (changed_at);

-- Journeys that were ended in sets, without the lock of their people: those are to be looked at again. Written by the upkeep of
-- campaigns while some segment reads the campaign, gone within moments. Rows are only added and removed, so that nobody waits.
CREATE TABLE campaign_wake (
    wake_id      bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    person_id    bigint NOT NULL,
    workspace_id int NOT NULL,
    campaign_id  int NOT NULL,
    ended_at     timestamptz NOT NULL
);
