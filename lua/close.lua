-- Purpose: closes a ledger that is older than an epoch. It has no fence: the recovery must be able
-- to close what the fence already refuses, and closing can only make less possible.
--
-- KEYS[1] meta   hash of the ledger
-- ARGV[1] epoch  the epoch that has been begun, decimal
--
-- Returns "none"    there is no ledger, or it was written over; nothing was written
--         "newer"   the ledger has this epoch or a higher one; nothing was written
--         "closed"  the older ledger is closed now, or was before

local meta = KEYS[1]
local epoch = tonumber(ARGV[1])

if redis.call('TYPE', meta).ok ~= 'hash' then
  return 'none'
end
local ledger_epoch = redis.call('HGET', meta, 'epoch')
if not ledger_epoch then
  return 'none'
end
if tonumber(ledger_epoch) >= epoch then
  return 'newer'
end
redis.call('HSET', meta, 'status', 'closed')
return 'closed'
