-- The back office: who works in it, what they changed, pictures, rehearsals, proofs, and what the
-- shop is told.

-- Operators. `name` is unique whatever its case.
CREATE TABLE IF NOT EXISTS operator (
  id BIGINT NOT NULL AUTO_INCREMENT,
  name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  -- viewer, operator, admin
  role VARCHAR(12) NOT NULL,
  -- scrypt with its settings and salt.
  password_hash VARCHAR(255) NOT NULL,
  disabled TINYINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY one_name (name)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
-- next
-- Wrong passwords in a row by name, whether or not there is such an operator, and until when no
-- password of it is looked at. Forgotten when it was left alone for hours.
CREATE TABLE IF NOT EXISTS operator_try (
  -- In small letters.
  name VARCHAR(64) NOT NULL,
  failed INT NOT NULL,
  locked_until BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (name),
  KEY by_update (updated_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
-- next
-- A signed-in browser. The cookie's token is not kept, only its SHA-256.
CREATE TABLE IF NOT EXISTS operator_session (
  token_hash CHAR(64) NOT NULL,
  operator_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (token_hash),
  KEY by_operator (operator_id),
  KEY by_end (expires_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
-- next
-- Every change that an operator asked for: written before it is tried, finished afterwards. A row
-- that stays `begun` is of a process that died in between.
CREATE TABLE IF NOT EXISTS audit_entry (
  id BIGINT NOT NULL AUTO_INCREMENT,
  -- The operator's name, or ADMIN_TOKEN; as it was written first, whatever its case.
  actor VARCHAR(64) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  -- viewer, operator, admin; none of who was not let in
  role VARCHAR(12) NOT NULL,
  -- token, session, password
  via VARCHAR(12) NOT NULL,
  -- As in sale.change; and what it was done to, as in sale/7.
  action VARCHAR(64) NOT NULL,
  target VARCHAR(160) NOT NULL,
  request_id VARCHAR(64) NOT NULL,
  -- begun, done, refused, failed
  state VARCHAR(8) NOT NULL,
  -- JSON; null where there was or is nothing.
  before_json MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  after_json MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  created_at BIGINT NOT NULL,
  finished_at BIGINT NULL,
  PRIMARY KEY (id),
  KEY by_target (target),
  KEY by_actor (actor),
  KEY by_action (action),
  KEY by_time (created_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
-- next
-- Pictures, each named by what is in it, so that a name never shows anything else.
CREATE TABLE IF NOT EXISTS media_file (
  name VARCHAR(100) NOT NULL,
  content_type VARCHAR(40) NOT NULL,
  width INT NOT NULL,
  height INT NOT NULL,
  bytes INT NOT NULL,
  -- Base64.
  body MEDIUMTEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (name)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
-- next
-- What happened to orders, written in the transaction that did it: one row for all orders of one
-- item that one transaction changed in the same way and whose ids are in one stretch of 4,096. The
-- shop is told of it, and the numbers behind the lists of orders are made of it.
CREATE TABLE IF NOT EXISTS order_event (
  position BIGINT NOT NULL AUTO_INCREMENT,
  -- created, paid, cancelled, refund_due, refunded, refused
  kind VARCHAR(12) NOT NULL,
  -- The status before; null for orders that are new.
  was VARCHAR(12) NULL,
  sale_id BIGINT NOT NULL,
  product_id BIGINT NOT NULL,
  -- 0 for what the shop never hears of: refusals, and rehearsals.
  told TINYINT NOT NULL,
  -- The lowest id of the orders, and how many they are.
  first_id BIGINT NOT NULL,
  order_count INT NOT NULL,
  -- Which orders: those of a message, from the first id on, or the tickets in a JSON array.
  message_id VARCHAR(64) NULL,
  tickets MEDIUMTEXT NULL,
  -- 1 once it is added up in order_tally; before that the row must not be deleted.
  tallied TINYINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (position),
  KEY by_item (sale_id, product_id),
  KEY by_tally (tallied)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
-- next
-- How many orders of a sale have which status, by stretches of 4,096 ids, so that a list of a
-- million can be counted and entered anywhere without walking through it. Nobody who changes an
-- order waits for a counter: events are added up here later, and until then both are read together.
CREATE TABLE IF NOT EXISTS order_tally (
  sale_id BIGINT NOT NULL,
  stretch BIGINT NOT NULL,
  status VARCHAR(12) NOT NULL,
  order_count BIGINT NOT NULL,
  PRIMARY KEY (sale_id, stretch, status)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
-- next
INSERT INTO order_tally (sale_id, stretch, status, order_count)
SELECT sale_id, id DIV 4096, status, COUNT(*) FROM orders
 WHERE NOT EXISTS (SELECT 1 FROM order_tally) AND NOT EXISTS (SELECT 1 FROM order_event)
 GROUP BY sale_id, id DIV 4096, status;
-- next
-- How far the shop's webhook has been told, one row once there is a webhook: the last event that is
-- behind it, by row of order_event and place among its orders, from 0.
CREATE TABLE IF NOT EXISTS webhook_cursor (
  id INT NOT NULL,
  position BIGINT NOT NULL,
  event_index INT NOT NULL,
  -- The last event of the delivery that is under way, so that a retry sends the same ones.
  until_position BIGINT NULL,
  until_index INT NULL,
  attempts INT NOT NULL,
  next_try_at BIGINT NOT NULL,
  last_error VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  delivered_at BIGINT NULL,
  -- What workers told of themselves: where they send to (null: nowhere), and when they did last.
  url VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  seen_at BIGINT NULL,
  -- A test that an operator asked for, and its answer as JSON once there is one.
  test_id VARCHAR(64) NULL,
  test_asked_at BIGINT NULL,
  test_answer VARCHAR(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  PRIMARY KEY (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
-- next
-- Deliveries that were given up after their last try, for an operator to send again.
CREATE TABLE IF NOT EXISTS webhook_failure (
  id BIGINT NOT NULL AUTO_INCREMENT,
  first_position BIGINT NOT NULL,
  first_index INT NOT NULL,
  last_position BIGINT NOT NULL,
  last_index INT NOT NULL,
  event_count INT NOT NULL,
  attempts INT NOT NULL,
  error VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  -- failed, waiting (to be sent again), sent
  state VARCHAR(8) NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  KEY by_state (state)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
-- next
-- Proofs that were made, each naming the head of the one before, and their text in pieces.
CREATE TABLE IF NOT EXISTS proof_bundle (
  id BIGINT NOT NULL AUTO_INCREMENT,
  sale_id BIGINT NOT NULL,
  -- making, done, failed
  state VARCHAR(8) NOT NULL,
  -- Hex SHA-256 of the chain's end; null while it is made.
  head CHAR(64) NULL,
  previous_head CHAR(64) NULL,
  -- Base64url of the raw Ed25519 key.
  public_key VARCHAR(64) NOT NULL,
  tickets BIGINT NOT NULL DEFAULT 0,
  ok TINYINT NOT NULL DEFAULT 0,
  -- JSON: the totals and invariants, or why it failed.
  summary MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  -- Whether it names buyers, and whether a clean-up made it.
  names_buyers TINYINT NOT NULL DEFAULT 0,
  is_final TINYINT NOT NULL DEFAULT 0,
  made_by VARCHAR(64) NOT NULL,
  created_at BIGINT NOT NULL,
  -- Raised while it is made: what nobody goes on making is given up.
  alive_at BIGINT NOT NULL,
  finished_at BIGINT NULL,
  PRIMARY KEY (id),
  KEY by_sale (sale_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
-- next
CREATE TABLE IF NOT EXISTS proof_part (
  bundle_id BIGINT NOT NULL,
  part INT NOT NULL,
  body MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (bundle_id, part)
) ENGINE = InnoDB;
-- next
-- Public keys that ever signed a proof, so that an old proof can still be checked.
CREATE TABLE IF NOT EXISTS proof_key (
  public_key VARCHAR(64) NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (public_key)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
-- next
CREATE TABLE IF NOT EXISTS rehearsal (
  id BIGINT NOT NULL AUTO_INCREMENT,
  sale_id BIGINT NOT NULL,
  -- The copy that the crowd buys from; stays after it is removed, so that a message of it that comes
  -- late is known as one.
  copy_sale_id BIGINT NULL,
  -- When nothing of the copy was left.
  removed_at BIGINT NULL,
  -- running, passed, failed
  state VARCHAR(8) NOT NULL,
  -- JSON: steps with counts and times.
  report MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  started_by VARCHAR(64) NOT NULL,
  created_at BIGINT NOT NULL,
  -- Raised while it runs: a rehearsal that nobody carries on any more is cleared away.
  alive_at BIGINT NOT NULL,
  finished_at BIGINT NULL,
  PRIMARY KEY (id),
  KEY by_sale (sale_id),
  KEY by_state (state),
  KEY by_copy (copy_sale_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
-- next
-- So that the page of an order finds what was parked of it.
ALTER TABLE parked_message ADD KEY by_ticket (ticket);
-- next
-- The sale that this one is a copy of: a rehearsal, which no buyer sees and the shop never hears of.
-- And when its keys, inbox and events were cleaned up; null before.
ALTER TABLE sale
  ADD COLUMN rehearsal_of BIGINT NULL,
  ADD COLUMN cleaned_at BIGINT NULL;
