-- Purpose: shows what waits in the outbox of an item, the longest first. Writes nothing. Needs
-- fence.lua in front.
--
-- KEYS[1] meta    hash of the ledger
-- KEYS[2] outbox  hash: message id -> text to publish
-- KEYS[3] sends   hash: message id -> claims so far
-- ARGV[1] epoch   the caller's epoch, decimal
-- ARGV[2] skip    messages to leave out at the beginning
-- ARGV[3] limit   most messages to show, 0 to 200; 0 only counts
--
-- Returns {"closed"}  the fence, or a key was written over
--         {"listed", total, oldest, messageId, text, sends, messageId, text, sends, ...}
--           total   messages in the outbox
--           oldest  the text of the one that waits longest, empty when there is none

local meta, outbox, sends = KEYS[1], KEYS[2], KEYS[3]
local epoch, skip, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

if not (ledger_is_open(meta, epoch) and is_sound('hash', outbox, sends)) then
  return { 'closed' }
end

-- Ids end in the seq of their first order, so the shorter, then the smaller text is the older one.
local function is_older(a, b)
  return #a < #b or (#a == #b and a < b)
end

-- At most as many as the outbox has room for.
local ids = redis.call('HKEYS', outbox)
local reply = { 'listed', #ids, '' }
if #ids == 0 then
  return reply
end
local oldest = ids[1]
for index = 2, #ids do
  if is_older(ids[index], oldest) then oldest = ids[index] end
end
reply[3] = redis.call('HGET', outbox, oldest)
if limit > 0 then
  table.sort(ids, is_older)
  for index = skip + 1, math.min(skip + limit, #ids) do
    local id = ids[index]
    reply[#reply + 1] = id
    reply[#reply + 1] = redis.call('HGET', outbox, id)
    reply[#reply + 1] = redis.call('HGET', sends, id) or '0'
  end
end
return reply
