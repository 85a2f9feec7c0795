import Testing
import VenusCallLog

@Suite("Redis' protocol")
struct RESPTests {
    @Test("a command of any bytes is an array of strings with their lengths")
    func command() {
        let command = RESPCommand([Array("SET".utf8), [], [0, 13, 10, 255]])
        #expect(
            Array(command.bytes) == Array("*3\r\n$3\r\nSET\r\n$0\r\n\r\n$4\r\n".utf8) + [0, 13, 10, 255, 13, 10])
    }

    private static let stream = Array(
        "+OK\r\n:42\r\n$-1\r\n*-1\r\n-ERR no\r\n*2\r\n$4\r\na\r\nb\r\n*2\r\n$0\r\n\r\n:-7\r\n*0\r\n".utf8)
    private static let replies: [RedisReply] = [
        .status(Array("OK".utf8)), .integer(42), .null, .null, .error("ERR no"),
        .array([.string(Array("a\r\nb".utf8)), .array([.string([]), .integer(-7)])]), .array([]),
    ]

    @Test("replies come out whole, however their bytes are cut", arguments: [1, 2, 3, 7, 1_000])
    func cuts(length: Int) throws {
        var reader = RESPReader()
        var replies: [RedisReply] = []
        var rest = Self.stream[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(length))
            rest = rest.dropFirst(length)
            try piece.withUnsafeBytes { try reader.feed($0) }
            while let reply = try reader.next() { replies.append(reply) }
        }
        #expect(replies == Self.replies)
    }

    @Test(
        "what is no reply is an error and not quoted",
        arguments: ["HTTP/1.1 400 hunter2\r\n", "$hunter2\r\n", "\u{0}\u{1}", String(repeating: "*1\r\n", count: 20)])
    func garbage(text: String) throws {
        var reader = RESPReader()
        try Array(text.utf8).withUnsafeBytes { try reader.feed($0) }
        do {
            while try reader.next() != nil {}
            Issue.record("garbage was read")
        } catch {
            #expect(error.code == .protocolViolation)
            #expect(!error.message.contains("hunter2"))
        }
    }
}
