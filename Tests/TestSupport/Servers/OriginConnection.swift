import Foundation

/// One connection of an ``Origin``: reads requests and answers each by its path.
struct OriginConnection {
    let connection: TCPConnection
    let count: (String) -> Void

    init(_ connection: TCPConnection, count: @escaping (String) -> Void) {
        self.connection = connection
        self.count = count
    }

    func serve() throws {
        while let bytes = try connection.read(upTo: "\r\n\r\n") {
            guard let head = HTTPHead(bytes) else { return }
            let parts = head.startLine.split(separator: " ")
            guard parts.count == 3 else { return }
            let (method, path) = (String(parts[0]), String(parts[1].split(separator: "?")[0]))
            count(path)
            guard try answer(method: method, path: path, head: head, raw: bytes) else { return }
            if head["connection"]?.lowercased() == "close" { return }
        }
    }

    /// Whether the connection goes on.
    private func answer(method: String, path: String, head: HTTPHead, raw: [UInt8]) throws -> Bool {
        let words = path.split(separator: "/").map(String.init)
        let number = words.count > 1 ? Int(words[1]) ?? 0 : 0
        let hasBody = method != "HEAD"
        if head["expect"]?.lowercased() == "100-continue" { try connection.write("HTTP/1.1 100 Continue\r\n\r\n") }
        var checksum = Checksum()
        var echo: [UInt8] = []
        try BodyReader(connection).read(head, isResponse: false) { piece in
            checksum.update(piece)
            if words.first == "echo" { echo.append(contentsOf: piece) }
        }
        switch words.first {
        case "bytes":
            try sendHead(200, "content-length: \(number)")
            if hasBody { try BodyPattern.forEachPiece(of: number) { try connection.write($0) } }
        case "chunked":
            try sendHead(200, "transfer-encoding: chunked")
            guard hasBody else { return true }
            // Pieces of many sizes, so that chunk heads fall everywhere.
            try BodyPattern.forEachPiece(of: number, piece: number < 100_000 ? 997 : 50_021) { piece in
                try connection.write(String(piece.count, radix: 16) + "\r\n")
                try connection.write(piece)
                try connection.write("\r\n")
            }
            try connection.write("0\r\n\r\n")
        case "close":
            try sendHead(200, "connection: close")
            if hasBody { try BodyPattern.forEachPiece(of: number) { try connection.write($0) } }
            return false
        case "truncated":
            try sendHead(200, "content-length: \(number)")
            try BodyPattern.forEachPiece(of: number / 2) { try connection.write($0) }
            return false
        case "status":
            if number == 204 || number == 304 {
                try sendHead(number, "x-origin: venus-test")
            } else {
                try send(number, Array("status \(number)\n".utf8), hasBody: hasBody)
            }
        case "delay":
            usleep(UInt32(number) * 1_000)
            try send(200, Array("late\n".utf8), hasBody: hasBody)
        case "silent":
            // Until the other side leaves.
            while !(try connection.read()).isEmpty {}
            return false
        case "reset":
            // Whoever lists the descriptor closes it: its number may mean another connection at once.
            connection.resetWhenClosed()
            return false
        case "hash": try send(200, Array(checksum.value.utf8), hasBody: hasBody)
        case "echo": try send(200, echo, hasBody: hasBody)
        case "headers": try send(200, raw, hasBody: hasBody)
        default: try send(200, Array("ok\n".utf8), hasBody: hasBody)
        }
        return true
    }

    private func send(_ status: Int, _ body: [UInt8], hasBody: Bool) throws {
        var bytes = Array(Self.head(status, "content-length: \(body.count)").utf8)
        if hasBody { bytes += body }
        try connection.write(bytes)
    }

    private func sendHead(_ status: Int, _ field: String) throws { try connection.write(Self.head(status, field)) }

    private static func head(_ status: Int, _ field: String) -> String {
        "HTTP/1.1 \(status) Some Reason\r\ncontent-type: application/octet-stream\r\n\(field)\r\n\r\n"
    }
}
