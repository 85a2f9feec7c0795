/// Reads a message's body by its framing.
struct BodyReader {
    let connection: TCPConnection

    init(_ connection: TCPConnection) { self.connection = connection }

    /// Hands on the body's pieces.
    ///
    /// - Throws: ``TestFailure`` where the stream ends before the framing says so.
    func read(_ head: HTTPHead, isResponse: Bool, _ piece: (UnsafeRawBufferPointer) -> Void) throws {
        if head["transfer-encoding"]?.lowercased() == "chunked" { return try readChunks(piece) }
        if let length = head["content-length"] {
            guard let count = Int(length) else { throw TestFailure("a content-length of \(length)") }
            let got = try connection.read(exactly: count, piece)
            guard got == count else { throw TestFailure("the body ended after \(got) of \(count) bytes") }
        } else if isResponse {
            while true {
                let bytes = try connection.read()
                if bytes.isEmpty { return }
                bytes.withUnsafeBytes(piece)
            }
        }
    }

    private func readChunks(_ piece: (UnsafeRawBufferPointer) -> Void) throws {
        while true {
            guard let line = try connection.read(upTo: "\r\n") else {
                throw TestFailure("the body ended before a chunk")
            }
            let text =
                String(decoding: line.dropLast(2), as: UTF8.self).split(separator: ";").first.map(String.init) ?? ""
            guard let size = Int(text, radix: 16) else { throw TestFailure("a chunk size of '\(text)'") }
            if size == 0 {
                // Trailers, and the empty line.
                while let trailer = try connection.read(upTo: "\r\n") { if trailer.count == 2 { return } }
                throw TestFailure("the body ended before its last line")
            }
            let got = try connection.read(exactly: size, piece)
            guard got == size, try connection.read(upTo: "\r\n")?.count == 2 else {
                throw TestFailure("the body ended inside a chunk")
            }
        }
    }
}
