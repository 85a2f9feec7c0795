package import VenusCore

extension KPI: JSONWritable {
    /// Every member is written, `null` where there is nothing to say: a program need not ask whether it is there.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("availability")
            writer.value(availability)
            writer.name("basis")
            writer.value(basis?.rawValue)
            writer.name("calls")
            writer.value(calls)
            writer.name("cancelled")
            writer.value(cancelled)
            writer.name("client_error_rate")
            writer.value(clientErrorRate)
            writer.name("denied")
            writer.value(denied)
            writer.name("error_rate")
            writer.value(errorRate)
            writer.name("estimated")
            writer.value(estimated)
            writer.name("link_local")
            writer.value(linkLocal)
            writer.name("load")
            load.write(to: &writer)
            writer.name("response_time_ms")
            responseTime.write(to: &writer)
            writer.name("server_error_rate")
            writer.value(serverErrorRate)
            writer.name("transport_error_rate")
            writer.value(transportErrorRate)
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
            writer.value(max)
            writer.name("mean")
            writer.value(mean)
            writer.name("p50")
            writer.value(p50)
            writer.name("p90")
            writer.value(p90)
            writer.name("p95")
            writer.value(p95)
            writer.name("p99")
            writer.value(p99)
        }
    }
}

extension KPI.Load: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("bytes_received_per_second")
            writer.value(bytesReceivedPerSecond)
            writer.name("bytes_sent_per_second")
            writer.value(bytesSentPerSecond)
            writer.name("calls_per_minute")
            writer.value(callsPerMinute)
            writer.name("in_flight")
            if let inFlight { writer.value(inFlight) } else { writer.null() }
        }
    }
}
