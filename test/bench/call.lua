-- wrk's script: calls in turn as each client, and tells what came of it as one line of JSON.
-- Arguments: path, body, token, token, ...
local requests = {}
local turn = 0

function init(args)
  for index = 3, #args do
    local headers = { ["content-type"] = "application/json", ["authorization"] = "Bearer " .. args[index] }
    requests[#requests + 1] = wrk.format("POST", args[1], headers, args[2])
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('{"calls":%d,"microseconds":%d,"median":%d,"p99":%d,"failures":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
