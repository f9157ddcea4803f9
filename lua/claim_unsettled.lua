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
-- Returns {"closed"}  the fence; nothing was written
--         {"claimed", messageId, text, attempts, messageId, text, attempts, ...}
--           attempts  how often the message was claimed before

local meta, outbox, due, sends = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local epoch, older_than, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

if not ledger_is_open(meta, epoch) then
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
for index, message in ipairs(claimed) do
  redis.call('ZADD', due, now, message)
  local claims = redis.call('HINCRBY', sends, message, 1)
  reply[#reply + 1] = message
  reply[#reply + 1] = texts[index]
  reply[#reply + 1] = claims - 1
end
return reply
