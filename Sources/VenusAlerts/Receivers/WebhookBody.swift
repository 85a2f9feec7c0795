import VenusCore

/// The full message, in the form that Standard Webhooks recommends: `type`, `timestamp`, `data`; below 20 KB.
enum WebhookBody {
    /// Bytes of JSON that are recommended as the most.
    static let maximumBytes = 20_000
    private static let maximumListed = 20

    static func json(_ message: AlertMessage) -> JSON {
        // Names are bounded, so this many of each fit nearly always; where they are all long there are fewer.
        var listed = maximumListed
        while listed > 0 {
            let json = json(message, listed: listed)
            if json.bytes.count <= maximumBytes { return json }
            listed /= 2
        }
        return json(message, listed: 0)
    }

    private static func json(_ message: AlertMessage, listed: Int) -> JSON {
        let name = MessageText.name
        let text = { (text: String?) -> JSON in text.map { .text(name($0)) } ?? .null }
        let number = { (number: Double?) -> JSON in number.map { .number($0) } ?? .null }
        let evidence = message.evidence.prefix(listed).map { one -> JSON in
            let phase = one.phase.map { growth -> JSON in
                [
                    "name": .text(name(growth.phase)), "before_ms": .number(growth.before),
                    "now_ms": .number(growth.now), "baseline": text(one.baseline?.rawValue),
                ]
            }
            return [
                "level": .text(one.subject.level), "environment": text(one.subject.key?.environment),
                "service": text(one.subject.key?.service), "dependency": text(one.subject.key?.dependency),
                "operation": text(one.subject.key?.operation), "host": text(one.subject.host),
                "part": text(one.part),
                "metric": .text(name(one.metric)), "severity": .text(one.severity.rawValue), "value": number(one.value),
                "limit": number(one.limit), "phase": phase ?? .null,
                "failures": .array(
                    one.failures.prefix(ReportCard.maximumFailures).map {
                        ["error_type": .text(name($0.errorType)), "calls": .integer(Int64(clamping: $0.calls))]
                    }),
            ]
        }
        let sample = message.sample.map { sample -> JSON in
            [
                "operation": .text(name(sample.operation)), "error_type": text(sample.errorType),
                "duration_ms": .number(sample.milliseconds), "trace": text(sample.trace),
            ]
        }
        return [
            "type": .text("alert.\(message.kind.rawValue)"), "timestamp": .text(Figure.time(message.at)),
            "data": [
                "id": .text(message.id), "fault": .text(message.fault), "severity": .text(message.severity.rawValue),
                "kind": .text(message.node.kind.rawValue), "environment": .text(name(message.node.environment)),
                "name": .text(name(message.node.name)), "since": .text(Figure.time(message.since)),
                "summary": .text(MessageText(message).headline), "alerts": .array(evidence),
                "alerts_total": .integer(Int64(message.evidence.count)),
                "services": .array(message.services.prefix(listed).map { .text(name($0)) }),
                "services_total": .integer(Int64(message.services.count)),
                "inhibited": .array(message.inhibited.prefix(listed).map { .text(name($0)) }),
                "inhibited_total": .integer(Int64(message.inhibited.count)), "sample": sample ?? .null,
                "link": message.link.flatMap { WebLink.checked($0) }.map { .text($0) } ?? .null,
            ],
        ]
    }
}

extension WatchSubject {
    fileprivate var host: String? { if case .host(let name) = self { name } else { nil } }
}
