-- The record of the services profile, for MySQL 8.4 and MariaDB 10.11.
--
-- A line "-- next" ends a statement; the runner splits there. DDL commits by itself, so every
-- statement must do nothing when it is run a second time after a crash in between.
--
-- Times are BIGINT ms UTC. Ids, tickets and codes are case-sensitive ASCII; texts for people are
-- utf8mb4. `orders` carries no foreign keys: the writer holds the lock of its sale_item row.

CREATE TABLE IF NOT EXISTS product (
  id BIGINT NOT NULL AUTO_INCREMENT,
  name VARCHAR(255) NOT NULL,
  subtitle VARCHAR(1000) NOT NULL,
  description MEDIUMTEXT NOT NULL,
  -- A JSON array of paths.
  images MEDIUMTEXT NOT NULL,
  price BIGINT NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  CHECK (price >= 0)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- next
CREATE TABLE IF NOT EXISTS sale (
  id BIGINT NOT NULL AUTO_INCREMENT,
  title VARCHAR(255) NOT NULL,
  starts_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  -- draft, published, closed
  status VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  paused TINYINT NOT NULL DEFAULT 0,
  min_level BIGINT NOT NULL,
  -- always, suspicious, off
  captcha VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  rate_per_second INT NOT NULL,
  burst INT NOT NULL,
  user_per_minute INT NOT NULL,
  ip_per_minute INT NOT NULL,
  payment_window_s INT NOT NULL,
  closed_at BIGINT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  KEY by_status (status, ends_at),
  CHECK (ends_at > starts_at),
  CHECK (payment_window_s > 0)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- next
CREATE TABLE IF NOT EXISTS sale_item (
  sale_id BIGINT NOT NULL,
  product_id BIGINT NOT NULL,
  -- The place in the sale's list, from 0.
  position INT NOT NULL,
  price BIGINT NOT NULL,
  currency CHAR(3) NOT NULL,
  per_user_limit INT NOT NULL,
  -- Put on sale; -1 is unlimited.
  stock BIGINT NOT NULL,
  -- Live quantity: unpaid and paid.
  sold BIGINT NOT NULL DEFAULT 0,
  -- The highest epoch begun, that of the last snapshot, that which origins use (0 = closed), and
  -- the highest whose barrier a worker has met.
  epoch BIGINT NOT NULL DEFAULT 0,
  ledger_epoch BIGINT NOT NULL DEFAULT 0,
  open_epoch BIGINT NOT NULL DEFAULT 0,
  drained_epoch BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (sale_id, product_id),
  KEY by_product (product_id),
  CONSTRAINT sale_item_sale FOREIGN KEY (sale_id) REFERENCES sale (id),
  CONSTRAINT sale_item_product FOREIGN KEY (product_id) REFERENCES product (id),
  CHECK (price >= 0),
  CHECK (per_user_limit > 0),
  CHECK (stock >= -1 AND stock <= 1000000000),
  CHECK (sold >= 0),
  CHECK (stock < 0 OR sold <= stock)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
-- next
CREATE TABLE IF NOT EXISTS orders (
  id BIGINT NOT NULL AUTO_INCREMENT,
  ticket VARCHAR(120) NOT NULL,
  sale_id BIGINT NOT NULL,
  product_id BIGINT NOT NULL,
  user_id VARCHAR(64) NOT NULL,
  seq BIGINT NOT NULL,
  quantity INT NOT NULL,
  request_id VARCHAR(128) NOT NULL,
  message_id VARCHAR(64) NOT NULL,
  -- Minor units of the currency.
  amount BIGINT NOT NULL,
  currency CHAR(3) NOT NULL,
  -- unpaid, paid, cancelled, refused, refund_due, refunded
  status VARCHAR(12) NOT NULL,
  reason VARCHAR(64) NULL,
  -- 1 while it holds stock, else NULL, so that the unique key sees live rows only.
  live TINYINT NULL,
  pay_by BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY one_ticket (ticket),
  UNIQUE KEY one_live (sale_id, product_id, user_id, live),
  -- Every one of these ends in the primary key, which gives "newest first" and paging.
  KEY due (status, pay_by),
  KEY by_user (user_id),
  KEY by_item (sale_id, product_id),
  KEY by_sale_status (sale_id, status),
  CHECK (quantity BETWEEN 1 AND 1000000000),
  CHECK (live IS NULL OR live = 1)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
-- next
CREATE TABLE IF NOT EXISTS inbox (
  message_id VARCHAR(64) NOT NULL,
  -- SHA-256 of the message's text, hex.
  content_hash CHAR(64) NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (message_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
-- next
CREATE TABLE IF NOT EXISTS stock_event (
  position BIGINT NOT NULL AUTO_INCREMENT,
  id VARCHAR(140) NOT NULL,
  sale_id BIGINT NOT NULL,
  product_id BIGINT NOT NULL,
  -- restock, drop, top_up, take_back
  kind VARCHAR(12) NOT NULL,
  ticket VARCHAR(120) NULL,
  delta BIGINT NOT NULL,
  ledger_epoch BIGINT NOT NULL,
  -- pending, done, void
  state VARCHAR(8) NOT NULL,
  created_at BIGINT NOT NULL,
  -- When the answer of the ledger was written down.
  applied_at BIGINT NULL,
  PRIMARY KEY (position),
  UNIQUE KEY one_id (id),
  UNIQUE KEY one_event_per_ticket (ticket),
  KEY by_state (state)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
-- next
CREATE TABLE IF NOT EXISTS payment (
  id BIGINT NOT NULL AUTO_INCREMENT,
  event_id VARCHAR(128) NOT NULL,
  payment_id VARCHAR(128) NOT NULL,
  ticket VARCHAR(120) NOT NULL,
  amount BIGINT NOT NULL,
  currency CHAR(3) NOT NULL,
  -- stored, applied, refund_due, refunded
  state VARCHAR(12) NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY one_event (event_id),
  UNIQUE KEY one_payment (payment_id),
  KEY by_ticket (ticket),
  KEY by_state (state)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
-- next
CREATE TABLE IF NOT EXISTS parked_message (
  id BIGINT NOT NULL AUTO_INCREMENT,
  message_id VARCHAR(255) NOT NULL,
  -- The one ticket that was poison; NULL when the whole message is kept.
  ticket VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NULL,
  content LONGTEXT NOT NULL,
  content_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason VARCHAR(500) NOT NULL,
  -- How often an operator replayed it.
  attempts INT NOT NULL DEFAULT 0,
  replayed_ticket VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY one_content (content_hash)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- next
CREATE TABLE IF NOT EXISTS catalog_version (
  id INT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (id)
) ENGINE = InnoDB;
-- next
INSERT INTO catalog_version (id, version)
SELECT 1, 1 FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM catalog_version WHERE id = 1);
