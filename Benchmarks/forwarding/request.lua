-- Absolute-form requests with eight fields, as an application's HTTP client sends them through a proxy.
-- Arguments: the target, http://HOST:PORT/PATH, HOST:PORT, and the proxy's credentials if it wants any.
function init(arguments)
  wrk.path = arguments[1]
  wrk.headers["Host"] = arguments[2]
  wrk.headers["User-Agent"] = "checkout/4.7.1 (linux; x86_64) http-client/2.31"
  wrk.headers["Accept"] = "application/json, text/plain;q=0.9, */*;q=0.8"
  wrk.headers["Accept-Encoding"] = "gzip, deflate, br"
  wrk.headers["Accept-Language"] = "en-US,en;q=0.9"
  wrk.headers["Authorization"] = "Bearer 4f1c2d9e8b7a6f5e4d3c2b1a0f9e8d7c6b5a4f3e2d1c0b9a"
  wrk.headers["X-Request-Id"] = "01JD7W3S8N4V0Q2M5K9T6R1XZC"
  wrk.headers["Traceparent"] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
  wrk.headers["Proxy-Authorization"] = arguments[3]
end

-- One line of JSON; durations in microseconds.
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,"errors":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
