-- Purpose: lets captcha passes of a sale with several items be used for one wish each. An item's
-- keys are all in one slot, and deduct.lua sees nothing of other items; so a wish claims its pass
-- here first, for the whole sale, and only a claimed one goes there as good. A claim is no decision
-- and needs no fence: what it lets through is decided behind one. Needs fence.lua in front.
--
-- KEYS             the passes of one sale, one or more, each a text that ends by itself:
--                  "count wish" of the wish that has it. No type is asked of them: MGET reads past,
--                  and SET writes over, whatever else stands there
-- ARGV[1] claims   JSON of two columns, an entry per key: [[wish], [end of the pass in ms]]; a wish
--                  is "productId user requestId"
-- ARGV[2] slack    ms after its end for which a pass is taken
-- ARGV[3] ahead    most ms between now and a pass's end
-- ARGV[4] memory   ms after its end for which a claim is remembered
--
-- Returns a letter per key, in order: y when the pass is this wish's, n when it is another's or over
--
-- The count says how many calls have let the wish through: give_back_passes.lua takes them back.

local claims = cjson.decode(ARGV[1])
local wishes, pass_ends = claims[1], claims[2]
local slack, ahead, memory = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

local now = now_ms()
local found = redis.call('MGET', unpack(KEYS, 1))
local texts = {} -- pass key -> text; later entries see earlier ones
for index, key in ipairs(KEYS) do
  texts[key] = found[index]
end

local letters = {}
for index, key in ipairs(KEYS) do
  local wish, pass_end = wishes[index], pass_ends[index]
  local count, owner = 0, wish
  if texts[key] then
    count, owner = string.match(texts[key], '^(%d+) (.+)$')
  end
  local is_in_time = now < pass_end + slack and pass_end <= now + ahead
  if owner == wish and is_in_time then
    texts[key] = string.format('%.0f', count + 1) .. ' ' .. wish
    redis.call('SET', key, texts[key], 'PXAT', string.format('%.0f', pass_end + memory))
    letters[index] = 'y'
  else
    letters[index] = 'n'
  end
end
return table.concat(letters)
