-- wrk's script: the request comes from the environment, the result goes out as one line.
wrk.method = os.getenv("LOAD_METHOD") or "GET"
wrk.body = os.getenv("LOAD_BODY")
local key = os.getenv("LOAD_KEY")
if key then wrk.headers["Authorization"] = "Bearer " .. key end
if wrk.body then wrk.headers["Content-Type"] = "application/json" end

function done(summary, latency, requests)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    io.write(string.format("load %d %d %d\n", summary.requests, summary.duration, failed))
end
