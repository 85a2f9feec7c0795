package import VenusAnalysis
import VenusCore

/// Calls by themselves, of all shards together.
package struct CallsOutput: Sendable {
    /// `nil` where it is put before the other members when they are sent.
    package var at: String?
    private var calls: RecentCalls

    /// - Parameter filter: its limit is that of each list.
    package init(_ picture: CallsPicture, filter: ViewFilter) {
        let isLater = { (left: RecentCall, right: RecentCall) in left.end > right.end }
        func pick(
            _ list: KeyPath<RecentCalls, [RecentCall]>, _ isBefore: (RecentCall, RecentCall) -> Bool
        ) -> [RecentCall] {
            var picked: [RecentCall] = []
            for shard in picture.shards { picked += shard[keyPath: list].filter { filter.matches($0.key) } }
            return Array(picked.sorted(by: isBefore).prefix(filter.page.limit ?? RecentCalls.maximumCalls))
        }
        calls = RecentCalls()
        calls.last = pick(\.last, isLater)
        calls.slowest = pick(\.slowest) { ($1.call.duration, $1.end) < ($0.call.duration, $0.end) }
        calls.failed = pick(\.failed, isLater)
    }
}

extension CallsOutput: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            if let at {
                writer.name("at")
                writer.value(at)
            }
            for (name, list) in Self.lists {
                writer.name(name)
                writer.array(calls[keyPath: list]) { $1.write(to: &$0) }
            }
        }
    }

    private static var lists: [(StaticString, KeyPath<RecentCalls, [RecentCall]>)] {
        [("failed", \.failed), ("last", \.last), ("slowest", \.slowest)]
    }
}

extension RecentCall: JSONWritable {
    /// As `venus tail --json` has it; `at` is the call's end.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("at")
            writer.value(Timestamp.text(milliseconds: end / 1_000))
            writer.name("bytes_received")
            writer.value(call.bytesReceived)
            writer.name("bytes_sent")
            writer.value(call.bytesSent)
            writer.name("dependency")
            writer.value(key.dependency)
            writer.name("duration_ms")
            writer.value(Double(call.duration) / 1_000)
            writer.name("environment")
            writer.value(key.environment)
            writer.name("error_type")
            writer.value(call.errorType?.name)
            writer.name("flags")
            writer.array(call.flags.names) { $0.value($1) }
            writer.name("instance")
            writer.value(instance)
            writer.name("operation")
            writer.value(key.operation)
            writer.name("outcome")
            writer.value(call.outcome.name)
            writer.name("phases_ms")
            writer.object { writer in
                for (name, phase) in Self.phases {
                    writer.name(name)
                    writer.value(call.phases[phase].map { Double($0) / 1_000 })
                }
            }
            writer.name("service")
            writer.value(key.service)
            writer.name("status")
            if call.status == 0 { writer.null() } else { writer.value(call.status) }
            writer.name("trace_id")
            writer.value(call.traceID?.description)
        }
    }

    private static let phases: [(StaticString, Phase)] = [
        ("blocked", .blocked), ("connect", .connect), ("dns", .dns), ("tls", .tls), ("transfer", .transfer),
        ("ttfb", .ttfb),
    ]
}
