import Hummingbird
import VenusStore

/// `GET /api/v1/buckets`: how it stands with the buckets that hosts' readings come through, whichever server reads
/// them.
struct BucketsResource: Sendable {
    let store: any HostStore

    var route: Route { Route(.get, "/api/v1/buckets", entry: .reading, handle: list) }

    @Sendable private func list(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let buckets = try await store.readingsBuckets()
        return .json(try JSONOutput.encode(Output(items: buckets.map(Item.init))))
    }

    private struct Output: Encodable {
        var items: [Item]
    }

    private struct Item: Encodable {
        struct Refusal: Encodable {
            var at: String
            var object: String
            var reason: String
        }

        var name: String
        var checked_at: String
        /// Why it cannot be read.
        var failure: String?
        var failed_since: String?
        var objects_taken: UInt64
        var objects_refused: UInt64
        var last_refusal: Refusal?

        init(_ bucket: ReadingsBucket) {
            name = bucket.name
            checked_at = Timestamp.text(milliseconds: bucket.checkedAt)
            failure = bucket.failure.isEmpty ? nil : bucket.failure
            failed_since = bucket.failure.isEmpty ? nil : Timestamp.text(milliseconds: bucket.failedSince)
            objects_taken = bucket.taken
            objects_refused = bucket.refused
            last_refusal = bucket.lastRefusal.map {
                Refusal(at: Timestamp.text(milliseconds: $0.at), object: $0.object, reason: $0.reason)
            }
        }
    }
}
