-- The hand-over of the embedded profile: what a worker in the same process has still to write.

-- One row per message, handed out in the order of `id`, deleted when it was handled. AUTOINCREMENT,
-- so that an id is never given twice: the consumer deletes "up to this id".
CREATE TABLE queue_message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  shard INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('orders', 'barrier')),
  message_id TEXT NOT NULL,
  item TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  content TEXT NOT NULL,
  UNIQUE (kind, message_id)
);

-- The epochs whose messages may reach the queue.
CREATE TABLE queue_route (
  item TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  PRIMARY KEY (item, epoch)
) WITHOUT ROWID;
