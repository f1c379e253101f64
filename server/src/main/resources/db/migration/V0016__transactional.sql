-- Messages an application sends to one person at a time, filled with its own data (app-messaging §2, §3).

-- Number 1 of each workspace stands for what is sent without a template and has no row.
CREATE TABLE transactional_message (
    workspace_id         int NOT NULL,
    message_id           int NOT NULL,                  -- counts up from 2 in each workspace; never given again, so rows stay
    channel              text NOT NULL,
    name                 text NOT NULL,
    description          text NOT NULL DEFAULT '',
    trigger_name         text,                          -- as callers may name it, in any case; NULL: by number alone
    send_to_unsubscribed boolean NOT NULL DEFAULT true,
    queue_drafts         boolean NOT NULL DEFAULT false,
    hide_body            boolean NOT NULL DEFAULT false, -- what was sent is not kept
    version              int NOT NULL DEFAULT 1,        -- moves with every change of it or its contents
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    deleted_at           timestamptz,
    PRIMARY KEY (workspace_id, message_id)
);
CREATE UNIQUE INDEX transactional_message_trigger ON transactional_message (workspace_id, lower(trigger_name))
 WHERE trigger_name IS NOT NULL AND deleted_at IS NULL;

-- What it says: once in the default language ('') and once in each further one.
CREATE TABLE transactional_content (
    content_id   int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    workspace_id int NOT NULL,
    message_id   int NOT NULL,
    language     text NOT NULL,                         -- a tag such as nl-BE, as it was written; compared in lower case
    content      json NOT NULL,                         -- subject, body, body_plain, from, reply_to, to, preheader, headers
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL
);
CREATE UNIQUE INDEX transactional_content_language ON transactional_content (workspace_id, message_id, lower(language));

ALTER TABLE delivery
    ADD COLUMN transactional_id int,                    -- number of the transactional message; NULL: sent by something else
    ADD COLUMN forgotten boolean NOT NULL DEFAULT false; -- what was sent is not kept
CREATE INDEX delivery_transactional ON delivery (workspace_id, transactional_id, created_at) WHERE transactional_id IS NOT NULL;

-- What a caller said for one delivery alone, until it is over. May be large: attachments are in it.
CREATE TABLE send_request (
    delivery_id  bigint PRIMARY KEY,
    workspace_id int NOT NULL,
    request      text NOT NULL                          -- JSON (class SendRequest)
);

-- Which calls have been answered with which delivery, so that a call that is sent again sends no second message.
CREATE TABLE send_key (
    workspace_id int NOT NULL,
    key          bytea NOT NULL,                        -- SHA-256 of what makes the call the same
    delivery_id  bigint NOT NULL,
    created_at   timestamptz NOT NULL,                  -- of the delivery
    PRIMARY KEY (workspace_id, key)
);
CREATE INDEX send_key_age ON send_key USING brin (created_at);
