import Hummingbird
import VenusStore

/// `GET /api/v1/losses`: calls that a proxy gave numbers to and that never arrived, and entries of the call log that
/// could not be read, newest first.
struct LossesResource: Sendable {
    /// Losses in one answer at most.
    static let maximumLosses = 1_000
    /// Entries in one answer at most.
    static let maximumEntries = 100
    /// How far back it looks unless told otherwise, in milliseconds: a day.
    static let defaultSpan: Int64 = 86_400_000

    let store: any Store
    /// Milliseconds since the epoch.
    let now: @Sendable () -> Int64

    var route: Route { Route(.get, "/api/v1/losses", entry: .reading, handle: respond) }

    @Sendable private func respond(_ request: APIRequest) async throws -> Response {
        let parameters = try request.parameters(["quarantined_before", "since"])
        let since = try parameters.instant("since") ?? now() - Self.defaultSpan
        var before: Int64?
        if parameters.has("quarantined_before") {
            before = parameters["quarantined_before"].flatMap { Int64($0) }.flatMap { $0 > 0 ? $0 : nil }
            guard before != nil else {
                throw Problem.invalidParameter(
                    "quarantined_before", "must be what `quarantined.next` of an answer says.")
            }
        }
        let losses = try await store.losses(since: since, limit: Self.maximumLosses + 1)
        let total = try await store.lossTotals(since: since)
        let page = try await store.quarantined(since: since, before: before, limit: Self.maximumEntries)
        return request.answer(
            try JSONOutput.encode(Output(since: since, losses: losses, total: total, quarantined: Quarantined(page))))
    }

    private struct Output: Encodable {
        var since: String
        /// Of the items shown.
        var calls: UInt64
        /// Whether the items are all there are; otherwise the newest, and `calls` of these alone.
        var is_complete: Bool
        var items: [Item]
        var quarantined: Quarantined
        var total: Total

        init(since: Int64, losses: [Loss], total: LossTotals, quarantined: Quarantined) {
            self.since = Timestamp.text(milliseconds: since)
            let shown = losses.prefix(LossesResource.maximumLosses)
            calls = shown.reduce(0) { $0 &+ $1.count }
            is_complete = shown.count == losses.count
            items = shown.map(Item.init)
            self.quarantined = quarantined
            self.total = Total(calls: total.calls, count: total.count)
        }
    }

    /// Of all losses, listed or not.
    private struct Total: Encodable {
        var calls: UInt64
        var count: UInt64
    }

    /// Entries that could not be read, or that somebody trimmed before they were.
    private struct Quarantined: Encodable {
        /// All of them, not only those of this page.
        var count: Int
        var items: [Entry]
        /// The next page's `quarantined_before`; absent on the last.
        var next: String?

        init(_ page: QuarantinePage) {
            count = page.count
            items = page.entries.map(Entry.init)
            next = page.next.map { "\($0)" }
        }
    }

    private struct Entry: Encodable {
        /// When it was put aside.
        var at: String
        var shard: Int
        /// Its id in the call log; `AFTER..BEFORE` for those between two.
        var entry: String
        var reason: String

        init(_ entry: QuarantinedEntry) {
            at = Timestamp.text(milliseconds: entry.at)
            shard = entry.shard
            self.entry = entry.entryID
            reason = entry.reason
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
