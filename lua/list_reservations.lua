-- Purpose: reads one page of all reservations. Writes nothing. Needs fence.lua in front.
--
-- KEYS[1] meta     hash of the ledger
-- KEYS[2] holders  hash: user id -> "seq quantity live messageId payBy requestId"
-- ARGV[1] epoch    the caller's epoch, decimal
-- ARGV[2] cursor   "0" to begin, then what the page before returned
-- ARGV[3] count    about how many reservations to return; Redis gives small hashes whole
--
-- Returns {"closed"}  the fence, or a key was written over
--         {"page", cursor, {user id, text, ...}}  cursor "0" after the last page

local meta, holders = KEYS[1], KEYS[2]
local epoch, cursor, count = ARGV[1], ARGV[2], ARGV[3]

if not (ledger_is_open(meta, epoch) and is_sound('hash', holders)) then
  return { 'closed' }
end
local page = redis.call('HSCAN', holders, cursor, 'COUNT', count)
local next_cursor, entries = page[1], page[2]
return { 'page', next_cursor, entries }
