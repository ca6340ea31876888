-- A token bucket, kept as one moment: when it will be full again. KEYS: the bucket. ARGV: ms that one token takes to
-- come back, how many the bucket holds. Takes one and answers 0; or, when there is none, the ms until there will be.
-- All moments are Redis' own, in ms.

local EACH, BURST = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local full = math.max(now, tonumber(redis.call("GET", KEYS[1]) or 0))
local wait = full - now - (BURST - 1) * EACH
if wait > 0 then return math.ceil(wait) end

full = full + EACH
redis.call("SET", KEYS[1], string.format("%.3f", full), "PX", math.ceil(full - now))
return 0
