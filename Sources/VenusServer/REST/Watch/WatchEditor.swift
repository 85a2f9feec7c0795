import Crypto
import Hummingbird
import VenusCore
import VenusStore

/// Changes what is watched by: in the store, noted in the audit log, and in effect on this server at once.
struct WatchEditor: Sendable {
    /// Bytes of an id that clients give.
    static let idBytes = 1...100

    let store: any ServerStore
    let audit: AuditLog
    let thresholds: ThresholdReader
    /// Milliseconds since the epoch.
    let now: @Sendable () -> Int64

    /// - Parameter detail: for the audit log.
    func set<Item: WatchItem>(
        _ item: Item, id: String, _ event: AuditEntry.Event, detail: String, _ request: APIRequest
    ) async throws -> WatchRecord<Item> {
        let record = WatchRecord(id: id, item: item, changedAt: now(), changedBy: request.requirePrincipal().actor)
        guard try await store.setWatched(record) != .full else {
            throw Problem.conflict(
                "There are \(Item.watchKind.maximumCount) already, which is the most. Remove one that nobody needs.")
        }
        try await note(event, Item.watchKind, id, detail, request)
        return record
    }

    func remove<Item: WatchItem>(
        _ kind: Item.Type, id: String, _ event: AuditEntry.Event, _ request: APIRequest,
        detail: (Item) -> String
    ) async throws -> Response {
        guard let removed = try await store.removeWatched(kind, id: id) else {
            throw Problem.noSuch(Item.watchKind.rawValue)
        }
        try await note(event, Item.watchKind, id, detail(removed.item), request)
        return Response(status: .noContent)
    }

    private func note(
        _ event: AuditEntry.Event, _ kind: WatchKind, _ id: String, _ detail: String, _ request: APIRequest
    ) async throws {
        await thresholds.refresh()
        try await audit.note(
            event, actor: request.requirePrincipal().actor, subject: "\(kind.rawValue):\(id)",
            address: request.address, detail: detail)
    }

    /// The id that stands in the path of something new or known.
    func givenID(_ request: APIRequest) throws(Problem) -> String {
        let id = request.pathParameters["id"] ?? ""
        let isName = id.utf8.enumerated().allSatisfy { place, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): place > 0
            default: false
            }
        }
        guard Self.idBytes.contains(id.utf8.count), isName else {
            throw .invalidParameter(
                "id", "it has 1 to \(Self.idBytes.upperBound) letters of a to z, digits, and after the first . _ -")
        }
        return id
    }

    /// The id of the threshold on this metric of this subject: there is one at most.
    static func thresholdID(_ stored: StoredThreshold) -> String {
        let key = stored.subject.key
        var host = ""
        if case .host(let name) = stored.subject { host = name }
        // None of them has a line end.
        let text = [
            stored.subject.level, key?.environment ?? "", key?.service ?? "", key?.dependency ?? "",
            key?.operation ?? "", host, stored.threshold.metric.name, stored.threshold.direction.rawValue,
        ].joined(separator: "\n")
        return Base64URL.encode(Array(SHA256.hash(data: Array(text.utf8)).prefix(12)))
    }
}

extension WatchSubject {
    /// For people: `edge shop → pay:443 in production`.
    var text: String {
        switch self {
        case .everything: "default"
        case .host(let name): "host \(name)"
        case .series(let key):
            switch key.level {
            case .total: "all in \(key.environment)"
            case .service: "service \(key.service) in \(key.environment)"
            case .dependency: "dependency \(key.dependency) in \(key.environment)"
            case .edge: "edge \(key.service) → \(key.dependency) in \(key.environment)"
            case .operation: "operation \(key.operation) of \(key.service) → \(key.dependency) in \(key.environment)"
            }
        }
    }
}
