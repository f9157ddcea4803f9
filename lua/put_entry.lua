-- Purpose: ends a rebuild: writes the entry, unless a newer one stands there, and gives the lease
-- back. Whoever lost the lease to another caller writes nothing.
--
-- KEYS[1] entry    hash: version, value
-- KEYS[2] lease    string: the token of who rebuilds
-- ARGV[1] token    the caller's, as it was given to take_lease
-- ARGV[2] keepMs   how long the entry is kept; 0 writes none and only gives the lease back
-- ARGV[3] version  decimal
-- ARGV[4] value
--
-- Returns 1 when the lease was the caller's, else 0.

if redis.call('GET', KEYS[2]) ~= ARGV[1] then
  return 0
end
local keep_ms = tonumber(ARGV[2])
local known = tonumber(redis.call('HGET', KEYS[1], 'version') or '-1')
if keep_ms > 0 and known <= tonumber(ARGV[3]) then
  redis.call('HSET', KEYS[1], 'version', ARGV[3], 'value', ARGV[4])
  redis.call('PEXPIRE', KEYS[1], keep_ms)
end
redis.call('DEL', KEYS[2])
return 1
