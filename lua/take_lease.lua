-- Purpose: reads a cache entry and settles who rebuilds it when it is old: one caller gets the
-- lease, everybody else the old value, or the advice to wait where there is none.
--
-- KEYS[1] entry    hash: version, value
-- KEYS[2] lease    string: the token of who rebuilds; expires by itself
-- ARGV[1] version  the version the caller needs, decimal; a higher one is as good
-- ARGV[2] token    names the caller if it gets the lease
-- ARGV[3] leaseMs  how long it may take for that
--
-- Returns:
--   {"fresh", value}    the entry is as new as needed
--   {"rebuild", value}  the caller holds the lease now; value is the old one or empty
--   {"stale", value}    another caller rebuilds; the old value
--   {"wait"}            another caller rebuilds, and there is no old value

local entry = redis.call('HMGET', KEYS[1], 'version', 'value')
local version, value = tonumber(entry[1]), entry[2]
if version and value and version >= tonumber(ARGV[1]) then
  return { 'fresh', value }
end
if redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[3]) then
  return { 'rebuild', value or '' }
end
if value then
  return { 'stale', value }
end
return { 'wait' }
