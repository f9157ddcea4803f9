-- Purpose: removes keys of an item's ledger for good, all at once, so that no half of a ledger is ever
-- open. It has no fence: the item is closed in the database before, and what is removed can only make
-- less possible. Keys that end by themselves are left to that.
--
-- KEYS  keys of one hash tag, at most 4,000
--
-- Returns how many of them there were

return redis.call('UNLINK', unpack(KEYS))
