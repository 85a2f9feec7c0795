import Hummingbird
import VenusStore

/// `GET /api/v1/losses`: calls that a proxy gave numbers to and that never arrived, newest first.
struct LossesResource: Sendable {
    /// Losses in one answer at most.
    static let maximumLosses = 1_000
    /// How far back it looks unless told otherwise, in milliseconds: a day.
    static let defaultSpan: Int64 = 86_400_000

    let store: any Store
    /// Milliseconds since the epoch.
    let now: @Sendable () -> Int64

    var route: Route { Route(.get, "/api/v1/losses", entry: .reading, handle: respond) }

    @Sendable private func respond(_ request: APIRequest) async throws -> Response {
        let parameters = try request.parameters(["since"])
        var since = now() - Self.defaultSpan
        if parameters.has("since") {
            guard let given = parameters["since"].flatMap(Timestamp.milliseconds) else {
                throw Problem.invalidParameter(
                    "since", "must be an RFC 3339 date-time such as 2026-11-21T12:00:00Z.")
            }
            since = given
        }
        let losses = try await store.losses(since: since, limit: Self.maximumLosses)
        return .json(try JSONOutput.encode(Output(since: since, losses: losses)))
    }

    private struct Output: Encodable {
        var since: String
        /// Of the items shown.
        var calls: UInt64
        var items: [Item]

        init(since: Int64, losses: [Loss]) {
            self.since = Timestamp.text(milliseconds: since)
            calls = losses.reduce(0) { $0 &+ $1.count }
            items = losses.map(Item.init)
        }
    }

    private struct Item: Encodable {
        /// When it was noticed.
        var at: String
        var environment: String
        var service: String
        var producer: String
        /// The first lost sequence number.
        var first: UInt64
        var calls: UInt64

        init(_ loss: Loss) {
            at = Timestamp.text(milliseconds: loss.at)
            environment = loss.environment
            service = loss.service
            producer = loss.producer
            first = loss.first
            calls = loss.count
        }
    }
}
