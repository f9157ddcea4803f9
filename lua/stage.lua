-- Purpose: puts one page of reservations aside for open_item.lua. It has no fence, because the
-- ledger that it prepares does not exist yet: the key carries an epoch that only its caller has,
-- and open_item.lua counts what arrived. Needs fence.lua in front for the server's identity.
--
-- KEYS[1] stage     hash: user id -> "seq quantity live messageId payBy requestId"
-- ARGV[1] begin     1 for the first page, which drops what an attempt before left; else 0
-- ARGV[2] lifetime  ms after which an abandoned stage disappears by itself
-- ARGV[3] entries   JSON array of user id, text, user id, text, ...; 0 to 500 pairs
--
-- Returns {replid, added}  the server's identity, and how many users were new in the stage

local stage = KEYS[1]
local begin, lifetime, entries = ARGV[1] == '1', ARGV[2], cjson.decode(ARGV[3])

if begin then
  redis.call('UNLINK', stage)
end
local added = 0
if #entries > 0 then
  added = redis.call('HSET', stage, unpack(entries))
  redis.call('PEXPIRE', stage, lifetime)
end
return { server_replid(), added }
