-- Purpose: reads one page of the outbox of a ledger that is being replaced. It has no fence,
-- because the messages of a ledger that is closed or was opened on another server are what it is
-- for; it writes nothing. The caller keeps the messages of older epochs.
--
-- KEYS[1] outbox  hash: message id -> text to publish
-- ARGV[1] cursor  "0" to begin, then what the page before returned
-- ARGV[2] count   about how many messages to return
--
-- Returns {cursor, {messageId, text, ...}}  cursor "0" after the last page, and at once when the
--                                           outbox was written over: nothing is left to salvage

local outbox = KEYS[1]
local cursor, count = ARGV[1], ARGV[2]

local kind = redis.call('TYPE', outbox).ok
if kind ~= 'hash' and kind ~= 'none' then
  return { '0', {} }
end
return redis.call('HSCAN', outbox, cursor, 'COUNT', count)
