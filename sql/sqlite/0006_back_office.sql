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
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (name)
) STRICT;

-- Wrong passwords in a row by name, whether or not there is such an operator, and until when no
-- password of it is looked at. Forgotten when it was left alone for hours.
CREATE TABLE operator_try (
  -- In small letters.
  name TEXT NOT NULL,
  failed INTEGER NOT NULL,
  locked_until INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (name)
) STRICT;
CREATE INDEX operator_try_by_update ON operator_try (updated_at);

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
  -- The operator's name, or ADMIN_TOKEN; as it was written first, whatever its case.
  actor TEXT NOT NULL COLLATE NOCASE,
  -- viewer, operator, admin; none of who was not let in
  role TEXT NOT NULL,
  -- token, session, password
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
CREATE INDEX audit_entry_by_time ON audit_entry (created_at);

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

-- What happened to orders, written in the transaction that did it: one row for all orders of one
-- item that one transaction changed in the same way and whose ids are in one stretch of 4,096. The
-- shop is told of it, and the numbers behind the lists of orders are made of it.
CREATE TABLE order_event (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  -- created, paid, cancelled, refund_due, refunded, refused
  kind TEXT NOT NULL,
  -- The status before; null for orders that are new.
  was TEXT,
  sale_id INTEGER NOT NULL,
  product_id INTEGER NOT NULL,
  -- 0 for what the shop never hears of: refusals, and rehearsals.
  told INTEGER NOT NULL,
  -- The lowest id of the orders, and how many they are.
  first_id INTEGER NOT NULL,
  order_count INTEGER NOT NULL,
  -- Which orders: those of a message, from the first id on, or the tickets in a JSON array.
  message_id TEXT,
  tickets TEXT,
  -- 1 once it is added up in order_tally; before that the row must not be deleted.
  tallied INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX order_event_by_item ON order_event (sale_id, product_id);
CREATE INDEX order_event_by_tally ON order_event (tallied);

-- How many orders of a sale have which status, by stretches of 4,096 ids, so that a list of a
-- million can be counted and entered anywhere without walking through it. Nobody who changes an
-- order waits for a counter: events are added up here later, and until then both are read together.
CREATE TABLE order_tally (
  sale_id INTEGER NOT NULL,
  stretch INTEGER NOT NULL,
  status TEXT NOT NULL,
  order_count INTEGER NOT NULL,
  PRIMARY KEY (sale_id, stretch, status)
) STRICT, WITHOUT ROWID;
INSERT INTO order_tally (sale_id, stretch, status, order_count)
SELECT sale_id, id / 4096, status, COUNT(*) FROM orders GROUP BY 1, 2, 3;

-- How far the shop's webhook has been told, one row once there is a webhook: the last event that is
-- behind it, by row of order_event and place among its orders, from 0.
CREATE TABLE webhook_cursor (
  id INTEGER NOT NULL,
  position INTEGER NOT NULL,
  event_index INTEGER NOT NULL,
  -- The last event of the delivery that is under way, so that a retry sends the same ones.
  until_position INTEGER,
  until_index INTEGER,
  attempts INTEGER NOT NULL,
  next_try_at INTEGER NOT NULL,
  last_error TEXT,
  delivered_at INTEGER,
  -- What workers told of themselves: where they send to (null: nowhere), and when they did last.
  url TEXT,
  seen_at INTEGER,
  -- A test that an operator asked for, and its answer as JSON once there is one.
  test_id TEXT,
  test_asked_at INTEGER,
  test_answer TEXT,
  PRIMARY KEY (id)
) STRICT;

-- Deliveries that were given up after their last try, for an operator to send again.
CREATE TABLE webhook_failure (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  first_position INTEGER NOT NULL,
  first_index INTEGER NOT NULL,
  last_position INTEGER NOT NULL,
  last_index INTEGER NOT NULL,
  event_count INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  error TEXT NOT NULL,
  -- failed, waiting (to be sent again), sent
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
  -- Whether it names buyers, and whether a clean-up made it.
  names_buyers INTEGER NOT NULL DEFAULT 0,
  is_final INTEGER NOT NULL DEFAULT 0,
  made_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- Raised while it is made: what nobody goes on making is given up.
  alive_at INTEGER NOT NULL,
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
  -- The copy that the crowd buys from; stays after it is removed, so that a message of it that comes
  -- late is known as one.
  copy_sale_id INTEGER,
  -- When nothing of the copy was left.
  removed_at INTEGER,
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
CREATE INDEX rehearsal_by_copy ON rehearsal (copy_sale_id);

-- So that the page of an order finds what was parked of it.
CREATE INDEX parked_message_by_ticket ON parked_message (ticket);

-- The sale that this one is a copy of: a rehearsal, which no buyer sees and the shop never hears of.
-- And when its keys, inbox and events were cleaned up; null before.
ALTER TABLE sale ADD COLUMN rehearsal_of INTEGER;
ALTER TABLE sale ADD COLUMN cleaned_at INTEGER;

-- Where a message comes from (JSON): beside its text, which the ledger wrote and the inbox knows.
ALTER TABLE queue_message ADD COLUMN trail TEXT;
