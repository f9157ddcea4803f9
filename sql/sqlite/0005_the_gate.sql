-- Who may buy: rules of a sale, the block list, what operators know of the shop's customers, and the
-- captcha passes that were spent.

-- A JSON array of {claim, anyOf}; all of them must be met.
ALTER TABLE sale ADD COLUMN claims TEXT;

-- One of user_id and cidr is set. cidr is normalised: 203.0.113.0/24, 2001:db8::/32.
CREATE TABLE blocklist (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id TEXT UNIQUE,
  cidr TEXT UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;

-- What stands here goes before what the shop's token says; a null leaves the token's word. `claims`
-- is a JSON object of texts. Whether a user is blocked stands in `blocklist` alone.
CREATE TABLE shop_user (
  user_id TEXT PRIMARY KEY,
  level INTEGER,
  claims TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- How many holds of a buyer have expired in a sale, written down each time that one more does. `id`
-- is the order in which origins learn of them; the highest number of a buyer is the one that counts.
CREATE TABLE expired_hold (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sale_id INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  expired INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- Row 1 counts changes of products and sales; row 2 those of the block list and of shop_user.
INSERT INTO catalog_version (id, version) VALUES (2, 1);

-- Part of the ledger: a pass belongs to the wish that was first decided with it, for the whole sale.
CREATE TABLE ledger_pass (
  pass_id TEXT PRIMARY KEY,
  sale_id INTEGER NOT NULL,
  product_id INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  -- The life of the item's ledger in which it was spent: in a later one its wish may come again.
  epoch INTEGER NOT NULL,
  -- ms; the row may go some time after it.
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX ledger_pass_by_end ON ledger_pass (expires_at);
