-- Times are milliseconds since 1970 (UTC). A key is an e-mail address in lower case.
BEGIN;
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    client_id TEXT,
    client_secret_hash TEXT,
    any_sender INTEGER NOT NULL,
    token_minutes REAL NOT NULL,
    hourly_limit INTEGER NOT NULL,
    monthly_limit INTEGER NOT NULL,
    hour_started_at INTEGER NOT NULL DEFAULT 0,
    calls_this_hour INTEGER NOT NULL DEFAULT 0,
    month TEXT NOT NULL DEFAULT '',
    calls_this_month INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE token (
    digest BLOB PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX token_account ON token (account_id);

CREATE TABLE sender (
    account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    key TEXT NOT NULL,
    PRIMARY KEY (account_id, key)
) WITHOUT ROWID;

CREATE TABLE recipient_field (
    account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    name TEXT NOT NULL,
    is_system INTEGER NOT NULL,
    PRIMARY KEY (account_id, name)
) WITHOUT ROWID;

CREATE TABLE list (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    name TEXT NOT NULL,
    recipient_count INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX list_account ON list (account_id, id);

CREATE TABLE list_member (
    list_id INTEGER NOT NULL REFERENCES list ON DELETE CASCADE,
    key TEXT NOT NULL,
    email TEXT NOT NULL,
    fields TEXT,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (list_id, key)
) WITHOUT ROWID;

CREATE TABLE suppression (
    account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    key TEXT NOT NULL,
    email TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (account_id, key)
) WITHOUT ROWID;

CREATE TABLE refusal (
    account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    key TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (account_id, key)
) WITHOUT ROWID;

CREATE TABLE template (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    html TEXT NOT NULL
);
CREATE INDEX template_account ON template (account_id, id);

CREATE TABLE campaign (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    external_id TEXT NOT NULL,
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    description TEXT NOT NULL,
    from_name TEXT NOT NULL,
    from_email TEXT NOT NULL,
    reply_redirect_email TEXT,
    test_email TEXT,
    template_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    status TEXT NOT NULL DEFAULT 'draft',
    list_name TEXT,
    seed INTEGER,
    speed REAL,  -- NULL: at once
    sending_at INTEGER,
    sending_ends_at INTEGER,
    ends_at INTEGER,
    recipient_count INTEGER NOT NULL DEFAULT 0,
    emails_sent INTEGER NOT NULL DEFAULT 0,
    hard_bounces INTEGER NOT NULL DEFAULT 0,
    soft_bounces INTEGER NOT NULL DEFAULT 0,
    unsubscribes INTEGER NOT NULL DEFAULT 0,
    total_clicks INTEGER NOT NULL DEFAULT 0,
    unique_clicks INTEGER NOT NULL DEFAULT 0,
    total_opens INTEGER NOT NULL DEFAULT 0,
    unique_opens INTEGER NOT NULL DEFAULT 0,
    total_forwards INTEGER NOT NULL DEFAULT 0,
    unique_forwards INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX campaign_account ON campaign (account_id, id);
CREATE INDEX campaign_external_id ON campaign (account_id, external_id, id);
CREATE INDEX campaign_under_way ON campaign (id) WHERE status IN ('scheduled', 'sending');

-- Positions count from 0 without gaps in the order of the addresses: a page is a range of them.
CREATE TABLE campaign_recipient (
    campaign_id INTEGER NOT NULL REFERENCES campaign ON DELETE CASCADE,
    position INTEGER NOT NULL,
    email TEXT NOT NULL,
    bounce INTEGER NOT NULL DEFAULT 0,
    opens INTEGER NOT NULL DEFAULT 0,
    clicks INTEGER NOT NULL DEFAULT 0,
    forwards INTEGER NOT NULL DEFAULT 0,
    unsubscribes INTEGER NOT NULL DEFAULT 0,
    first_open INTEGER,
    last_open INTEGER,
    first_click INTEGER,
    last_click INTEGER,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (campaign_id, position)
) WITHOUT ROWID;

CREATE INDEX campaign_recipient_updated ON campaign_recipient (campaign_id, updated_at);

-- What will happen in launched campaigns; a row goes away when it has happened.
CREATE TABLE event (
    at INTEGER NOT NULL,
    campaign_id INTEGER NOT NULL REFERENCES campaign ON DELETE CASCADE,
    position INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    PRIMARY KEY (at, campaign_id, position, sequence)
) WITHOUT ROWID;

-- How much happened in each stretch of a campaign's time, for its chart.
CREATE TABLE activity (
    campaign_id INTEGER NOT NULL REFERENCES campaign ON DELETE CASCADE,
    bucket INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (campaign_id, bucket, kind)
) WITHOUT ROWID;

CREATE TABLE call (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    account TEXT,
    operation TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    query TEXT NOT NULL,
    items INTEGER,
    status INTEGER NOT NULL,
    code TEXT NOT NULL,
    fault TEXT NOT NULL,
    milliseconds REAL NOT NULL
);
CREATE TABLE call_count (
    operation TEXT PRIMARY KEY,
    calls INTEGER NOT NULL,
    failures INTEGER NOT NULL
) WITHOUT ROWID;
COMMIT;
