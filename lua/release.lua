-- Purpose: gives reservations back, each at most once: only the very seq that is held and live. It
-- stays as a tombstone, so that its request id stays used. Needs fence.lua in front.
--
-- KEYS[1] meta      hash of the ledger
-- KEYS[2] holders   hash: user id -> "seq quantity live messageId payBy requestId"
-- ARGV[1] epoch     the caller's epoch, decimal
-- ARGV[2] releases  JSON of three columns of 1 to 500 entries:
--                   [[user id], [seq as decimal text], [1 to restock, 0 to leave the stock]]
--
-- Returns {"closed"}  the fence, or a key was written over; nothing was written
--         {"done", answers}  a letter per release, in order:
--                            r released | n that seq is not live here, nothing was done

local meta, holders = KEYS[1], KEYS[2]
local epoch, releases = ARGV[1], cjson.decode(ARGV[2])
local users, seqs, restocks = releases[1], releases[2], releases[3]

local UNLIMITED = -1

if not (ledger_is_open(meta, epoch) and is_sound('hash', holders)) then
  return { 'closed' }
end
local stock = tonumber(redis.call('HGET', meta, 'stock'))
local stored = redis.call('HMGET', holders, unpack(users))
local answers = {}
local ended = {} -- user id -> tombstone, so that a release that comes twice in one call counts once
local fields = {}
for index, user in ipairs(users) do
  local held = ended[user] or stored[index]
  local seq, quantity, rest
  if held then
    seq, quantity, rest = string.match(held, '^(%d+) (%d+) 1 (.+)$')
  end
  if seq == seqs[index] then
    ended[user] = seq .. ' ' .. quantity .. ' 0 ' .. rest
    fields[#fields + 1] = user
    fields[#fields + 1] = ended[user]
    if restocks[index] == 1 and stock ~= UNLIMITED then
      stock = stock + tonumber(quantity)
    end
    answers[index] = 'r'
  else
    answers[index] = 'n'
  end
end
if #fields > 0 then
  local left = string.format('%.0f', stock)
  redis.call('HSET', holders, unpack(fields))
  redis.call('HSET', meta, 'stock', left)
end
return { 'done', table.concat(answers) }
