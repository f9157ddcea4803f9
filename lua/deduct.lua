-- Purpose: decides a batch of wishes for one item. The holders, the stock, the captcha passes and
-- the one message that names the winners change together or not at all: every check stands before
-- the first write, because Redis does not roll back. Needs fence.lua in front.
--
-- KEYS[1] meta     hash: epoch, status, stock, n, replid, starts, ends, paused, limit, window
-- KEYS[2] holders  hash: user id -> "seq quantity live messageId payBy requestId"
-- KEYS[3] outbox   hash: message id -> text to publish
-- KEYS[4] due      sorted set: message id -> ms since when it waits to be confirmed
-- KEYS[5] and up   the passes of the wishes that bring one, in their order, each a text that ends by
--                  itself: "epoch user requestId" of the wish that it was spent for. No type is asked
--                  of them: MGET reads past, and SET writes over, whatever else stands there
-- ARGV[1] item     saleId-productId
-- ARGV[2] epoch    the caller's epoch, decimal
-- ARGV[3] deadline ms of this server's clock from which on nothing is decided any more
-- ARGV[4] room     most messages in the outbox
-- ARGV[5] requests JSON of four columns of 0 to 512 entries:
--                  [[user id], [quantity], [request id], [1 for a mere look-up, else 0]]
--                  and, where one of them brings a pass, a fifth: [end of its pass in ms, 0 for none]
-- ARGV[6] slack    with passes: ms after its end for which a pass is taken
-- ARGV[7] ahead    with passes: most ms between now and a pass's end
-- ARGV[8] memory   with passes: ms after its end for which a spent pass is remembered
--
-- Returns, `now` always being this server's clock in ms:
--   {"closed", now}  the fence, a key or a number of meta was written over, or all numbers of the
--                    epoch are used up; nothing was written
--   {"late", now}    the deadline has passed; nothing was written
--   {"busy", now}    somebody would win, but the outbox is full; nothing was written
--   {"decided", now, remaining, firstSeq, payBy, decisions, messageId, text, messageId, text, ...}
--     remaining      pieces left, -1 is unlimited
--     firstSeq       decimal text: the seq of the first new reservation
--     payBy          ms, for the new reservations
--     decisions      a word per request, in order, separated by blanks:
--                    w                    won: seqs count up from firstSeq, the message is the
--                                         first one below
--                    r:seq:payBy:waiting  reserved before; waiting is the id of the message that
--                                         is still unsettled, or empty
--                    m:seq other quantity | o:seq that order ended | a:seq already bought
--                    u unknown buyer | n not started | e ended | p paused | l over the limit
--                    s sold out
--                    c captcha required: the pass was spent before, or is over
--     messageId, text  every unsettled message that a decision waits for, this batch's first

local meta, holders, outbox, due = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local item, epoch, deadline, room = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local requests = cjson.decode(ARGV[5])
local users, quantities, request_ids, look_ups = requests[1], requests[2], requests[3], requests[4]
local pass_ends = requests[5]
local slack, ahead, memory = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])

local SEQ_PER_EPOCH = 1000000000
local UNLIMITED = -1

local now = now_ms()
if not (ledger_is_open(meta, epoch) and is_sound('hash', holders, outbox)
    and is_sound('zset', due)) then
  return { 'closed', now }
end
if now >= deadline then
  return { 'late', now }
end

local terms = redis.call('HMGET', meta, 'stock', 'n', 'starts', 'ends', 'paused', 'limit', 'window')
local stock, n = tonumber(terms[1]), tonumber(terms[2])
local starts, ends, paused = tonumber(terms[3]), tonumber(terms[4]), terms[5] == '1'
local limit, window = tonumber(terms[6]), tonumber(terms[7])
if not (stock and n and starts and ends and limit and window) then
  return { 'closed', now }
end

local first_number = tonumber(epoch) * SEQ_PER_EPOCH + n + 1
local first_seq = string.format('%.0f', first_number)
local pay_by = string.format('%.0f', now + window)
local own_message = item .. '-' .. first_seq
-- What stands between quantity and request id in every holder of this batch.
local common = ' 1 ' .. own_message .. ' ' .. pay_by .. ' '

local words = {}
local winners = 0
local new_texts = {} -- user id -> holder text, so that later requests of the batch see earlier ones
local new_fields = {} -- the same as arguments of HSET
local orders = {} -- the winners as they stand in the message
local repeats = {} -- {index, start of the word, message id}
local older, older_index = {}, {} -- unsettled messages that repeats may wait for
local pass_keys = {} -- by index, where the wish brings a pass
local spent = {} -- pass key -> the wish that it was spent for; earlier ones of the batch too
local new_passes = {} -- {key, end}

if KEYS[5] then
  local found = redis.call('MGET', unpack(KEYS, 5))
  local passes = 0
  for index, pass_end in ipairs(pass_ends) do
    if pass_end > 0 then
      passes = passes + 1
      pass_keys[index] = KEYS[4 + passes]
      spent[pass_keys[index]] = found[passes]
    end
  end
end

