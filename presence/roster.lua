-- Who is here. KEYS: due (users by their next possible transition), shown (user -> what was last published), store
-- (its age). ARGV: prefix of a person's hash, the thresholds in ms, the most connections, a verb, its arguments.
--   beat   user connection state ...   these connections live
--   leave  user connection             this one ends soon, unless its person is back before that
--   sweep  most                        whose time has come
-- Answers {changed, refused}: changed = user, status, last seen ...; each change is answered to one caller only.
-- All moments are Redis' own, in ms: no two machines have to agree on the time.

local DUE, SHOWN, STORE = KEYS[1], KEYS[2], KEYS[3]
local PERSON = ARGV[1]
local IDLE, INACTIVE, EXPIRY, LEAVE, MOST = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local RANK = {offline = 0, inactive = 1, idle = 2, active = 3}
local LEFT = "left" -- all connections of a person that have gone and still count, in one entry

local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local changed, refused = {}, {}

local function whole(number)
  return string.format("%.0f", number)
end

-- When the store was born. One that nobody tended for a while is as good as new: its entries expired because Redis
-- was away, not because people left.
local function birth()
  local store = redis.call("HMGET", STORE, "born", "tended")
  local born, tended = tonumber(store[1] or ""), tonumber(store[2] or "")
  if not born or not tended or now - tended > EXPIRY / 2 then
    born = now
    redis.call("HSET", STORE, "born", whole(born))
  end
  redis.call("HSET", STORE, "tended", whole(now))
  return born
end

local born = birth()

local function connections(user)
  local live = {}
  local fields = redis.call("HGETALL", PERSON .. user)
  for i = 1, #fields, 2 do
    local expiry, visible, input = string.match(fields[i + 1], "^(%d+) ([01x]) (%d+)$")
    if expiry and tonumber(expiry) > now then
      live[fields[i]] = {
        expiry = tonumber(expiry),
        visible = visible == "1",
        invisible = visible == "x",
        input = tonumber(input),
      }
    else
      redis.call("HDEL", PERSON .. user, fields[i])
    end
  end
  return live
end

local function keep(user, name, entry)
  local visible = entry.invisible and " x " or entry.visible and " 1 " or " 0 "
  redis.call("HSET", PERSON .. user, name, whole(entry.expiry) .. visible .. whole(entry.input))
  redis.call("PEXPIRE", PERSON .. user, whole(EXPIRY * 3)) -- nobody sweeps after somebody invisible
end

-- What one connection says of its person, and when that may change by itself.
local function standing(entry)
  local quiet = now - entry.input
  if quiet >= INACTIVE then return "inactive", entry.expiry end
  if quiet >= IDLE or not entry.visible then return "idle", math.min(entry.expiry, entry.input + INACTIVE) end
  return "active", math.min(entry.expiry, entry.input + IDLE)
end

-- The best of all connections; published when it differs. `heard`: a sign of life came just now.
local function settle(user, live, heard)
  local status, due, expiry = "offline", nil, 0
  for _, entry in pairs(live) do
    if not entry.invisible then
      local one, turn = standing(entry)
      if RANK[one] > RANK[status] then status = one end
      due = math.min(due or turn, turn)
      expiry = math.max(expiry, entry.expiry)
    end
  end
  local before, seen = string.match(redis.call("HGET", SHOWN, user) or "", "^(%a+) (%d+)")
  if heard or not seen then seen = whole(now) end
  if status == "offline" and (before or "offline") ~= "offline" and now < born + EXPIRY then
    redis.call("ZADD", DUE, whole(born + EXPIRY), user) -- they may be back before we have to say that they left
    return
  end
  if due then redis.call("ZADD", DUE, whole(due), user) else redis.call("ZREM", DUE, user) end
  redis.call("HSET", SHOWN, user, status .. " " .. seen .. " " .. whole(expiry))
  if status ~= (before or "offline") then
    changed[#changed + 1] = user
    changed[#changed + 1] = status
    changed[#changed + 1] = seen
  end
end

local function full(live)
  local count = 0
  for name in pairs(live) do
    if name ~= LEFT then count = count + 1 end
  end
  return count >= MOST
end

-- A connection that nobody knows yet. Beside others of its person (a second tab, a return) it is no input by itself
-- and shows what they showed; alone it is one, unless it says how long there was none.
local function arrival(live)
  local entry
  for _, other in pairs(live) do
    if not other.invisible then
      entry = entry or {input = 0, visible = false}
      entry.input = math.max(entry.input, other.input)
      entry.visible = entry.visible or other.visible
    end
  end
  return entry or {input = now, visible = true}
end

-- The connection counts for a little longer, so that a reload shows nothing.
local function part(user, live, connection)
  local entry = live[connection]
  local left = live[LEFT] or {visible = false, input = 0}
  live[LEFT] = {
    expiry = now + LEAVE,
    visible = entry.visible or left.visible,
    input = math.max(entry.input, left.input),
  }
  live[connection] = nil
  redis.call("HDEL", PERSON .. user, connection)
  keep(user, LEFT, live[LEFT])
  settle(user, live, true)
end

local function beat(user, connection, state)
  local live = connections(user)
  local entry = live[connection]
  if not entry and full(live) then
    refused[#refused + 1] = connection
    return
  end
  if state == "invisible" then -- to the others just what it is to leave, and after that nothing at all
    if entry and not entry.invisible then part(user, live, connection) end
    keep(user, connection, {expiry = now + EXPIRY, invisible = true, input = 0})
    return
  end
  if entry and entry.invisible then
    live[connection], entry = nil, nil -- and to come back is to arrive
  end
  entry = entry or arrival(live)
  entry.expiry = now + EXPIRY
  if state == "active" then
    entry.input, entry.visible = now, true
  elseif state == "idle" then
    entry.input, entry.visible = math.min(entry.input, now - IDLE), true
  elseif state == "inactive" then
    entry.input, entry.visible = math.min(entry.input, now - INACTIVE), true
  elseif state == "hidden" then
    entry.visible = false
  end -- "here" says nothing new
  live[connection] = entry
  keep(user, connection, entry)
  settle(user, live, true)
end

local function leave(user, connection)
  local live = connections(user)
  local entry = live[connection]
  if entry and entry.invisible then
    redis.call("HDEL", PERSON .. user, connection)
  elseif entry then
    part(user, live, connection)
  end
end

local function sweep(most)
  for _, user in ipairs(redis.call("ZRANGEBYSCORE", DUE, "-inf", whole(now), "LIMIT", 0, most)) do
    settle(user, connections(user), false)
  end
end

local verb = ARGV[7]
if verb == "beat" then
  for i = 8, #ARGV, 3 do beat(ARGV[i], ARGV[i + 1], ARGV[i + 2]) end
elseif verb == "leave" then
  for i = 8, #ARGV, 2 do leave(ARGV[i], ARGV[i + 1]) end
else
  sweep(ARGV[8])
end
return {changed, refused}
