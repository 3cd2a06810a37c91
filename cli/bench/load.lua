-- Sends GET for the paths of a file in turn, round and round, and ends with one line of JSON.
-- Arguments: the file, the number of the path to begin with. Threads begin far apart.

local threads = {}

function setup(thread)
  thread:set("number", #threads)
  threads[#threads + 1] = thread
end

function init(args)
  prepared = {}
  for path in io.lines(args[1]) do
    prepared[#prepared + 1] = wrk.format("GET", path)
  end
  position = (tonumber(args[2]) + number * math.floor(#prepared / 2)) % #prepared
end

function request()
  position = position % #prepared + 1
  return prepared[position]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    'BENCH {"requests": %d, "microseconds": %d, "bytes": %d, "refused": %d, "broken": %d, '
      .. '"p50_us": %d, "p99_us": %d}\n',
    summary.requests, summary.duration, summary.bytes, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)
  ))
end
