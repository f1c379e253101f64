-- The plain table of the bare ceiling: what a server that only stores calls would write.
CREATE TABLE operation (
    path text NOT NULL,
    name text NOT NULL,
    body text NOT NULL
);
