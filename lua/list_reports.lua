-- Purpose: reads what all processes report about themselves, and moves those that have been silent
-- for too long to where their last totals are kept.
--
-- KEYS[1] live       hash: process id -> "takenAtMs seq report"
-- KEYS[2] ended      hash: the same of processes that are gone
-- ARGV[1] silentMs   who was silent for longer is gone
-- ARGV[2] maxEnded   most fields of `ended`; the oldest give way
-- ARGV[3] keepMs     how long `ended` is kept after the last process went
--
-- Returns {now, entry, entry, ...}: this server's time in ms, decimal, and the entries of `live`.

local live, ended = KEYS[1], KEYS[2]
local silent_ms, max_ended, keep_ms = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]

local function taken_at(entry)
  return tonumber(string.match(entry, '^%d+')) or 0
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local reply = { string.format('%.0f', now) }
local fields = redis.call('HGETALL', live)
local moved = false
for index = 1, #fields, 2 do
  local id, entry = fields[index], fields[index + 1]
  if now - taken_at(entry) > silent_ms then
    redis.call('HDEL', live, id)
    redis.call('HSET', ended, id, entry)
    moved = true
  else
    reply[#reply + 1] = entry
  end
end
if moved then
  redis.call('PEXPIRE', ended, keep_ms)
  local surplus = redis.call('HLEN', ended) - max_ended
  if surplus > 0 then
    local gone, order = redis.call('HGETALL', ended), {}
    for index = 1, #gone, 2 do
      order[#order + 1] = { gone[index], taken_at(gone[index + 1]) }
    end
    table.sort(order, function(a, b) return a[2] < b[2] end)
    for index = 1, surplus do
      redis.call('HDEL', ended, order[index][1])
    end
  end
end
return reply
