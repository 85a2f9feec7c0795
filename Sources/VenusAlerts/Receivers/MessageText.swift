import VenusCore

/// A message in plain words: a headline, and lines below it. Nothing in it is escaped for any receiver yet, and no line
/// holds a line break.
struct MessageText {
    /// Most lines of evidence, of inhibited edges and of services; the rest is counted.
    static let maximumListed = 10
    /// Longest name in UTF-16 units.
    static let maximumName = 200

    var headline: String
    var lines: [String]

    init(_ message: AlertMessage) {
        let name = Self.name(message.node.name.isEmpty ? "Venus" : message.node.name)
        let environment = message.node.environment.isEmpty ? "" : " (\(Self.name(message.node.environment)))"
        headline =
            switch message.kind {
            case .firing, .repeated, .escalated:
                message.severity == .critical ? "\(name)\(environment) is failing" : "\(name)\(environment) is degraded"
            case .resolved: "\(name)\(environment) has recovered"
            case .test: "Test message from Venus"
            }
        if message.kind == .repeated { headline += ", still" }
        lines = []
        if message.kind == .test { lines.append("Messages about failing dependencies arrive here.") }
        for evidence in message.evidence.prefix(Self.maximumListed) { lines.append(Self.line(evidence)) }
        Self.count(message.evidence.count, "more alert", to: &lines)
        if message.kind != .test { lines.append("Since \(Figure.time(message.since))") }
        if !message.services.isEmpty {
            let names = message.services.prefix(Self.maximumListed).map(Self.name).joined(separator: ", ")
            let more = message.services.count - Self.maximumListed
            let verb = message.node.kind == .host ? "Runs" : "Seen by"
            lines.append("\(verb) \(names)" + (more > 0 ? " and \(more) more" : ""))
        }
        for edge in message.inhibited.prefix(Self.maximumListed) { lines.append("Also failing: \(Self.name(edge))") }
        Self.count(message.inhibited.count, "more edge", to: &lines)
        if let sample = message.sample {
            let error = sample.errorType.map { ", \(Self.name($0))" } ?? ""
            let trace = sample.trace.map { ", trace \(Self.name($0))" } ?? ""
            lines.append(
                "For example \(Self.name(sample.operation)): \(Figure.milliseconds(sample.milliseconds))\(error)\(trace)"
            )
        }
    }

    /// All of it.
    var text: String { ([headline] + lines).joined(separator: "\n") }

    static func name(_ name: String) -> String { PlainText.cut(PlainText.line(name), to: maximumName) }

    /// What people call a subject.
    static func subject(_ subject: WatchSubject) -> String {
        switch subject {
        case .everything: return "everything"
        case .host(let host): return name(host)
        case .series(let key):
            switch key.level {
            case .total: return name(key.environment)
            case .service: return name(key.service)
            case .dependency: return name(key.dependency)
            case .edge: return "\(name(key.service)) → \(name(key.dependency))"
            case .operation: return "\(name(key.service)) → \(name(key.dependency)) \(name(key.operation))"
            }
        }
    }

    private static func line(_ evidence: AlertMessage.Evidence) -> String {
        let metric = name(Figure.metric(evidence.metric))
        var line = subject(evidence.subject) + (evidence.part.map { " " + name($0) } ?? "") + ": "
        if evidence.metric == "no_data" {
            if case .host = evidence.subject { line += "not heard of any more" } else { line += "no calls any more" }
        } else {
            line += metric
            if let value = evidence.value { line += " \(Figure.text(value, metric: evidence.metric))" }
            if let limit = evidence.limit { line += " (limit \(Figure.text(limit, metric: evidence.metric)))" }
        }
        if let phase = evidence.phase {
            line += "; \(name(phase.phase)) grew from \(Figure.milliseconds(phase.before))"
            line += " to \(Figure.milliseconds(phase.now))"
            switch evidence.baseline {
            case .week: line += " against the same hour a week before"
            case .day: line += " against the last day"
            case nil: break
            }
        }
        if !evidence.failures.isEmpty {
            let most = evidence.failures.prefix(ReportCard.maximumFailures)
            line += "; " + most.map { "\(name($0.errorType)) × \($0.calls)" }.joined(separator: ", ")
        }
        return line
    }

    private static func count(_ all: Int, _ what: String, to lines: inout [String]) {
        let more = all - maximumListed
        if more > 0 { lines.append("… and \(more) \(what)\(more == 1 ? "" : "s")") }
    }
}
