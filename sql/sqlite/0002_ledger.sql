-- The ledger of the embedded profile: what Redis keeps in the services profile. It stands in the
-- one file of the profile, because a decision and its queue row must be one commit.

-- One row per item: the life of its ledger, what is left, and the terms in force. Times in ms.
CREATE TABLE ledger_item (
  item TEXT NOT NULL PRIMARY KEY,
  epoch INTEGER NOT NULL,
  is_open INTEGER NOT NULL,
  stock INTEGER NOT NULL,
  n INTEGER NOT NULL,
  terms_version INTEGER NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  paused INTEGER NOT NULL,
  per_user_limit INTEGER NOT NULL,
  payment_window_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who holds what in which life; rows of an epoch that is not the item's are staged or left over.
CREATE TABLE ledger_holder (
  item TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  live INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  pay_by INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  PRIMARY KEY (item, epoch, user_id)
) STRICT, WITHOUT ROWID;

-- The answers to operators' stock changes.
CREATE TABLE ledger_change (
  item TEXT NOT NULL,
  change_id TEXT NOT NULL,
  answer TEXT NOT NULL,
  PRIMARY KEY (item, change_id)
) STRICT, WITHOUT ROWID;
