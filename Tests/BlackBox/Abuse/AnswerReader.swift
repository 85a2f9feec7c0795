import Foundation
import TestSupport

/// Reads answers off a connection as a client does, and tells apart what is complete from what was cut off.
struct AnswerReader {
    struct Answer {
        var status: Int
        /// Up to and including the empty line.
        var head: String
        var interims: [Int]
        var body: String
        var isComplete: Bool
    }

    private let connection: TCPConnection
    private var input: [UInt8] = []
    private var hasEnded = false
    /// Whether the end was a reset.
    private(set) var wasReset = false

    init(_ connection: TCPConnection) { self.connection = connection }

    /// The next final answer; `nil` if the connection ends before one has begun.
    mutating func next(isHead: Bool) throws -> Answer? {
        var interims: [Int] = []
        while true {
            guard let head = try head() else {
                guard input.isEmpty, interims.isEmpty else { throw TestFailure("half a head: \(shown)") }
                return nil
            }
            guard let status = Int(head.dropFirst(9).prefix(3)), head.hasPrefix("HTTP/1.1 ") else {
                throw TestFailure("no status line: \(head.prefix(100))")
            }
            if (100..<200).contains(status), status != 101 {
                interims.append(status)
                let fields = head.lowercased()
                if fields.contains("\ncontent-length:") || fields.contains("\ntransfer-encoding:") {
                    throw TestFailure("an interim answer with a length: \(head)")
                }
                continue
            }
            var answer = Answer(status: status, head: head, interims: interims, body: "", isComplete: true)
            if !isHead, status != 101, status != 204, status != 304, !head.contains("Connection Established") {
                try readBody(&answer)
            }
            return answer
        }
    }

    /// Everything up to the end of the connection.
    mutating func rest() throws -> String {
        while try receive() {}
        defer { input = [] }
        return shown
    }

    private var shown: String { String(oneScalarAByte: input) }

    private mutating func head() throws -> String? {
        let mark = Array("\r\n\r\n".utf8)
        while true {
            if let end = input.firstRange(of: mark)?.upperBound {
                defer { input.removeFirst(end) }
                return String(oneScalarAByte: input[..<end])
            }
            guard try receive() else { return nil }
        }
    }

    private mutating func readBody(_ answer: inout Answer) throws {
        let lines = answer.head.lowercased().components(separatedBy: "\r\n")
        func values(_ name: String) -> [String] {
            lines.filter { $0.hasPrefix(name + ":") }
                .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
        }
        let (codings, lengths) = (values("transfer-encoding"), values("content-length"))
        guard codings.count + lengths.count <= 1 else { throw TestFailure("framed twice: \(answer.head)") }
        if let coding = codings.first {
            guard coding == "chunked" else { throw TestFailure("coding \(coding)") }
            while let line = try self.line() {
                guard let size = Int(line.prefix { $0 != ";" }, radix: 16) else { throw TestFailure("size \(line)") }
                if size == 0 {
                    while let trailer = try self.line() { if trailer.isEmpty { return } }
                    break
                }
                answer.body += try take(size)
                guard try self.line() == "" else { break }
            }
            answer.isComplete = false
        } else if let length = lengths.first {
            guard let count = Int(length) else { throw TestFailure("length \(length)") }
            answer.body = try take(count)
            answer.isComplete = answer.body.utf16.count == count
        } else {
            answer.body = try rest()
            answer.isComplete = !wasReset
        }
    }

    private mutating func line() throws -> String? {
        while true {
            if let end = input.firstRange(of: Array("\r\n".utf8)) {
                defer { input.removeFirst(end.upperBound) }
                return String(oneScalarAByte: input[..<end.lowerBound])
            }
            guard try receive() else { return nil }
        }
    }

    /// So many bytes; fewer at the end.
    private mutating func take(_ count: Int) throws -> String {
        while input.count < count, try receive() {}
        let taken = input.prefix(count)
        defer { input.removeFirst(taken.count) }
        return String(oneScalarAByte: taken)
    }

    /// Whether more came.
    private mutating func receive() throws -> Bool {
        guard !hasEnded else { return false }
        do {
            let bytes = try connection.read()
            input += bytes
            hasEnded = bytes.isEmpty
        } catch let failure as TestFailure where failure.description.contains("reset") {
            hasEnded = true
            wasReset = true
        }
        return !hasEnded
    }
}
