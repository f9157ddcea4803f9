-- The back office: who works in it, what they changed, pictures, rehearsals, proofs, and what the
-- shop is told.

-- Operators. `name` is unique whatever its case.
CREATE TABLE operator (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL COLLATE NOCASE,
  -- viewer, operator, admin
  role TEXT NOT NULL,
  -- scrypt with its settings and salt.
  password_hash TEXT NOT NULL,
  disabled INTEGER NOT NULL DEFAULT 0,
  -- Wrong passwords in a row, and until when no password is looked at.
  failed_tries INTEGER NOT NULL DEFAULT 0,
  locked_until INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (name)
) STRICT;

-- A signed-in browser. The cookie's token is not kept, only its SHA-256.
CREATE TABLE operator_session (
  token_hash TEXT NOT NULL,
  operator_id INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (token_hash)
) STRICT;
CREATE INDEX operator_session_by_operator ON operator_session (operator_id);
CREATE INDEX operator_session_by_end ON operator_session (expires_at);

-- Every change that an operator asked for: written before it is tried, finished afterwards. A row
-- that stays `begun` is of a process that died in between.
CREATE TABLE audit_entry (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- The operator's name, or ADMIN_TOKEN.
  actor TEXT NOT NULL,
  role TEXT NOT NULL,
  -- token, session
  via TEXT NOT NULL,
  -- As in sale.change; and what it was done to, as in sale/7.
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  request_id TEXT NOT NULL,
  -- begun, done, refused, failed
  state TEXT NOT NULL,
  -- JSON; null where there was or is nothing.
  before_json TEXT,
  after_json TEXT,
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;
CREATE INDEX audit_entry_by_target ON audit_entry (target);
CREATE INDEX audit_entry_by_actor ON audit_entry (actor);
CREATE INDEX audit_entry_by_action ON audit_entry (action);

-- Pictures, each named by what is in it, so that a name never shows anything else.
CREATE TABLE media_file (
  name TEXT NOT NULL,
  content_type TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  -- Base64.
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (name)
) STRICT;

-- What happened to orders, written in the transaction that did it: one row for all tickets that one
-- transaction changed in the same way.
CREATE TABLE order_event (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  -- created, paid, cancelled, refund_due, refunded
  kind TEXT NOT NULL,
  sale_id INTEGER NOT NULL,
  product_id INTEGER NOT NULL,
  -- A JSON array.
  tickets TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX order_event_by_item ON order_event (sale_id, product_id);

-- How far the shop's webhook has been told, one row.
CREATE TABLE webhook_cursor (
  id INTEGER NOT NULL,
  position INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  next_try_at INTEGER NOT NULL,
  last_error TEXT,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (id)
) STRICT;

-- Deliveries that were given up after their last try, for an operator to send again.
CREATE TABLE webhook_failure (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  first_position INTEGER NOT NULL,
  last_position INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  error TEXT NOT NULL,
  -- failed, sent
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_failure_by_state ON webhook_failure (state);

-- Proofs that were made, each naming the head of the one before, and their text in pieces.
CREATE TABLE proof_bundle (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sale_id INTEGER NOT NULL,
  -- making, done, failed
  state TEXT NOT NULL,
  -- Hex SHA-256 of the chain's end; null while it is made.
  head TEXT,
  previous_head TEXT,
  -- Base64url of the raw Ed25519 key.
  public_key TEXT NOT NULL,
  tickets INTEGER NOT NULL DEFAULT 0,
  ok INTEGER NOT NULL DEFAULT 0,
  -- JSON: the totals and invariants, or why it failed.
  summary TEXT,
  made_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;
CREATE INDEX proof_bundle_by_sale ON proof_bundle (sale_id);

CREATE TABLE proof_part (
  bundle_id INTEGER NOT NULL,
  part INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (bundle_id, part)
) STRICT;

-- Public keys that ever signed a proof, so that an old proof can still be checked.
CREATE TABLE proof_key (
  public_key TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (public_key)
) STRICT;

CREATE TABLE rehearsal (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sale_id INTEGER NOT NULL,
  -- The copy that the crowd buys from; null once it is removed.
  copy_sale_id INTEGER,
  -- running, passed, failed
  state TEXT NOT NULL,
  -- JSON: steps with counts and times.
  report TEXT,
  started_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- Raised while it runs: a rehearsal that nobody carries on any more is cleared away.
  alive_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;
CREATE INDEX rehearsal_by_sale ON rehearsal (sale_id);
CREATE INDEX rehearsal_by_state ON rehearsal (state);

-- The sale that this one is a copy of: a rehearsal, which no buyer sees and the shop never hears of.
-- And when its keys, inbox and events were cleaned up; null before.
ALTER TABLE sale ADD COLUMN rehearsal_of INTEGER;
ALTER TABLE sale ADD COLUMN cleaned_at INTEGER;
