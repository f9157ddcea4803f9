-- Purpose: what every ledger script shares. The loader puts this text in front of the others, so
-- that there is one fence and nobody can forget half of it.
--
-- KEYS: none of its own.
-- ARGV: none of its own.
-- Defines:
--   now_ms()                     the server's clock in ms
--   server_replid()              the identity of the server's data; a restart or a promotion
--                                changes it, which is how old data are known to be old
--   is_sound(kind, key, ...)     true when every key is of that kind, or missing. A script asks
--                                this of every key that it uses before it writes anything: Redis
--                                does not take back what was written before a command failed, and
--                                a key that somebody wrote over means that the ledger is lost
--   ledger_is_open(meta, epoch)  true when the ledger was opened on this very server, has this
--                                epoch (decimal text) and is open; else nothing may be written

local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function server_replid()
  return string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
end

local function is_sound(kind, ...)
  for _, key in ipairs({ ... }) do
    local found = redis.call('TYPE', key).ok
    if found ~= kind and found ~= 'none' then return false end
  end
  return true
end

local function ledger_is_open(meta, epoch)
  if not is_sound('hash', meta) then return false end
  local ledger = redis.call('HMGET', meta, 'replid', 'epoch', 'status')
  local replid, ledger_epoch, status = ledger[1], ledger[2], ledger[3]
  return status == 'open' and ledger_epoch == epoch and replid == server_replid()
end
