-- Purpose: takes tokens out of buckets that several edges share, for many tries in one call. A bucket
-- is its theoretical arrival time, the moment at which it will be full again; a try is let through
-- when max(that, now) + one token is not more than a whole bucket ahead of now, and that sum becomes
-- the new time (the generic cell rate algorithm). A try takes from its user and its address or from
-- neither, then from its sale, unless all that it will hear is that it needs the slider; what refuses
-- it gives nothing. Times are this server's, so the clocks of the edges do not matter.
--
-- KEYS[1] and up  text: a bucket's time in µs; it goes when the bucket is full again
-- ARGV[1] terms   JSON of two columns, an entry per key: [[µs per token], [tokens of a full bucket]]
-- ARGV[2] tries   JSON of four columns, an entry per try: [[address], [user], [sale], [slider]], the
--                 first three the number of its key from 1, or 0 for none; slider is 1 for a try
--                 that needs the slider when it is over half, else 0
--
-- Returns an array: for each key the µs from now until the bucket is full, then for each try
--    0  let through
--   -1  let through, but its address or its user has less than half a bucket left
--    n  refused by column n of the tries: 1 address, 2 user, 3 sale

local terms, tries = cjson.decode(ARGV[1]), cjson.decode(ARGV[2])
local token_us, capacities = terms[1], terms[2]
local addresses, users, sales, sliders = tries[1], tries[2], tries[3], tries[4]

-- In µs: times are kept in whole ones, tokens need not be.
local SLACK = 1

local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
-- How far the time of each bucket is ahead of now. A date in µs leaves no room for parts of one, so
-- everything is reckoned with these.
local times, ahead, changed = {}, {}, {}
if KEYS[1] then
  times = redis.call('MGET', unpack(KEYS))
end
for key = 1, #KEYS do
  local known = tonumber(times[key] or 0) or 0
  -- No bucket is emptier than empty: after a change of its terms, or of this clock.
  ahead[key] = math.min(math.max(known - now, 0), capacities[key] * token_us[key])
end

local function refuses(key)
  if key == 0 then
    return false
  end
  return ahead[key] + token_us[key] - capacities[key] * token_us[key] > SLACK
end

-- Returns whether more than half is used up; half of one token is a whole one.
local function take(key)
  if key == 0 then
    return false
  end
  ahead[key] = ahead[key] + token_us[key]
  changed[key] = true
  return ahead[key] - math.max(1, capacities[key] / 2) * token_us[key] > SLACK
end

local verdicts = {}
for try = 1, #users do
  local address, user, sale = addresses[try], users[try], sales[try]
  if refuses(user) then
    verdicts[try] = 2
  elseif refuses(address) then
    verdicts[try] = 1
  else
    local address_half, user_half = take(address), take(user)
    local is_over_half = address_half or user_half
    if is_over_half and sliders[try] == 1 then
      verdicts[try] = -1
    elseif refuses(sale) then
      verdicts[try] = 3
    else
      take(sale)
      verdicts[try] = is_over_half and -1 or 0
    end
  end
end

local answer = {}
for key = 1, #KEYS do
  if changed[key] then
    local left_ms = math.max(1, math.ceil(ahead[key] / 1000))
    redis.call('SET', KEYS[key], string.format('%.0f', now + ahead[key]), 'PX', left_ms)
  end
  answer[key] = math.ceil(ahead[key])
end
for try = 1, #verdicts do
  answer[#KEYS + try] = verdicts[try]
end
return answer
