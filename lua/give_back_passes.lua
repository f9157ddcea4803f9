-- Purpose: takes back claims of passes whose wishes got nothing, so that their buyers may try
-- another item with them. A pass is free again once every call that let its wish through has given
-- it back: one that won, or whose end nobody knows, never does. Has no fence, as claim_passes.lua.
--
-- KEYS             the passes of one sale, one or more: "count wish" of the wish that has it
-- ARGV[1] wishes   JSON array, a wish per key: "productId user requestId"
--
-- Returns how many passes are free again.

local wishes = cjson.decode(ARGV[1])

local freed = 0
local found = redis.call('MGET', unpack(KEYS, 1))
local texts = {} -- pass key -> text; later entries see earlier ones
for index, key in ipairs(KEYS) do
  texts[key] = found[index]
end
for index, key in ipairs(KEYS) do
  local count, owner = string.match(texts[key] or '', '^(%d+) (.+)$')
  if owner == wishes[index] then
    if tonumber(count) > 1 then
      texts[key] = string.format('%.0f', count - 1) .. ' ' .. owner
      redis.call('SET', key, texts[key], 'KEEPTTL')
    else
      texts[key] = false
      redis.call('DEL', key)
      freed = freed + 1
    end
  end
end
return freed
