-- Purpose: hands messages that have waited too long in the outbox to one relay and hides them from
-- the others for as long again. Needs fence.lua in front.
--
-- KEYS[1] meta        hash of the ledger
-- KEYS[2] outbox      hash: message id -> text to publish
-- KEYS[3] due         sorted set: message id -> ms since when it waits
-- KEYS[4] sends       hash: message id -> claims so far
-- ARGV[1] epoch       the caller's epoch, decimal
-- ARGV[2] older_than  ms that a message has to have waited
-- ARGV[3] limit       most messages to claim, 1 to 500
--
-- Returns {"closed"}  the fence, or a key was written over; nothing was written
--         {"claimed", messageId, text, attempts, messageId, text, attempts, ...}
--           attempts  how often the message was claimed before

local meta, outbox, due, sends = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local epoch, older_than, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

if not (ledger_is_open(meta, epoch) and is_sound('hash', outbox, sends)
    and is_sound('zset', due)) then
  return { 'closed' }
end
local now = now_ms()
local latest = string.format('%.0f', now - older_than)
local claimed = redis.call('ZRANGE', due, '-inf', latest, 'BYSCORE', 'LIMIT', 0, limit)
local reply = { 'claimed' }
if #claimed == 0 then
  return reply
end
local texts = redis.call('HMGET', outbox, unpack(claimed))
local claims = redis.call('HMGET', sends, unpack(claimed))
for index, message in ipairs(claimed) do
  -- Not by HINCRBY, which would fail after the first write for what is no number.
  local before = tonumber(claims[index] or '0') or 0
  redis.call('ZADD', due, now, message)
  redis.call('HSET', sends, message, string.format('%.0f', before + 1))
  if texts[index] then
    reply[#reply + 1] = message
    reply[#reply + 1] = texts[index]
    reply[#reply + 1] = before
  end
end
return reply
