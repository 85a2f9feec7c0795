import Testing
import VenusProxy

@Suite("Messages of name servers")
struct DNSMessageTests {
    private let name = DNSName("api.example.com")!

    private func read(
        _ message: [UInt8], _ type: DNSMessage.RecordType = .ipv4, id: UInt16 = 0x1234
    ) -> DNSMessage.Answer? {
        DNSMessage.answer(message.span, to: name, type, id: id)
    }

    /// An answer to the question for `name`.
    private func message(
        _ records: [[UInt8]], _ type: DNSMessage.RecordType = .ipv4, flags: [UInt8] = [0x81, 0x80], id: UInt16 = 0x1234
    ) -> [UInt8] {
        var message = DNSMessage.question(name, type, id: id)
        message[2] = flags[0]
        message[3] = flags[1]
        message[7] = UInt8(records.count)
        return message + records.flatMap(\.self)
    }

    private func record(_ owner: [UInt8], _ type: UInt8, seconds: UInt8 = 60, _ data: [UInt8]) -> [UInt8] {
        owner + [0, type, 0, 1, 0, 0, 0, seconds, UInt8(data.count >> 8), UInt8(data.count & 0xFF)] + data
    }

    private let asked: [UInt8] = [0xC0, 12]

    @Test("a question is what RFC 1035 says")
    func question() {
        let expected: [UInt8] =
            [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3] + Array("api".utf8) + [7] + Array("example".utf8) + [3]
            + Array("com".utf8) + [0, 0, 28, 0, 1]
        #expect(DNSMessage.question(DNSName("API.Example.com.")!, .ipv6, id: 0x1234) == expected)
    }

    @Test(
        "what cannot be a name is none",
        arguments: ["", ".", "a..b", String(repeating: "a", count: 64), String(repeating: "a.", count: 128)])
    func noNames(text: String) { #expect(DNSName(text) == nil) }

    @Test("addresses come in their order, with the shortest of their lifetimes")
    func addresses() throws {
        let answer = read(
            message([record(asked, 1, seconds: 60, [192, 0, 2, 1]), record(asked, 1, seconds: 7, [192, 0, 2, 2])]))
        let expected = try ["192.0.2.1", "192.0.2.2"].map { try #require(IPAddress($0)) }
        #expect(answer == .addresses(expected, lifetime: 7))
        let six = read(message([record(asked, 28, [UInt8](repeating: 0, count: 15) + [1])], .ipv6), .ipv6)
        #expect(six == .addresses([try #require(IPAddress("::1"))], lifetime: 60))
    }

    @Test("aliases are followed, whatever their order, and their lifetimes count")
    func aliases() throws {
        let first = Array("\u{1}b".utf8) + [0]
        let second = Array("\u{1}c".utf8) + [0]
        let records = [
            record(second, 1, seconds: 30, [192, 0, 2, 9]), record(first, 5, seconds: 5, second),
            record(asked, 5, seconds: 60, first),
        ]
        #expect(read(message(records)) == .addresses([try #require(IPAddress("192.0.2.9"))], lifetime: 5))
        // An address of a name that nobody asked for is none of this name.
        #expect(read(message([record(second, 1, [192, 0, 2, 9])])) == .addresses([], lifetime: 0))
        // A circle ends.
        #expect(read(message([record(asked, 5, first), record(first, 5, asked)])) == .failed)
    }

    @Test("what the server says instead of an answer")
    func codes() {
        #expect(read(message([], flags: [0x81, 0x83])) == .noSuchName)
        #expect(read(message([], flags: [0x81, 0x82])) == .failed)
        #expect(read(message([], flags: [0x81, 0x85])) == .failed)
        #expect(read(message([], flags: [0x83, 0x80])) == .truncated)
        #expect(read(message([])) == .addresses([], lifetime: 0))
    }

    @Test("an answer to another question is none, so that the right one may still come")
    func others() {
        let good = message([record(asked, 1, [192, 0, 2, 1])])
        #expect(read(good, id: 0x1235) == nil)
        #expect(read(good, .ipv6) == nil)
        #expect(DNSMessage.answer(good.span, to: DNSName("api.example.org")!, .ipv4, id: 0x1234) == nil)
        // A question is no answer.
        #expect(read(DNSMessage.question(name, .ipv4, id: 0x1234)) == nil)
    }

    @Test("lengths and pointers that lead nowhere are failures")
    func malformed() {
        #expect(read(message([record(asked, 1, [192, 0, 2])])) == .failed)
        #expect(read(message([[0xC0, 0xFF, 0, 1]])) == .failed)
        // To itself, and forward.
        let here = UInt8(DNSMessage.question(name, .ipv4, id: 1).count)
        #expect(read(message([record([0xC0, here], 1, [192, 0, 2, 1])])) == .failed)
        #expect(read(message([record([0xC0, here + 1], 1, [192, 0, 2, 1])])) == .failed)
        #expect(read(message([Array(record(asked, 1, [192, 0, 2, 1]).dropLast())])) == .failed)
    }

    @Test("any bytes are read without harm", arguments: 0..<200 as Range<UInt64>)
    func anyBytes(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        let alias = record(asked, 5, [1, 98, 0])
        var bytes = message([alias, record([1, 98, 0], 1, [192, 0, 2, 1])])
        for _ in 0..<(next() % 6 + 1) { bytes[12 + Int(next() % UInt64(bytes.count - 12))] = UInt8(next() & 0xFF) }
        bytes.removeLast(Int(next() % 8))
        if case .addresses(let addresses, _) = read(bytes) { #expect(addresses.count <= 2) }
    }
}
