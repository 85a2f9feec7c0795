/// What a live subscription shows: its newest snapshot with all updates since, put together as docs/live.md says.
public struct LiveView: Sendable {
    public private(set) var data: JSONValue = .null
    private var position: (epoch: JSONValue, seq: JSONValue) = (.null, .null)

    public init() {}

    /// Takes a snapshot or an update in. Throws where an update does not build on what is here.
    public mutating func receive(_ message: JSONValue) throws {
        switch message["type"].string {
        case "snapshot": data = message["data"]
        case "update":
            guard message["epoch"] == position.epoch, message["from"] == position.seq else {
                throw TestFailure("an update from \(message["from"]) after \(position)")
            }
            data = Self.merge(data, message["data"])
        default: return
        }
        position = (message["epoch"], message["seq"])
    }

    private static func merge(_ old: JSONValue, _ changes: JSONValue) -> JSONValue {
        guard case .object(var members) = old, case .object(let changes) = changes else { return changes }
        for name in changes["removed"]?.names ?? [] {
            let removed = Set(changes["removed"]?[name].array.compactMap(\.string) ?? [])
            members[name] = .array(
                (members[name]?.array ?? []).filter { !removed.contains($0["id"].string ?? "") })
        }
        for (name, value) in changes where name != "removed" {
            let isList = !value.array.isEmpty && value.array.allSatisfy { $0["id"].string != nil }
            members[name] = isList ? merge(list: members[name]?.array ?? [], value.array) : value
        }
        return .object(members)
    }

    private static func merge(list: [JSONValue], _ changes: [JSONValue]) -> JSONValue {
        var items: [String: JSONValue] = [:]
        for item in list { items[item["id"].string ?? ""] = item }
        for item in changes {
            let id = item["id"].string ?? ""
            items[id] = items[id].map { mergeMembers($0, item) } ?? item
        }
        return .array(items.sorted { $0.key < $1.key }.map(\.value))
    }

    private static func mergeMembers(_ old: JSONValue, _ changes: JSONValue) -> JSONValue {
        guard case .object(var members) = old, case .object(let changes) = changes else { return changes }
        for (name, value) in changes { members[name] = members[name].map { mergeMembers($0, value) } ?? value }
        return .object(members)
    }
}

extension WebSocketClient {
    /// Takes messages of a topic until what they show together matches, and returns that.
    public func shown(
        _ topic: String, within limit: Duration = .seconds(10), where matches: (JSONValue) -> Bool
    ) async throws -> JSONValue {
        var view = LiveView()
        var failure: (any Error)?
        _ = try await next(within: limit, "what the topic \(topic) shows") { message in
            guard message["topic"].string == topic, !message["data"].isNull else { return false }
            do { try view.receive(message) } catch { failure = error }
            return failure != nil || matches(view.data)
        }
        if let failure { throw failure }
        return view.data
    }
}
