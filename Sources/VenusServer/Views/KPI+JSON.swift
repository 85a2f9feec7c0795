package import VenusCore

extension KPI {
    /// Of times and loads in JSON: far more than a quantile is true to, which is to 0.55 %. Whole digits all stay.
    static let significantDigits = 5
}

extension KPI: JSONWritable {
    /// Every member is written, `null` where there is nothing to say: a program need not ask whether it is there.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("availability")
            writer.value(rate: availability)
            writer.name("basis")
            writer.value(basis?.rawValue)
            writer.name("calls")
            writer.value(calls)
            writer.name("cancelled")
            writer.value(cancelled)
            writer.name("client_error_rate")
            writer.value(rate: clientErrorRate)
            writer.name("denied")
            writer.value(denied)
            writer.name("error_rate")
            writer.value(rate: errorRate)
            writer.name("estimated")
            writer.value(estimated)
            writer.name("link_local")
            writer.value(linkLocal)
            writer.name("load")
            load.write(to: &writer)
            writer.name("response_time_ms")
            responseTime.write(to: &writer)
            writer.name("server_error_rate")
            writer.value(rate: serverErrorRate)
            writer.name("transport_error_rate")
            writer.value(rate: transportErrorRate)
            writer.name("ttfb_ms")
            ttfb.write(to: &writer)
            writer.name("would_be_denied")
            writer.value(wouldBeDenied)
        }
    }
}

extension KPI.Distribution: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("max")
            writer.value(max, significantDigits: KPI.significantDigits)
            writer.name("mean")
            writer.value(mean, significantDigits: KPI.significantDigits)
            writer.name("p50")
            writer.value(p50, significantDigits: KPI.significantDigits)
            writer.name("p90")
            writer.value(p90, significantDigits: KPI.significantDigits)
            writer.name("p95")
            writer.value(p95, significantDigits: KPI.significantDigits)
            writer.name("p99")
            writer.value(p99, significantDigits: KPI.significantDigits)
        }
    }
}

extension KPI.Load: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("bytes_received_per_second")
            writer.value(bytesReceivedPerSecond, significantDigits: KPI.significantDigits)
            writer.name("bytes_sent_per_second")
            writer.value(bytesSentPerSecond, significantDigits: KPI.significantDigits)
            writer.name("calls_per_minute")
            writer.value(callsPerMinute, significantDigits: KPI.significantDigits)
            writer.name("in_flight")
            if let inFlight { writer.value(inFlight) } else { writer.null() }
        }
    }
}
