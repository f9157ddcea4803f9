-- Purpose: an operator's change of stock, applied once per id and all or nothing. The answer is
-- remembered, so that a repeat hears the same. Needs fence.lua in front.
--
-- KEYS[1] meta     hash of the ledger
-- KEYS[2] changes  hash: change id -> answer
-- ARGV[1] epoch    the caller's epoch, decimal
-- ARGV[2] change   id of the change
-- ARGV[3] delta    pieces, negative to take back
--
-- Returns "closed"   the fence, or a key was written over; nothing was written
--         "applied"  the stock was changed, now or by the first call with this id
--         "refused"  less than that is unsold, or the stock is unlimited

local meta, changes = KEYS[1], KEYS[2]
local epoch, change, delta = ARGV[1], ARGV[2], tonumber(ARGV[3])

local UNLIMITED = -1

if not (ledger_is_open(meta, epoch) and is_sound('hash', changes)) then
  return 'closed'
end
local known = redis.call('HGET', changes, change)
if known then
  return known
end
local stock = tonumber(redis.call('HGET', meta, 'stock'))
local answer = 'refused'
if stock ~= UNLIMITED and stock + delta >= 0 then
  redis.call('HSET', meta, 'stock', string.format('%.0f', stock + delta))
  answer = 'applied'
end
redis.call('HSET', changes, change, answer)
return answer
