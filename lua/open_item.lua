-- Purpose: begins one life of an item's ledger: swaps the staged reservations in, empties the
-- outbox and starts numbering at 1, all at once. The fence it makes: the server must be the one
-- that was staged on, and the epoch must be higher than the ledger's. Remembered stock changes go,
-- because a change of an older epoch never reaches this ledger. Needs fence.lua in front.
--
-- KEYS[1] meta      hash of the ledger
-- KEYS[2] holders   hash: user id -> "seq quantity live messageId payBy requestId"
-- KEYS[3] outbox    hash: message id -> text to publish
-- KEYS[4] due       sorted set: message id -> ms since when it waits
-- KEYS[5] sends     hash: message id -> claims so far
-- KEYS[6] changes   hash: change id -> answer
-- KEYS[7] stage     hash of the same form as holders
-- ARGV[1] epoch     the new epoch, decimal
-- ARGV[2] replid    the server's identity when staging began
-- ARGV[3] expected  users that were staged
-- ARGV[4] stock     pieces left, -1 is unlimited
-- ARGV[5] version   the catalog's version of the terms
-- ARGV[6] starts    ms, the first moment of the sale
-- ARGV[7] ends      ms, the first moment after it
-- ARGV[8] paused    1 or 0
-- ARGV[9] limit     most pieces per buyer
-- ARGV[10] window   ms that a buyer has to pay
--
-- Returns "superseded"  the ledger has this epoch or a higher one; nothing was written
--         "replaced"    the server is another one, or staged users are missing; nothing was written
--         "opened"

local meta, holders, outbox, due = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local sends, changes, stage = KEYS[5], KEYS[6], KEYS[7]
local epoch, replid, expected, stock = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local version, starts, ends = ARGV[5], ARGV[6], ARGV[7]
local paused, limit, window = ARGV[8], ARGV[9], ARGV[10]

local is_ledger = is_sound('hash', meta)
local ledger_epoch = is_ledger and redis.call('HGET', meta, 'epoch')
if ledger_epoch and tonumber(ledger_epoch) >= tonumber(epoch) then
  return 'superseded'
end
if server_replid() ~= replid or redis.call('HLEN', stage) ~= expected then
  return 'replaced'
end
if not is_ledger then
  -- Written over by somebody: what was there is lost, and the rebuild needs nothing of it.
  redis.call('UNLINK', meta)
end
redis.call('HSET', meta, 'epoch', epoch, 'status', 'open', 'replid', replid,
  'stock', stock, 'n', '0', 'termsVersion', version, 'starts', starts, 'ends', ends,
  'paused', paused, 'limit', limit, 'window', window)
redis.call('UNLINK', holders, outbox, due, sends, changes)
if expected > 0 then
  -- The stage's lifetime would move with its name and end the holders.
  redis.call('PERSIST', stage)
  redis.call('RENAME', stage, holders)
end
return 'opened'
