-- Purpose: reads the reservations of some buyers. Writes nothing. Needs fence.lua in front.
--
-- KEYS[1] meta     hash of the ledger
-- KEYS[2] holders  hash: user id -> "seq quantity live messageId payBy requestId"
-- ARGV[1] epoch    the caller's epoch, decimal
-- ARGV[2] users    JSON array of 1 to 500 user ids
--
-- Returns {"closed"}  the fence, or a key was written over
--         {"found", {text or nil, ...}}  in the order of the users

local meta, holders = KEYS[1], KEYS[2]
local epoch, users = ARGV[1], cjson.decode(ARGV[2])

if not (ledger_is_open(meta, epoch) and is_sound('hash', holders)) then
  return { 'closed' }
end
return { 'found', redis.call('HMGET', holders, unpack(users)) }
