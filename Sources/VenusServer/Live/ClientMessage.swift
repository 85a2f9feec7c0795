import FoundationEssentials

/// What a client says on the live socket.
package enum ClientMessage: Sendable, Equatable {
    case subscribe(View, since: LivePosition?)
    case unsubscribe(View)

    /// Reads a text message's bytes.
    package init(_ text: String) throws(LiveError) {
        guard let message = try? JSONDecoder().decode(Wire.self, from: Data(text.utf8)) else {
            throw LiveError(
                .badMessage, "a message is a JSON object with the text members type and topic, and a filter of texts")
        }
        switch message.type {
        case "subscribe": self = .subscribe(try Self.view(message), since: message.since)
        case "unsubscribe": self = .unsubscribe(try Self.view(message))
        default: throw LiveError(.unknownType, "known types are subscribe and unsubscribe", topic: message.topic)
        }
    }

    private struct Wire: Decodable {
        var type: String
        var topic: String?
        var filter: [String: String]?
        var since: LivePosition?
    }

    private static func view(_ message: Wire) throws(LiveError) -> View {
        guard let name = message.topic, let topic = Topic(rawValue: name) else {
            let known = Topic.allCases.map(\.rawValue).joined(separator: ", ")
            throw LiveError(.unknownTopic, "known topics are \(known)", topic: message.topic)
        }
        do {
            let parameters = try QueryParameters(message.filter ?? [:], allowed: View.filterNames(topic))
            return try View(topic: topic, parameters: parameters)
        } catch { throw LiveError(.badFilter, error.detail, topic: name) }
    }
}

/// A mistake of the client's that ends nothing: it is told, and may go on.
package struct LiveError: Error, Sendable, Equatable {
    package enum Code: String, Sendable {
        case badMessage = "bad_message"
        case unknownType = "unknown_type"
        case unknownTopic = "unknown_topic"
        case badFilter = "bad_filter"
        case tooManySubscriptions = "too_many_subscriptions"
        /// The server as a whole serves no further distinct filters.
        case tooManyFilters = "too_many_filters"
    }

    package var code: Code
    package var message: String
    package var topic: String?

    package init(_ code: Code, _ message: String, topic: String? = nil) {
        self.code = code
        self.message = message
        self.topic = topic
    }
}
