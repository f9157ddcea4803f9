-- Purpose: reads what is left of an item, and looks whether its ledger is whole: workers close the
-- item for recovery when it is not. Writes nothing. Needs fence.lua in front.
--
-- KEYS[1] meta     hash of the ledger
-- KEYS[2] holders  hash: user id -> reservation
-- KEYS[3] outbox   hash: message id -> text to publish
-- KEYS[4] due      sorted set: message id -> ms since when it waits
-- KEYS[5] sends    hash: message id -> claims so far
-- KEYS[6] changes  hash: change id -> answer
-- ARGV[1] epoch    the caller's epoch, decimal
--
-- Returns "closed"  the fence, a key or the stock was written over, or a message is waiting that no
--                   relay sees
--         a decimal text: pieces left, -1 is unlimited

local meta, holders, outbox, due = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local sends, changes = KEYS[5], KEYS[6]
local epoch = ARGV[1]

if not (ledger_is_open(meta, epoch) and is_sound('hash', holders, outbox, sends, changes)
    and is_sound('zset', due)) then
  return 'closed'
end
-- Every script writes both or neither.
if redis.call('HLEN', outbox) ~= redis.call('ZCARD', due) then
  return 'closed'
end
local stock = redis.call('HGET', meta, 'stock')
return tonumber(stock) and stock or 'closed'
