-- Version 1. Times are milliseconds since 1970 in UTC. Keys are lower-case forms of names and addresses.
-- Numbers of endpoints, batches, users and folders are never used again: what remembers one means nothing else by it.
-- A status is never stored: it follows from the wish of the batch, the state of the user, and who holds a lease.

CREATE TABLE endpoint (
    id                    INTEGER PRIMARY KEY AUTOINCREMENT,
    guid                  BLOB NOT NULL UNIQUE,
    name                  TEXT NOT NULL,
    name_key              TEXT NOT NULL UNIQUE,
    role                  TEXT NOT NULL,
    place                 TEXT NOT NULL,            -- JSON
    place_key             TEXT NOT NULL,            -- what endpoints share that lead to the same server or tree
    max_migrations        INTEGER,                  -- NULL: unlimited
    max_incremental_syncs INTEGER,                  -- NULL: unlimited
    user_name             TEXT,
    password              BLOB,                     -- sealed
    admin_login_format    TEXT NOT NULL,
    login_separator       TEXT NOT NULL,
    oauth                 TEXT,                     -- JSON: how tokens are had, without what is secret of it
    oauth_proof           BLOB,                     -- sealed: what proves who asks for tokens
    refresh_token         BLOB,                     -- sealed: what a person who signed in is remembered by
    claims                TEXT,                     -- JSON: what the last token that was tested said of itself
    created_at            INTEGER NOT NULL,
    modified_at           INTEGER NOT NULL
) STRICT;

CREATE TABLE batch (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    guid         BLOB NOT NULL UNIQUE,
    name         TEXT NOT NULL,
    name_key     TEXT NOT NULL UNIQUE,
    wish         TEXT NOT NULL,
    source_id    INTEGER NOT NULL REFERENCES endpoint,
    target_id    INTEGER REFERENCES endpoint,
    options      TEXT NOT NULL,                     -- JSON
    analyze      INTEGER NOT NULL,                  -- of the options, what leases ask for
    incremental  INTEGER NOT NULL,
    start_after  INTEGER,
    submitted_by TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    started_at   INTEGER
) STRICT;
CREATE INDEX batch_source ON batch (source_id);
CREATE INDEX batch_target ON batch (target_id);

CREATE TABLE user (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    guid              BLOB NOT NULL UNIQUE,
    batch_id          INTEGER NOT NULL REFERENCES batch,
    line              INTEGER NOT NULL,
    address           TEXT NOT NULL,
    address_key       TEXT NOT NULL,
    user_name         TEXT NOT NULL,
    user_key          TEXT NOT NULL,
    password          BLOB,                         -- sealed
    user_root         TEXT,
    target_user_name  TEXT,
    target_key        TEXT NOT NULL,                -- of target_user_name, or else of the address
    target_password   BLOB,                         -- sealed
    due_at            INTEGER,                      -- 0: at once, whatever the clock says; so while a pass runs, as it may be lost
    attempts          INTEGER NOT NULL DEFAULT 0,
    epoch             INTEGER NOT NULL DEFAULT 0,   -- counts the leases
    lease_owner       TEXT,                         -- set while a pass runs: until it is given back, or its worker dead
    failed            INTEGER NOT NULL DEFAULT 0,
    sync_wanted       INTEGER,                      -- asked for: the first epoch whose pass answers it
    restore_wanted    INTEGER,                      -- the same of missing copies, until a pass that answers it has succeeded
    seeded_at         INTEGER,
    synced_at         INTEGER,
    failed_at         INTEGER,
    updated_at        INTEGER NOT NULL,
    error             TEXT,                         -- JSON
    score             INTEGER NOT NULL DEFAULT -1,  -- -1 none: nothing was checked; 0 perfect ... 3 poor
    thousandths       INTEGER NOT NULL DEFAULT 0,   -- how far the initial pass is; never falls
    source_items      INTEGER NOT NULL DEFAULT 0,
    source_bytes      INTEGER NOT NULL DEFAULT 0,
    synced_items      INTEGER NOT NULL DEFAULT 0,
    transferred_items INTEGER NOT NULL DEFAULT 0,
    transferred_bytes INTEGER NOT NULL DEFAULT 0,
    skipped_items     INTEGER NOT NULL DEFAULT 0,
    bytes_per_second  INTEGER NOT NULL DEFAULT 0,
    status_detail     TEXT NOT NULL DEFAULT '',
    current_folder    TEXT,
    queued_ms         INTEGER NOT NULL DEFAULT 0,
    in_progress_ms    INTEGER NOT NULL DEFAULT 0,
    stalled_ms        INTEGER NOT NULL DEFAULT 0,
    -- 8: a pass runs, 4: seeded, 2: failed, 1: a pass was asked for.
    state             INTEGER NOT NULL GENERATED ALWAYS AS
                      ((lease_owner IS NOT NULL) * 8 + (seeded_at IS NOT NULL) * 4 + failed * 2
                       + (sync_wanted IS NOT NULL)) VIRTUAL
) STRICT;
CREATE UNIQUE INDEX user_address ON user (address_key, batch_id);
CREATE INDEX user_mailboxes ON user (user_key, target_key);
CREATE INDEX user_state  ON user (batch_id, state, due_at);
CREATE INDEX user_seeded ON user (batch_id, seeded_at) WHERE seeded_at IS NOT NULL;
CREATE INDEX user_synced ON user (batch_id, synced_at) WHERE synced_at IS NOT NULL;