-- Whether the pass of a wish makes no reservation any more. It made its one in this epoch; what it
-- made in an earlier one may be lost, and then the same wish may come again.
local function is_used_up(key, pass_end, wish)
  if now >= pass_end + slack or pass_end > now + ahead then return true end
  if not spent[key] then return false end
  local spent_epoch, spent_wish = string.match(spent[key], '^(%d+) (.+)$')
  return spent_epoch == epoch or spent_wish ~= wish
end

-- Why a buyer without the same request id gets nothing; nil when the wish can be met.
local function refusal(quantity, look_up, live_seq)
  if look_up and not live_seq then return 'u' end
  if now < starts then return 'n' end
  if now >= ends then return 'e' end
  if paused then return 'p' end
  if live_seq then return 'a:' .. live_seq end
  if quantity > limit then return 'l' end
  if stock ~= UNLIMITED and stock < quantity then return 's' end
  return nil
end

-- Notes that the pass of a wish is spent; false when it cannot be.
local function spend_pass(index, user, request_id)
  local key = pass_keys[index]
  if not key then return true end
  local wish = user .. ' ' .. request_id
  if is_used_up(key, pass_ends[index], wish) then return false end
  spent[key] = epoch .. ' ' .. wish
  new_passes[#new_passes + 1] = { key, pass_ends[index] }
  return true
end

local function reserve(user, quantity, request_id)
  local seq = string.format('%.0f', first_number + winners)
  winners = winners + 1
  if stock ~= UNLIMITED then stock = stock - quantity end
  local text = seq .. ' ' .. quantity .. common .. request_id
  new_texts[user] = text
  new_fields[#new_fields + 1] = user
  new_fields[#new_fields + 1] = text
  -- Quotes and backslashes are all that JSON escapes among visible characters.
  local escaped = string.gsub(request_id, '["\\]', '\\%0')
  orders[winners] = '["' .. user .. '",' .. quantity .. ',"' .. escaped .. '"]'
end

local function repeated(index, quantity, seq, held_quantity, live, message, held_pay_by)
  if tonumber(held_quantity) ~= quantity then return 'm:' .. seq end
  if live == '0' then return 'o:' .. seq end
  if message ~= own_message and not older_index[message] then
    older[#older + 1] = message
    older_index[message] = #older
  end
  repeats[#repeats + 1] = { index, 'r:' .. seq .. ':' .. held_pay_by .. ':', message }
  return ''
end

-- At most 512 users, so unpack stays far below the 8,000 values that Lua's stack takes.
local stored = #users > 0 and redis.call('HMGET', holders, unpack(users)) or {}
for index = 1, #users do
  local user, quantity, request_id = users[index], quantities[index], request_ids[index]
  local held = new_texts[user] or stored[index]
  local seq, held_quantity, live, message, held_pay_by, held_request
  if held then
    seq, held_quantity, live, message, held_pay_by, held_request =
      string.match(held, '^(%d+) (%d+) ([01]) (%S+) (%d+) (.+)$')
  end
  if held_request == request_id then
    words[index] = repeated(index, quantity, seq, held_quantity, live, message, held_pay_by)
  else
    local word = refusal(quantity, look_ups[index] == 1, live == '1' and seq or nil)
    if not word and pass_ends and not spend_pass(index, user, request_id) then word = 'c' end
    if not word then
      reserve(user, quantity, request_id)
      word = 'w'
    end
    words[index] = word
  end
end

if n + winners >= SEQ_PER_EPOCH then
  return { 'closed', now }
end
if winners > 0 and redis.call('HLEN', outbox) >= room then
  return { 'busy', now }
end

local reply = { 'decided', now, stock, first_seq, pay_by, '' }
if winners > 0 then
  local text = '{"v":1,"i":"' .. item .. '","e":' .. epoch .. ',"s":"' .. first_seq
    .. '","t":' .. string.format('%.0f', now) .. ',"p":' .. pay_by
    .. ',"o":[' .. table.concat(orders, ',') .. ']}'
  redis.call('HSET', meta, 'stock', string.format('%.0f', stock), 'n', string.format('%.0f', n + winners))
  redis.call('HSET', holders, unpack(new_fields))
  redis.call('HSET', outbox, own_message, text)
  redis.call('ZADD', due, now, own_message)
  for _, pass in ipairs(new_passes) do
    local key, pass_end = pass[1], pass[2]
    redis.call('SET', key, spent[key], 'PXAT', string.format('%.0f', pass_end + memory))
  end
  reply[#reply + 1] = own_message
  reply[#reply + 1] = text
end

local unsettled = #older > 0 and redis.call('HMGET', outbox, unpack(older)) or {}
for index, message in ipairs(older) do
  if unsettled[index] then
    reply[#reply + 1] = message
    reply[#reply + 1] = unsettled[index]
  end
end
for _, entry in ipairs(repeats) do
  local index, word, message = entry[1], entry[2], entry[3]
  local waits = message == own_message or unsettled[older_index[message]]
  words[index] = word .. (waits and message or '')
end
reply[6] = table.concat(words, ' ')
return reply
