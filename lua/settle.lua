-- Purpose: takes messages that the queue has confirmed out of the outbox. A message of a closed
-- ledger stays: the recovery salvages it. Needs fence.lua in front.
--
-- KEYS[1] meta      hash of the ledger
-- KEYS[2] outbox    hash: message id -> text to publish
-- KEYS[3] due       sorted set: message id -> ms since when it waits
-- KEYS[4] sends     hash: message id -> claims so far
-- ARGV[1] epoch     the caller's epoch, decimal
-- ARGV[2] messages  JSON array of 1 to 500 message ids
--
-- Returns {"closed"}          the fence, or a key was written over; nothing was written
--         {"settled", count}  count of them were in the outbox

local meta, outbox, due, sends = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local epoch, messages = ARGV[1], cjson.decode(ARGV[2])

if not (ledger_is_open(meta, epoch) and is_sound('hash', outbox, sends)
    and is_sound('zset', due)) then
  return { 'closed' }
end
local count = redis.call('HDEL', outbox, unpack(messages))
redis.call('ZREM', due, unpack(messages))
redis.call('HDEL', sends, unpack(messages))
return { 'settled', count }