-- What Get-MigrationBatch adds up and leasing asks for, kept exact by the triggers below.
CREATE TABLE tally (
    batch_id          INTEGER NOT NULL REFERENCES batch ON DELETE CASCADE,
    state             INTEGER NOT NULL,
    score             INTEGER NOT NULL,
    users             INTEGER NOT NULL,
    opened            INTEGER NOT NULL,             -- of these, whose mailboxes have been looked into
    thousandths       INTEGER NOT NULL,
    source_items      INTEGER NOT NULL,
    source_bytes      INTEGER NOT NULL,
    synced_items      INTEGER NOT NULL,
    skipped_items     INTEGER NOT NULL,
    transferred_bytes INTEGER NOT NULL,
    PRIMARY KEY (batch_id, state, score)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER user_added AFTER INSERT ON user BEGIN
    INSERT INTO tally VALUES (new.batch_id, new.state, new.score, 1, new.seeded_at IS NOT NULL OR new.source_items > 0,
                              new.thousandths, new.source_items, new.source_bytes, new.synced_items, new.skipped_items,
                              new.transferred_bytes)
    ON CONFLICT DO UPDATE SET
        users             = users + 1,
        opened            = opened + excluded.opened,
        thousandths       = thousandths + excluded.thousandths,
        source_items      = source_items + excluded.source_items,
        source_bytes      = source_bytes + excluded.source_bytes,
        synced_items      = synced_items + excluded.synced_items,
        skipped_items     = skipped_items + excluded.skipped_items,
        transferred_bytes = transferred_bytes + excluded.transferred_bytes;
END;

CREATE TRIGGER user_removed AFTER DELETE ON user BEGIN
    UPDATE tally SET
        users             = users - 1,
        opened            = opened - (old.seeded_at IS NOT NULL OR old.source_items > 0),
        thousandths       = thousandths - old.thousandths,
        source_items      = source_items - old.source_items,
        source_bytes      = source_bytes - old.source_bytes,
        synced_items      = synced_items - old.synced_items,
        skipped_items     = skipped_items - old.skipped_items,
        transferred_bytes = transferred_bytes - old.transferred_bytes
    WHERE batch_id = old.batch_id AND state = old.state AND score = old.score;
END;

CREATE TRIGGER user_changed AFTER UPDATE OF batch_id, lease_owner, seeded_at, failed, sync_wanted, score, thousandths,
    source_items, source_bytes, synced_items, skipped_items, transferred_bytes ON user
BEGIN
    UPDATE tally SET
        users             = users - 1,
        opened            = opened - (old.seeded_at IS NOT NULL OR old.source_items > 0),
        thousandths       = thousandths - old.thousandths,
        source_items      = source_items - old.source_items,
        source_bytes      = source_bytes - old.source_bytes,
        synced_items      = synced_items - old.synced_items,
        skipped_items     = skipped_items - old.skipped_items,
        transferred_bytes = transferred_bytes - old.transferred_bytes
    WHERE batch_id = old.batch_id AND state = old.state AND score = old.score;
    INSERT INTO tally VALUES (new.batch_id, new.state, new.score, 1, new.seeded_at IS NOT NULL OR new.source_items > 0,
                              new.thousandths, new.source_items, new.source_bytes, new.synced_items, new.skipped_items,
                              new.transferred_bytes)
    ON CONFLICT DO UPDATE SET
        users             = users + 1,
        opened            = opened + excluded.opened,
        thousandths       = thousandths + excluded.thousandths,
        source_items      = source_items + excluded.source_items,
        source_bytes      = source_bytes + excluded.source_bytes,
        synced_items      = synced_items + excluded.synced_items,
        skipped_items     = skipped_items + excluded.skipped_items,
        transferred_bytes = transferred_bytes + excluded.transferred_bytes;
END;

CREATE TABLE folder (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id             INTEGER REFERENCES user,    -- NULL: forgotten, to be purged
    source_name         BLOB NOT NULL,
    source_uid_validity INTEGER,                    -- all 64 bits; NULL: unknown
    target_name         TEXT NOT NULL,
    target_uid_validity INTEGER,                    -- all 64 bits; NULL: unknown, so that UIDs mean nothing
    frontier            INTEGER,                    -- the target below this UID is accounted for; NULL: none of it is
    target_messages     INTEGER,                    -- how many the target had after the last pass; NULL: it was cut off
    made                INTEGER NOT NULL,           -- whether the target folder was made by us
    source_mailbox_id   TEXT,                       -- RFC 8474; NULL: not told
    target_mailbox_id   TEXT,
    in_step_uid_next    INTEGER,                    -- the source when all of it was in step; NULL: not told
    in_step_messages    INTEGER,                    -- NULL: it was not in step
    in_step_modseq      INTEGER,                    -- all 64 bits
    UNIQUE (user_id, source_name)
) STRICT;

-- Without a foreign key: this is the hot path, and what belongs to a folder goes before the folder does.
CREATE TABLE message (
    folder_id  INTEGER NOT NULL,
    source_uid INTEGER NOT NULL,
    target_uid INTEGER,                             -- NULL: not told, or the copy is gone
    size       INTEGER NOT NULL,
    digest     BLOB,                                -- of the bytes that were sent, if any were
    received   INTEGER,                             -- INTERNALDATE, seconds since 1970; NULL: unknown
    identity   BLOB,                                -- a digest of the Message-ID, else of other fields; NULL: unknown
    flags      TEXT NOT NULL,
    PRIMARY KEY (folder_id, source_uid)
) STRICT, WITHOUT ROWID;

-- Copies whose source message is gone. It may come back under another UID, and is not copied again then.
CREATE TABLE orphan (
    id         INTEGER PRIMARY KEY,
    folder_id  INTEGER NOT NULL,
    target_uid INTEGER,
    size       INTEGER NOT NULL,
    digest     BLOB,
    received   INTEGER,
    identity   BLOB,
    flags      TEXT NOT NULL
) STRICT;
CREATE INDEX orphan_folder ON orphan (folder_id);

CREATE TABLE report (
    id       INTEGER PRIMARY KEY,
    user_id  INTEGER REFERENCES user ON DELETE CASCADE,
    batch_id INTEGER REFERENCES batch ON DELETE CASCADE,
    at       INTEGER NOT NULL,
    text     TEXT NOT NULL,
    CHECK ((user_id IS NULL) <> (batch_id IS NULL))
) STRICT;
CREATE INDEX report_user  ON report (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX report_batch ON report (batch_id) WHERE batch_id IS NOT NULL;

CREATE TABLE skipped (
    id          INTEGER PRIMARY KEY,
    user_id     INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    folder_name TEXT NOT NULL,
    uid         INTEGER NOT NULL,                   -- 0: the folder as a whole
    kind        TEXT NOT NULL,
    item        TEXT NOT NULL,                      -- JSON
    UNIQUE (user_id, folder_name, uid, kind)
) STRICT;

CREATE TABLE worker (
    id             INTEGER PRIMARY KEY CHECK (id = 1),
    process_id     INTEGER,
    started_at     INTEGER,
    last_seen_at   INTEGER,
    version        TEXT,
    active_users   INTEGER NOT NULL DEFAULT 0,
    stop_requested INTEGER NOT NULL DEFAULT 0,
    nudges         INTEGER NOT NULL DEFAULT 0       -- how often somebody asked to try again what is waited for
) STRICT;
INSERT INTO worker (id) VALUES (1);
