-- Purpose: removes every key of an item's ledger, or every pass that was claimed for a sale, for
-- good. It has no fence: the item is closed in the database before, and what is removed can only
-- make less possible. The first call removes the keys that have a fixed name, all at once, so that
-- no half of a ledger is ever open; it and the calls after it look through the server page by page
-- for the rest (stages, passes), whose names nobody keeps. All keys of a pattern carry one hash tag,
-- so in a cluster the node that runs this has all of them.
--
-- KEYS             keys of one hash tag, removed by the call with cursor "0"
-- ARGV[1] cursor   "0" to begin, then what the call before returned
-- ARGV[2] pattern  glob of the other keys with that hash tag
-- ARGV[3] count    about how many names of the server to look at
--
-- Returns {cursor, removed}  cursor "0" after the last page; how many keys went in this call

local cursor, pattern, count = ARGV[1], ARGV[2], ARGV[3]

local removed = 0
if cursor == '0' then
  removed = redis.call('UNLINK', unpack(KEYS))
end
local page = redis.call('SCAN', cursor, 'MATCH', pattern, 'COUNT', count)
local next_cursor, names = page[1], page[2]
for _, name in ipairs(names) do
  removed = removed + redis.call('UNLINK', name)
end
return { next_cursor, removed }
