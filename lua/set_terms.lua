-- Purpose: puts the terms of an item in force, unless newer ones are. Needs fence.lua in front.
--
-- KEYS[1] meta     hash of the ledger
-- ARGV[1] epoch    the caller's epoch, decimal
-- ARGV[2] version  the catalog's version of these terms
-- ARGV[3] starts   ms, the first moment of the sale
-- ARGV[4] ends     ms, the first moment after it
-- ARGV[5] paused   1 or 0
-- ARGV[6] limit    most pieces per buyer
-- ARGV[7] window   ms that a buyer has to pay
--
-- Returns "closed"  the fence; nothing was written
--         "set"     these terms are in force
--         "newer"   terms with a higher version are in force; nothing was written

local meta = KEYS[1]
local epoch, version, starts, ends = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local paused, limit, window = ARGV[5], ARGV[6], ARGV[7]

if not ledger_is_open(meta, epoch) then
  return 'closed'
end
if (tonumber(redis.call('HGET', meta, 'termsVersion')) or 0) > tonumber(version) then
  return 'newer'
end
redis.call('HSET', meta, 'termsVersion', version, 'starts', starts, 'ends', ends,
  'paused', paused, 'limit', limit, 'window', window)
return 'set'
