-- Purpose: takes tokens out of buckets that several edges share, for many tries in one call. A bucket
-- is its theoretical arrival time, the moment at which it will be full again; a try is let through
-- when max(that, now) + one token is not more than a whole bucket ahead of now, and that sum becomes
-- the new time (the generic cell rate algorithm). A try takes from its address and its user or from
-- neither, then from its sale; what refuses it gives nothing. Times are this server's, so the clocks
-- of the edges do not matter.
--
-- KEYS[1] and up  text: a bucket's time in µs; it goes when the bucket is full again
-- ARGV[1] terms   JSON of two columns, an entry per key: [[µs per token], [tokens of a full bucket]]
-- ARGV[2] tries   JSON of three columns, an entry per try: [[address], [user], [sale]], each the
--                 number of its key from 1, or 0 for none
--
-- Returns an array: for each key the µs from now until the bucket is full, then for each try
--    0  let through
--   -1  let through, but its address or its user has less than half a bucket left
--    n  refused by column n of the tries: 1 address, 2 user, 3 sale

local terms, tries = cjson.decode(ARGV[1]), cjson.decode(ARGV[2])
local token_us, capacities = terms[1], terms[2]
local addresses, users, sales = tries[1], tries[2], tries[3]

-- A part of a token: times are whole µs, tokens need not be.
local SLACK = 0.001

local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local times, changed = {}, {}
if KEYS[1] then
  times = redis.call('MGET', unpack(KEYS))
end
for key = 1, #KEYS do
  local known = tonumber(times[key] or 0) or 0
  -- No bucket is emptier than empty: after a change of its terms, or of this clock.
  times[key] = math.min(math.max(known, now), now + capacities[key] * token_us[key])
end

local function refuses(key)
  if key == 0 then
    return false
  end
  local excess = times[key] + token_us[key] - now - capacities[key] * token_us[key]
  return excess > SLACK * token_us[key]
end

-- Returns whether more than half is used up; half of one token is a whole one.
local function take(key)
  if key == 0 then
    return false
  end
  times[key] = times[key] + token_us[key]
  changed[key] = true
  return (times[key] - now) / token_us[key] > math.max(1, capacities[key] / 2) + SLACK
end

local verdicts = {}
for try = 1, #users do
  local address, user, sale = addresses[try], users[try], sales[try]
  if refuses(address) then
    verdicts[try] = 1
  elseif refuses(user) then
    verdicts[try] = 2
  else
    local address_half, user_half = take(address), take(user)
    if refuses(sale) then
      verdicts[try] = 3
    else
      take(sale)
      verdicts[try] = (address_half or user_half) and -1 or 0
    end
  end
end

local answer = {}
for key = 1, #KEYS do
  local fill = times[key] - now
  if changed[key] then
    local left_ms = math.max(1, math.ceil(fill / 1000))
    redis.call('SET', KEYS[key], string.format('%.0f', times[key]), 'PX', left_ms)
  end
  answer[key] = math.ceil(fill)
end
for try = 1, #verdicts do
  answer[#KEYS + try] = verdicts[try]
end
return answer
