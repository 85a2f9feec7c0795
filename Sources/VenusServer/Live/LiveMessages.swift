import VenusCore

/// What the server says on the live socket, as the bytes of text messages.
package enum LiveMessages {
    package static func hello(epoch: Int64, limits: LiveSessionStateMachine.Limits) -> [UInt8] {
        let topics = Topic.allCases.map { "\"\($0.rawValue)\"" }.sorted().joined(separator: ",")
        return Array(
            """
            {"type":"hello","version":"\(Version.current)","epoch":\(epoch),"topics":[\(topics)],\
            "limits":{"message_bytes":\(limits.messageBytes),"subscriptions":\(limits.subscriptions),\
            "frames_per_second":\(Int(limits.framesPerSecond))}}
            """.utf8)
    }

    package static func error(_ error: LiveError) -> [UInt8] {
        struct Wire: Encodable {
            var type = "error"
            var topic: String?
            var code: String
            var message: String
        }
        let wire = Wire(
            topic: error.topic.map { String($0.prefix(64)) }, code: error.code.rawValue, message: error.message)
        // Strings alone: they always encode.
        return (try? JSONOutput.encode(wire)) ?? []
    }

    /// The whole of a view; its data is encoded already, in pieces.
    package static func snapshot(view: View, position: LivePosition, data: [[UInt8]]) throws -> [UInt8] {
        var bytes = try head("snapshot", view, position)
        bytes += "\"data\":".utf8
        for piece in data { bytes += piece }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// What changed since the position that is `from` in the same epoch.
    package static func update(view: View, position: LivePosition, from: UInt64, data: [UInt8]) throws -> [UInt8] {
        var bytes = try head("update", view, position, from: from)
        bytes += "\"data\":".utf8
        bytes += data
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// That so many events from a position on, up to this one, are not told: too many came before the client took them.
    package static func gap(view: View, position: LivePosition, from: UInt64) -> [UInt8] {
        // Texts alone: they always encode.
        var bytes = (try? head("gap", view, position, from: from)) ?? []
        bytes += "\"dropped\":\(position.seq - from)}".utf8
        return bytes
    }

    private static func head(
        _ type: String, _ view: View, _ position: LivePosition, from: UInt64? = nil
    ) throws -> [UInt8] {
        var bytes = Array("{\"type\":\"\(type)\",\"topic\":\"\(view.topic.rawValue)\",\"filter\":".utf8)
        bytes += try JSONOutput.encode(view.filterTexts)
        bytes += ",\"epoch\":\(position.epoch),\"seq\":\(position.seq),".utf8
        if let from { bytes += "\"from\":\(from),".utf8 }
        return bytes
    }
}
