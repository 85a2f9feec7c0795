extension KPI: Encodable {
    enum CodingKeys: String, CodingKey {
        case calls, availability
        case errorRate = "error_rate"
        case clientErrorRate = "client_error_rate"
        case serverErrorRate = "server_error_rate"
        case transportErrorRate = "transport_error_rate"
        case basis
        case responseTime = "response_time_ms"
        case ttfb = "ttfb_ms"
        case load, cancelled, denied
        case wouldBeDenied = "would_be_denied"
        case linkLocal = "link_local"
        case estimated
    }

    /// Every member is written, `null` where there is nothing to say: a program need not ask whether it is there.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(calls, forKey: .calls)
        try container.encode(availability, forKey: .availability)
        try container.encode(errorRate, forKey: .errorRate)
        try container.encode(clientErrorRate, forKey: .clientErrorRate)
        try container.encode(serverErrorRate, forKey: .serverErrorRate)
        try container.encode(transportErrorRate, forKey: .transportErrorRate)
        try container.encode(basis, forKey: .basis)
        try container.encode(responseTime, forKey: .responseTime)
        try container.encode(ttfb, forKey: .ttfb)
        try container.encode(load, forKey: .load)
        try container.encode(cancelled, forKey: .cancelled)
        try container.encode(denied, forKey: .denied)
        try container.encode(wouldBeDenied, forKey: .wouldBeDenied)
        try container.encode(linkLocal, forKey: .linkLocal)
        try container.encode(estimated, forKey: .estimated)
    }
}

extension KPI.Distribution: Encodable {
    enum CodingKeys: String, CodingKey { case mean, p50, p90, p95, p99, max }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(mean, forKey: .mean)
        try container.encode(p50, forKey: .p50)
        try container.encode(p90, forKey: .p90)
        try container.encode(p95, forKey: .p95)
        try container.encode(p99, forKey: .p99)
        try container.encode(max, forKey: .max)
    }
}

extension KPI.Load: Encodable {
    enum CodingKeys: String, CodingKey {
        case callsPerMinute = "calls_per_minute"
        case bytesSentPerSecond = "bytes_sent_per_second"
        case bytesReceivedPerSecond = "bytes_received_per_second"
        case inFlight = "in_flight"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(callsPerMinute, forKey: .callsPerMinute)
        try container.encode(bytesSentPerSecond, forKey: .bytesSentPerSecond)
        try container.encode(bytesReceivedPerSecond, forKey: .bytesReceivedPerSecond)
        try container.encode(inFlight, forKey: .inFlight)
    }
}
