-- Purpose: reads what is left of an item. Writes nothing. Needs fence.lua in front.
--
-- KEYS[1] meta   hash of the ledger
-- ARGV[1] epoch  the caller's epoch, decimal
--
-- Returns "closed"  the fence
--         a decimal text: pieces left, -1 is unlimited

local meta = KEYS[1]
local epoch = ARGV[1]

if not ledger_is_open(meta, epoch) then
  return 'closed'
end
return redis.call('HGET', meta, 'stock')
