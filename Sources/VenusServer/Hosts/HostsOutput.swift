import VenusCore
import VenusStore

/// `GET /hosts`, but for `at`: the hosts, and of one that is asked for each of its metrics.
struct HostsOutput: JSONWritable {
    private let picture: HostsPicture
    private let hosts: [KnownHost]
    /// Whose metrics are told.
    private let chosen: KnownHost?

    init(_ picture: HostsPicture, filter: ViewFilter) {
        self.picture = picture
        hosts = picture.hosts.filter { host in
            (filter.host.map { $0 == host.name } ?? true) && (filter.environment.map { $0 == host.environment } ?? true)
                && (filter.service.map { service in
                    picture.services.on(host.name).contains { $0.item.service == service }
                } ?? true)
        }
        chosen = filter.host == nil ? nil : hosts.first
    }

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("items")
            writer.array(hosts) { write($1, to: &$0) }
            writer.name("metrics")
            writer.array(metrics) { writer, metric in
                Self.write(metric.key, metric.value, to: &writer)
            }
        }
    }

    private var metrics: [(key: HostSeries, value: HostTotals)] {
        (chosen?.latest?.values ?? [:]).sorted { $0.key < $1.key }
    }

    private func write(_ host: KnownHost, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("agent_version")
            writer.value(host.agentVersion)
            writer.name("environment")
            writer.value(host.environment)
            writer.name("figures")
            HostFigures(host.latest).write(to: &writer)
            writer.name("first_seen")
            writer.value(Timestamp.text(milliseconds: host.firstSeen))
            writer.name("id")
            writer.value("host:" + host.name)
            writer.name("is_silent")
            writer.value(host.isSilent(at: picture.at))
            writer.name("last_seen")
            writer.value(Timestamp.text(milliseconds: host.lastSeen))
            writer.name("name")
            writer.value(host.name)
            writer.name("readings_dropped")
            writer.value(host.dropped)
            writer.name("services")
            writer.array(picture.services.on(host.name)) { writer, service in
                writer.object { writer in
                    writer.name("clock_skew_ms")
                    writer.value(service.proxies.clockSkew)
                    writer.name("environment")
                    writer.value(service.item.environment)
                    writer.name("proxies")
                    writer.value(service.proxies.count)
                    writer.name("service")
                    writer.value(service.item.service)
                }
            }
        }
    }

    private static func write(_ series: HostSeries, _ totals: HostTotals, to writer: inout JSONWriter) {
        writer.object { writer in
            HostSeriesOutput.writeAttributes(of: series, to: &writer)
            writer.name("id")
            writer.value("\(series.metric.name)|\(series.subject)|\(series.state)")
            HostSeriesOutput.writeKind(of: series, to: &writer)
            writer.name("value")
            writer.value(totals.mean, significantDigits: 6)
        }
    }
}

/// What every answer says of a series beside its values.
enum HostSeriesOutput {
    /// The member `attributes`, first in order.
    static func writeAttributes(of series: HostSeries, to writer: inout JSONWriter) {
        let attributes = [
            (series.metric.subjectAttribute, series.subject), (series.metric.stateAttribute, series.state),
        ]
        writer.name("attributes")
        writer.object { writer in
            for (name, value) in attributes.sorted(by: { ($0.0 ?? "") < ($1.0 ?? "") }) where !value.isEmpty {
                guard let name else { continue }
                writer.name(text: name)
                writer.value(value)
            }
        }
    }

    /// The members `kind`, `name` and `unit`.
    ///
    /// - Parameter between: writes the members that stand between `name` and `unit` in order.
    static func writeKind(
        of series: HostSeries, to writer: inout JSONWriter, between: (inout JSONWriter) -> Void = { _ in }
    ) {
        writer.name("kind")
        switch series.metric.kind {
        case .gauge: writer.value("gauge")
        case .counter: writer.value("counter")
        }
        writer.name("name")
        writer.value(series.metric.name)
        between(&writer)
        writer.name("unit")
        writer.value(series.metric.kind == .counter ? series.metric.unit + "/s" : series.metric.unit)
    }
}
