import Hummingbird
import VenusAlerts
import VenusCore

/// `GET /api/v1/report`: each service's grade, and why.
struct ReportResource: Sendable {
    static let path = "/api/v1/report"

    let reader: ReportReader

    var route: Route { Route(.get, Self.path, entry: .reading, handle: respond) }

    @Sendable private func respond(_ request: APIRequest) async throws -> Response {
        let parameters = try request.parameters(["environment", "service"])
        let report = try await reader.report()
        let cards = report.cards.filter { card in
            (parameters["environment"].map { $0 == card.environment } ?? true)
                && (parameters["service"].map { $0 == card.service } ?? true)
        }
        return request.answer(
            try JSONOutput.encode(
                Output(at: Timestamp.text(milliseconds: report.at), services: cards.map(CardItem.init))))
    }

    private struct Output: Encodable {
        var at: String
        var services: [CardItem]
    }

    private struct CardItem: Encodable {
        var environment: String
        var service: String
        var grade: String
        var crossed: [CrossedItem]

        init(_ card: ReportCard) {
            environment = card.environment
            service = card.service
            grade = card.grade.rawValue
            crossed = card.crossed.map(CrossedItem.init)
        }
    }
}

/// A crossed limit as a report lists it.
struct CrossedItem: Encodable {
    private enum CodingKeys: String, CodingKey {
        case metric, direction, window, severity, value, limit, since, phase, failures
    }

    private struct PhaseItem: Encodable {
        var name: String
        var before_ms: Double
        var now_ms: Double
        /// `week`: the same hour a week before; `day`: the last day.
        var baseline: String
    }

    private struct FailureItem: Encodable {
        var error_type: String
        var calls: UInt64
    }

    private let limit: CrossedLimit

    init(_ limit: CrossedLimit) { self.limit = limit }

    func encode(to encoder: any Encoder) throws {
        try limit.subject.encode(to: encoder)
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(limit.metric.name, forKey: .metric)
        try members.encode(limit.direction.rawValue, forKey: .direction)
        try members.encode(limit.window.name, forKey: .window)
        try members.encode(limit.severity.rawValue, forKey: .severity)
        try members.encode(limit.value.toEightDecimals, forKey: .value)
        try members.encode(limit.limit, forKey: .limit)
        try members.encode(limit.since.map { Timestamp.text(seconds: $0) }, forKey: .since)
        var phase: PhaseItem?
        if let grown = limit.phase, let baseline = limit.baseline {
            phase = PhaseItem(
                name: grown.phase, before_ms: grown.before.toEightDecimals, now_ms: grown.now.toEightDecimals,
                baseline: baseline.rawValue)
        }
        try members.encode(phase, forKey: .phase)
        try members.encode(
            limit.failures.map { FailureItem(error_type: $0.errorType, calls: $0.calls) }, forKey: .failures)
    }
}
