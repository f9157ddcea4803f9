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
  -- Wrong passwords in a row, and until when no password is looked at.
  failed_tries INT NOT NULL DEFAULT 0,
  locked_until BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY one_name (name)
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
  -- The operator's name, or ADMIN_TOKEN.
  actor VARCHAR(64) NOT NULL,
  role VARCHAR(12) NOT NULL,
  -- token, session
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
  KEY by_action (action)
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
-- What happened to orders, written in the transaction that did it: one row for all tickets that one
-- transaction changed in the same way.
CREATE TABLE IF NOT EXISTS order_event (
  position BIGINT NOT NULL AUTO_INCREMENT,
  -- created, paid, cancelled, refund_due, refunded
  kind VARCHAR(12) NOT NULL,
  sale_id BIGINT NOT NULL,
  product_id BIGINT NOT NULL,
  -- A JSON array.
  tickets MEDIUMTEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (position),
  KEY by_item (sale_id, product_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
-- next
-- How far the shop's webhook has been told, one row.
CREATE TABLE IF NOT EXISTS webhook_cursor (
  id INT NOT NULL,
  position BIGINT NOT NULL,
  attempts INT NOT NULL,
  next_try_at BIGINT NOT NULL,
  last_error VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (id)
) ENGINE = InnoDB;
-- next
-- Deliveries that were given up after their last try, for an operator to send again.
CREATE TABLE IF NOT EXISTS webhook_failure (
  id BIGINT NOT NULL AUTO_INCREMENT,
  first_position BIGINT NOT NULL,
  last_position BIGINT NOT NULL,
  attempts INT NOT NULL,
  error VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  -- failed, sent
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
  made_by VARCHAR(64) NOT NULL,
  created_at BIGINT NOT NULL,
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
  -- The copy that the crowd buys from; null once it is removed.
  copy_sale_id BIGINT NULL,
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
  KEY by_state (state)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
-- next
-- The sale that this one is a copy of: a rehearsal, which no buyer sees and the shop never hears of.
-- And when its keys, inbox and events were cleaned up; null before.
ALTER TABLE sale
  ADD COLUMN rehearsal_of BIGINT NULL,
  ADD COLUMN cleaned_at BIGINT NULL;
