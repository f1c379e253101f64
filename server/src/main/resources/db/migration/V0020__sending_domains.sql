-- Domains that mails are signed for (DKIM, RFC 6376).
CREATE TABLE sending_domain (
    workspace_id int NOT NULL,
    domain_id    int NOT NULL GENERATED ALWAYS AS IDENTITY,
    domain       text NOT NULL,                         -- in lower case, ASCII
    selector     text NOT NULL,                         -- names the key in the DNS: selector._domainkey.domain
    private_key  bytea NOT NULL,                        -- PKCS#8, sealed (class SecretBox)
    public_key   bytea NOT NULL,                        -- SubjectPublicKeyInfo
    verified_at  timestamptz,                           -- when the key was last found in the DNS; NULL: not, or no longer
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, domain_id),
    UNIQUE (workspace_id, domain)
);
