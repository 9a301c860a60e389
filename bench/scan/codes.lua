-- wrk script: a random code for each request, from a file of fixed-width lines.
local file = io.open(os.getenv("CODES"), "rb")
local codes = file:read("*a")
file:close()
local width = 21
local count = #codes / width
local headers = { ["Accept-Encoding"] = "identity" }
if os.getenv("PREFETCH") then
  headers["Sec-Purpose"] = "prefetch"
end

function init()
  math.randomseed(tonumber(os.getenv("SEED") or "1"))
end

function request()
  local at = math.random(0, count - 1) * width
  return wrk.format("GET", "/t/" .. codes:sub(at + 1, at + width - 1), headers)
end

function done(summary)
  io.write(string.format("result %d %d %d\n", summary.requests, summary.bytes,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
