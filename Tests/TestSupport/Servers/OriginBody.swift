/// Reads the body of a request, by the book: a proxy that frames it differently is found out.
enum OriginBody {
    case none
    case length(Int)
    case chunked

    init(_ request: LoggingOrigin.Request) {
        func value(_ name: String) -> String? {
            request.fields.first { $0.lowercased().hasPrefix(name + ":") }
                .map { String($0.dropFirst(name.count + 1).filter { $0 != " " && $0 != "\t" }) }
        }
        if value("transfer-encoding")?.lowercased() == "chunked" {
            self = .chunked
        } else if let length = value("content-length").flatMap({ Int($0) }) {
            self = .length(length)
        } else {
            self = .none
        }
    }

    /// Moves what is there of the body from `input` to the request; whether that was all.
    mutating func read(_ input: inout [UInt8], into request: inout LoggingOrigin.Request) -> Bool {
        switch self {
        case .none: request.isComplete = true
        case .length(let left):
            let count = min(left, input.count)
            request.body += String(oneScalarAByte: input[..<count])
            input.removeFirst(count)
            self = .length(left - count)
            request.isComplete = left == count
        case .chunked: while !request.isComplete, readChunk(&input, into: &request) {}
        }
        return request.isComplete
    }

    /// Takes one chunk, or the last with its trailers; `false` where it is not all there.
    private func readChunk(_ input: inout [UInt8], into request: inout LoggingOrigin.Request) -> Bool {
        let lineEnd = Array("\r\n".utf8)
        guard let start = input.firstEnd(of: lineEnd, from: 0) else { return false }
        let digits = String(oneScalarAByte: input[..<(start - 2)].prefix { $0 != UInt8(ascii: ";") })
        guard let size = Int(digits, radix: 16) else { return false }
        guard size == 0 else {
            guard input.count >= start + size + 2 else { return false }
            request.body += String(oneScalarAByte: input[start..<(start + size)])
            input.removeFirst(start + size + 2)
            return true
        }
        var place = start
        var trailers: [String] = []
        while let end = input.firstEnd(of: lineEnd, from: place) {
            if end == place + 2 {
                request.trailers = trailers
                request.isComplete = true
                input.removeFirst(end)
                return true
            }
            trailers.append(String(oneScalarAByte: input[place..<(end - 2)]))
            place = end
        }
        return false
    }
}
