-- The record of the embedded profile: the same tables as in sql/mysql, in SQLite's words.
-- Times are INTEGER ms UTC. All of it runs in one transaction.

CREATE TABLE product (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL CHECK (length(name) <= 255),
  subtitle TEXT NOT NULL CHECK (length(subtitle) <= 1000),
  description TEXT NOT NULL,
  -- A JSON array of paths.
  images TEXT NOT NULL,
  price INTEGER NOT NULL CHECK (price >= 0),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sale (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  title TEXT NOT NULL CHECK (length(title) <= 255),
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL CHECK (ends_at > starts_at),
  -- draft, published, closed
  status TEXT NOT NULL,
  paused INTEGER NOT NULL DEFAULT 0,
  min_level INTEGER NOT NULL,
  -- always, suspicious, off
  captcha TEXT NOT NULL,
  rate_per_second INTEGER NOT NULL,
  burst INTEGER NOT NULL,
  user_per_minute INTEGER NOT NULL,
  ip_per_minute INTEGER NOT NULL,
  payment_window_s INTEGER NOT NULL CHECK (payment_window_s > 0),
  closed_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sale_by_status ON sale (status, ends_at);

CREATE TABLE sale_item (
  sale_id INTEGER NOT NULL REFERENCES sale (id),
  product_id INTEGER NOT NULL REFERENCES product (id),
  -- The place in the sale's list, from 0.
  position INTEGER NOT NULL,
  price INTEGER NOT NULL CHECK (price >= 0),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  per_user_limit INTEGER NOT NULL CHECK (per_user_limit > 0),
  -- Put on sale; -1 is unlimited.
  stock INTEGER NOT NULL CHECK (stock >= -1 AND stock <= 1000000000),
  -- Live quantity: unpaid and paid.
  sold INTEGER NOT NULL DEFAULT 0 CHECK (sold >= 0),
  -- The highest epoch begun, that of the last snapshot, that which origins use (0 = closed), and
  -- the highest whose barrier a worker has met.
  epoch INTEGER NOT NULL DEFAULT 0,
  ledger_epoch INTEGER NOT NULL DEFAULT 0,
  open_epoch INTEGER NOT NULL DEFAULT 0,
  drained_epoch INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (sale_id, product_id),
  CHECK (stock < 0 OR sold <= stock)
) STRICT, WITHOUT ROWID;

CREATE INDEX sale_item_by_product ON sale_item (product_id);

CREATE TABLE orders (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket TEXT NOT NULL CHECK (length(ticket) <= 120),
  sale_id INTEGER NOT NULL,
  product_id INTEGER NOT NULL,
  user_id TEXT NOT NULL CHECK (length(user_id) <= 64),
  seq INTEGER NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 1000000000),
  request_id TEXT NOT NULL CHECK (length(request_id) <= 128),
  message_id TEXT NOT NULL CHECK (length(message_id) <= 64),
  -- Minor units of the currency.
  amount INTEGER NOT NULL,
  currency TEXT NOT NULL,
  -- unpaid, paid, cancelled, refused, refund_due, refunded
  status TEXT NOT NULL,
  reason TEXT,
  -- 1 while it holds stock, else NULL, so that the unique key sees live rows only.
  live INTEGER CHECK (live IS NULL OR live = 1),
  pay_by INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX orders_one_ticket ON orders (ticket);
CREATE UNIQUE INDEX orders_one_live ON orders (sale_id, product_id, user_id, live);
-- Every one of these ends in the rowid, which gives "newest first" and paging.
CREATE INDEX orders_due ON orders (status, pay_by);
CREATE INDEX orders_by_user ON orders (user_id);
CREATE INDEX orders_by_item ON orders (sale_id, product_id);
CREATE INDEX orders_by_sale_status ON orders (sale_id, status);

CREATE TABLE inbox (
  message_id TEXT NOT NULL PRIMARY KEY CHECK (length(message_id) <= 64),
  -- SHA-256 of the message's text, hex.
  content_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE stock_event (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  sale_id INTEGER NOT NULL,
  product_id INTEGER NOT NULL,
  -- restock, drop, top_up, take_back
  kind TEXT NOT NULL,
  ticket TEXT UNIQUE,
  delta INTEGER NOT NULL,
  ledger_epoch INTEGER NOT NULL,
  -- pending, done, void
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- When the answer of the ledger was written down.
  applied_at INTEGER
) STRICT;

CREATE INDEX stock_event_by_state ON stock_event (state);

CREATE TABLE payment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id TEXT NOT NULL UNIQUE,
  payment_id TEXT NOT NULL UNIQUE,
  ticket TEXT NOT NULL,
  amount INTEGER NOT NULL,
  currency TEXT NOT NULL,
  -- stored, applied, refund_due, refunded
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX payment_by_ticket ON payment (ticket);
CREATE INDEX payment_by_state ON payment (state);

CREATE TABLE parked_message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id TEXT NOT NULL,
  -- The one ticket that was poison; NULL when the whole message is kept.
  ticket TEXT,
  content TEXT NOT NULL,
  content_hash TEXT NOT NULL UNIQUE,
  reason TEXT NOT NULL,
  -- How often an operator replayed it.
  attempts INTEGER NOT NULL DEFAULT 0,
  replayed_ticket TEXT,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE catalog_version (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL
) STRICT;

INSERT INTO catalog_version (id, version) VALUES (1, 1);
