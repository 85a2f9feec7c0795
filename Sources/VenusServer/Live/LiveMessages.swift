import VenusCore

/// What the server says on the live socket, as the bytes of text messages.
package enum LiveMessages {
    package static func hello(epoch: Int64) -> [UInt8] {
        let topics = Topic.allCases.map { "\"\($0.rawValue)\"" }.sorted().joined(separator: ",")
        return Array(
            """
            {"type":"hello","version":"\(Version.current)","epoch":\(epoch),"topics":[\(topics)]}
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

    /// A `snapshot` or an `update`, around data that is encoded already.
    package static func data(
        type: String, view: View, position: LivePosition, data: RenderedView
    ) throws -> [UInt8] {
        var bytes = Array("{\"type\":\"\(type)\",\"topic\":\"\(view.topic.rawValue)\",\"filter\":".utf8)
        bytes += try JSONOutput.encode(view.filter)
        bytes += Array(",\"epoch\":\(position.epoch),\"seq\":\(position.seq),\"data\":".utf8)
        bytes += data.start
        bytes += data.rest
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }
}
