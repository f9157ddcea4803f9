-- What may happen to an order after it was written: payments and refunds, holds that expire, parked
-- messages that an operator decides about.

ALTER TABLE sale ADD COLUMN max_expired_holds INT NOT NULL DEFAULT 3;
-- next
-- How often giving the money back was tried, when the next try is due, and what the last one said.
ALTER TABLE payment
  ADD COLUMN refund_attempts INT NOT NULL DEFAULT 0,
  ADD COLUMN next_refund_at BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN refund_error VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL;
-- next
-- parked, replayed, refused; and since when a replay is under way, 0 after one without a clear end.
ALTER TABLE parked_message
  ADD COLUMN state VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'parked',
  ADD COLUMN decided_at BIGINT NULL,
  ADD COLUMN replaying_since BIGINT NULL;
-- next
-- Ends in the primary key, which gives "newest first" and paging.
ALTER TABLE parked_message ADD KEY by_state (state);
-- next
-- Times only grow, so the writer adds to this at its end; counting it reads far less than the rows.
ALTER TABLE inbox ADD KEY by_time (created_at);
-- next
-- Buyers whose holds expired so often in a sale that they may hold nothing in it any more. `id` is
-- the order in which origins learn of them.
CREATE TABLE IF NOT EXISTS barred_buyer (
  id BIGINT NOT NULL AUTO_INCREMENT,
  sale_id BIGINT NOT NULL,
  user_id VARCHAR(64) NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY one_per_sale (sale_id, user_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
