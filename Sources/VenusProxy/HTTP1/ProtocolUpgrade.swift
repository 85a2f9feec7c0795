/// Another protocol on the same connection (RFC 9110, section 7.8): WebSocket (RFC 6455) or any other.
///
/// `Upgrade` ends at every hop, so the offer is written anew for the next one, and the 101 for the client. `h2c` is
/// left out of it: RFC 9113 has given it up, and calls inside would not be seen.
package enum ProtocolUpgrade {
    /// Protocols of an offer that are passed on, in their order; more are left out.
    package static let maximumProtocols = 8

    /// What a 101 switches to.
    package enum Acceptance: Sendable, Hashable {
        case webSocket
        case other
        /// To nothing that was offered.
        case none
    }

    /// Whether a request offers anything that is passed on.
    static func isOffered(_ bytes: Span<UInt8>, _ fields: borrowing FieldTable, by head: RequestHead) -> Bool {
        // HTTP/1.0 has no upgrades, and CONNECT changes the protocol by itself.
        guard head.flags.contains(.connectionUpgrade), !head.flags.contains(.version10), head.method != .connect else {
            return false
        }
        var list = ProtocolList()
        return list.next(bytes, fields) != nil
    }

    /// Writes `Connection` and `Upgrade` with the protocols that the message names, if there are any.
    package static func append(_ bytes: Span<UInt8>, _ fields: borrowing FieldTable, into sink: inout ByteSink) {
        var list = ProtocolList()
        guard let first = list.next(bytes, fields) else { return }
        sink.append("Connection: Upgrade\r\nUpgrade: ")
        sink.append(bytes, first)
        while let next = list.next(bytes, fields) {
            sink.append(", ")
            sink.append(bytes, next)
        }
        sink.append("\r\n")
    }

    /// Writes the protocols that a request offers, each behind a comma, to be kept until the answer comes.
    package static func appendOffer(_ bytes: Span<UInt8>, _ fields: borrowing FieldTable, into sink: inout ByteSink) {
        var list = ProtocolList()
        while let next = list.next(bytes, fields) {
            sink.append(UInt8(ascii: ","))
            sink.append(bytes, next)
        }
    }

    /// What a 101 with these fields switches to: everything that it names must be in the offer.
    package static func acceptance(
        _ bytes: Span<UInt8>, _ fields: borrowing FieldTable, offer: Span<UInt8>
    ) -> Acceptance {
        var result = Acceptance.none
        for index in 0..<fields.count where fields[index].name == .upgrade {
            var list = TokenList(fields[index].value)
            while let name = list.next(bytes) {
                guard contains(offer, bytes, name) else { return .none }
                let isWebSocket = ByteScan.equals(bytes, name, "websocket")
                result = isWebSocket || result == .webSocket ? .webSocket : .other
            }
        }
        return result
    }

    private static func contains(_ offer: Span<UInt8>, _ bytes: Span<UInt8>, _ name: ByteRange) -> Bool {
        var list = TokenList(ByteRange(0, offer.count))
        while let offered = list.next(offer) {
            guard offered.count == name.count else { continue }
            var same = 0
            while same < name.count,
                ByteClass.lowercased(offer[offered.start + same]) == ByteClass.lowercased(bytes[name.start + same])
            {
                same += 1
            }
            if same == name.count { return true }
        }
        return false
    }
}

/// The protocols that the `Upgrade` fields of a head name, `name[/version]`: those that are passed on.
private struct ProtocolList {
    private var field = 0
    private var list: TokenList?
    private var count = 0

    mutating func next(_ bytes: Span<UInt8>, _ fields: borrowing FieldTable) -> ByteRange? {
        while count < ProtocolUpgrade.maximumProtocols {
            if let element = list?.next(bytes) {
                guard Self.isPassedOn(bytes, element) else { continue }
                count += 1
                return element
            }
            while field < fields.count, fields[field].name != .upgrade { field += 1 }
            guard field < fields.count else { return nil }
            list = TokenList(fields[field].value)
            field += 1
        }
        return nil
    }

    private static func isPassedOn(_ bytes: Span<UInt8>, _ element: ByteRange) -> Bool {
        var place = element.start
        while place < element.end, ByteClass.isToken(bytes[place]) { place += 1 }
        let name = ByteRange(element.start, place)
        if place < element.end {
            guard bytes[place] == UInt8(ascii: "/") else { return false }
            place += 1
            let version = place
            while place < element.end, ByteClass.isToken(bytes[place]) { place += 1 }
            guard place == element.end, place > version else { return false }
        }
        return !name.isEmpty && !ByteScan.equals(bytes, name, "h2c")
    }
}
