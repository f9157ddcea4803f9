-- Purpose: keeps what a process reports about itself in place of its last report, unless that one
-- is newer; a new process takes the place of the one that was silent longest when there are too many.
--
-- KEYS[1] live        hash: process id -> "takenAtMs seq report"
-- KEYS[2] ended       hash: the same of processes that are gone
-- ARGV[1] processId
-- ARGV[2] seq         number of this report of the process, decimal
-- ARGV[3] report      JSON
-- ARGV[4] maxProcesses  most fields of `live`
-- ARGV[5] keepMs      how long both hashes are kept when nobody reports
--
-- Returns 1 when the report was kept, 0 when the one before is newer.

local live, ended = KEYS[1], KEYS[2]
local process_id, seq, report = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local max_processes, keep_ms = tonumber(ARGV[4]), ARGV[5]

local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))

local known = redis.call('HGET', live, process_id)
if known then
  local known_seq = tonumber(string.match(known, '^%d+ (%d+) '))
  if known_seq and known_seq >= seq then
    return 0
  end
else
  redis.call('HDEL', ended, process_id)
  if redis.call('HLEN', live) >= max_processes then
    local fields, silent, silent_at = redis.call('HGETALL', live), nil, nil
    for index = 1, #fields, 2 do
      local taken = tonumber(string.match(fields[index + 1], '^%d+')) or 0
      if not silent_at or taken < silent_at then
        silent, silent_at = index, taken
      end
    end
    redis.call('HDEL', live, fields[silent])
    redis.call('HSET', ended, fields[silent], fields[silent + 1])
  end
end
redis.call('HSET', live, process_id, now .. ' ' .. ARGV[2] .. ' ' .. report)
redis.call('PEXPIRE', live, keep_ms)
return 1
