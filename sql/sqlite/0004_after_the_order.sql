-- What may happen to an order after it was written: payments and refunds, holds that expire, parked
-- messages that an operator decides about.

ALTER TABLE sale ADD COLUMN max_expired_holds INTEGER NOT NULL DEFAULT 3;

-- How often giving the money back was tried, when the next try is due, and what the last one said.
ALTER TABLE payment ADD COLUMN refund_attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN next_refund_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN refund_error TEXT;

-- parked, replayed, refused; and since when a replay is under way, 0 after one without a clear end.
ALTER TABLE parked_message ADD COLUMN state TEXT NOT NULL DEFAULT 'parked';
ALTER TABLE parked_message ADD COLUMN decided_at INTEGER;
ALTER TABLE parked_message ADD COLUMN replaying_since INTEGER;
-- Ends in the rowid, which gives "newest first" and paging.
CREATE INDEX parked_message_by_state ON parked_message (state);
-- Times only grow, so the writer adds to this at its end; counting it reads far less than the rows.
CREATE INDEX inbox_by_time ON inbox (created_at);

-- Buyers whose holds expired so often in a sale that they may hold nothing in it any more. `id` is
-- the order in which origins learn of them.
CREATE TABLE barred_buyer (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sale_id INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (sale_id, user_id)
) STRICT;

-- Reminders that a batch may be due, the embedded profile's delay queue.
CREATE TABLE queue_reminder (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  due_at INTEGER NOT NULL,
  content TEXT NOT NULL
) STRICT;

CREATE INDEX queue_reminder_due ON queue_reminder (due_at);
