import Testing
import TestSupport
import VenusCallLog
import VenusCore

@Suite("Decoding what should not be there")
struct BlockDecoderTests {
    static let good = BlockEncoder.entry(BlockGoldenTests.block)

    private func decode(_ change: (inout [EntryField]) -> Void) -> LogRecord {
        var fields = Self.good
        change(&fields)
        return BlockDecoder.decode(LogEntry(id: .start, fields: fields))
    }

    private func set(_ name: String, _ value: String) -> LogRecord {
        decode { fields in
            fields.removeAll { $0.name == name }
            fields.append(EntryField(name, value))
        }
    }

    @Test("a field that is missing is named", arguments: good.map(\.name))
    func missing(name: String) throws {
        let record = decode { $0.removeAll { $0.name == name } }
        let field = try #require(BlockField(rawValue: name))
        #expect(record == .malformed(field == .kind ? .unknownKind : .missingField(field)))
    }

    @Test("a field that is there twice is named")
    func repeated() { #expect(decode { $0.append($0[2]) } == .malformed(.repeatedField(.producer))) }

    @Test("fields that this version does not know are passed over")
    func unknownFields() {
        let record = decode { $0.append(EntryField("policy", "strict")) }
        #expect(record == BlockDecoder.decode(LogEntry(id: .start, fields: Self.good)))
    }

    @Test("an entry of a newer version says so, whatever else it holds")
    func newerVersion() {
        #expect(set("v", "2") == .newerVersion(2))
        #expect(BlockDecoder.decode(LogEntry(id: .start, fields: [EntryField("v", "9")])) == .newerVersion(9))
    }

    @Test(
        "a number that cannot be is refused",
        arguments: [
            (BlockField.version, "0"), (.version, ""), (.version, "x"), (.count, "0"), (.count, "513"),
            (.count, "-1"), (.first, "0"), (.first, "18446744073709551615"), (.first, "99999999999999999999999"),
            (.t0, "-5"), (.t0, "253402300800000000"), (.t0, "1.5"),
        ])
    func numbers(field: BlockField, value: String) {
        #expect(set(field.rawValue, value) == .malformed(.invalidNumber(field)))
    }

    @Test("a name with control characters, that is no UTF-8, or that is endless is refused")
    func names() {
        #expect(set("service", "a\u{0}b") == .malformed(.invalidText(.service)))
        #expect(set("service", "a\nb") == .malformed(.invalidText(.service)))
        #expect(set("producer", "") == .malformed(.invalidText(.producer)))
        #expect(set("host", String(repeating: "x", count: 1_025)) == .malformed(.tooLarge(.host)))
        let record = decode { fields in
            fields.removeAll { $0.name == "host" }
            fields.append(EntryField("host", [0xC3, 0x28]))
        }
        #expect(record == .malformed(.invalidText(.host)))
    }

    @Test("an unknown kind and too many fields are refused")
    func kinds() {
        #expect(set("kind", "gossip") == .malformed(.unknownKind))
        #expect(
            decode { $0 += (0..<80).map { EntryField("x\($0)", "") } } == .malformed(.tooManyFields))
    }

    @Test(
        "an operation that cannot be read is named by its line",
        arguments: [
            "", "http\th\t80\tGET\t/", "http\th\t80\tGET\t/\thttp/1.1\tmore", "http\th\t65536\tGET\t/\thttp/1.1",
            "http\th\t\tGET\t/\thttp/1.1", "http\t\\q\t80\tGET\t/\thttp/1.1", "http\th\\x0\t80\tGET\t/\thttp/1.1",
            "http\th\\x00\t80\tGET\t/\thttp/1.1", "http\t\\xff\t80\tGET\t/\thttp/1.1", "http\té\t80\tGET\t/\thttp/1.1",
        ])
    func operations(line: String) {
        let good = "http\th\t80\tGET\t/\thttp/1.1\n"
        #expect(set("operations", good + line) == .malformed(.malformedOperation(line: 1)))
    }

    @Test(
        "a call that cannot be read is named by line and column",
        arguments: [
            ("", 0), ("3\t0\t1\t0\t\t\t\t\t\t\t\t\t0\t0\t0\t", 0), ("x\t0\t1\t0\t\t\t\t\t\t\t\t\t0\t0\t0\t", 0),
            ("0\t\t1\t0\t\t\t\t\t\t\t\t\t0\t0\t0\t", 1), ("0\t-1\t1\t0\t\t\t\t\t\t\t\t\t0\t0\t0\t", 1),
            ("0\t253402300799999999\t1\t0\t\t\t\t\t\t\t\t\t0\t0\t0\t", 1),
            ("0\t0\t4294967296\t0\t\t\t\t\t\t\t\t\t0\t0\t0\t", 2), ("0\t0\t1\t7\t\t\t\t\t\t\t\t\t0\t0\t0\t", 3),
            ("0\t0\t1\t0\t65536\t\t\t\t\t\t\t\t0\t0\t0\t", 4), ("0\t0\t1\t0\t\t256\t\t\t\t\t\t\t0\t0\t0\t", 5),
            ("0\t0\t1\t0\t\t\t4294967296\t\t\t\t\t\t0\t0\t0\t", 6),
            ("0\t0\t1\t0\t\t\t\t\t\t\t\t\t18446744073709551616\t0\t0\t", 12),
            ("0\t0\t1\t0\t\t\t\t\t\t\t\t\t0\t0\t65536\t", 14), ("0\t0\t1\t0\t\t\t\t\t\t\t\t\t0\t0\t0", 15),
            ("0\t0\t1\t0\t\t\t\t\t\t\t\t\t0\t0\t0\tabc", 15),
            ("0\t0\t1\t0\t\t\t\t\t\t\t\t\t0\t0\t0\t00000000000000000000000000000000", 15),
            ("0\t0\t1\t0\t\t\t\t\t\t\t\t\t0\t0\t0\t\t", 15),
        ])
    func calls(line: String, column: Int) throws {
        let good = "0\t0\t1\t0\t\t\t\t\t\t\t\t\t\t\t\t\n"
        guard case .calls(var record) = set("calls", good + line) else {
            Issue.record("the entry itself is good")
            return
        }
        record.header.count = 2
        #expect(throws: BlockDecodingError.malformedCall(line: 1, column: column)) { try record.rows() }
    }

    @Test("a count that does not fit the calls is refused", arguments: [3, 5, 1, 512])
    func count(count: Int) throws {
        guard case .calls(let record) = set("n", "\(count)") else {
            Issue.record("the entry itself is good")
            return
        }
        #expect(throws: BlockDecodingError.self) { try record.rows() }
    }

    @Test("an error type of a newer version is passed over")
    func newerErrorType() throws {
        let line = "0\t0\t1\t3\t\t255\t\t\t\t\t\t\t\t\t\t"
        guard case .calls(var record) = set("calls", line) else {
            Issue.record("the entry itself is good")
            return
        }
        record.header.count = 1
        #expect(try record.rows()[0].errorType == nil)
    }

    @Test(
        "a report that cannot be read is refused by its field, and what a newer version says is passed over",
        arguments: [
            ("policy", "enforce\t\t1\t2\t3", .malformed(.invalidText(.policy))),
            ("policy", "enforce\t\t-1\t2\t3\t4", .malformed(.invalidText(.policy))),
            ("policy", "enforce\t\t1\t253402300800000\t3\t4", .malformed(.invalidText(.policy))),
            ("policy", "enforce\t\t1\t2\t3\t9223372036854775808", .malformed(.invalidText(.policy))),
            ("policy", "enforce\t\\x00\t1\t2\t3\t4", .malformed(.invalidText(.policy))),
            ("policy", "enforce\t\t1\t2\t3\t4\t5\t\\q", .malformed(.invalidText(.policy))),
            ("policy", String(repeating: "x", count: 9_000), .malformed(.tooLarge(.policy))),
            ("pins", "cart\tpay.example\t1", .malformed(.invalidText(.pins))),
            ("pins", "cart\tpay.example\t1\t253402300800", .malformed(.invalidText(.pins))),
            ("pins", Array(repeating: "c\th\t1\t2", count: 101).joined(separator: "\n"), .malformed(.tooLarge(.pins))),
            ("pin_count", "-1", .malformed(.invalidNumber(.pinCount))),
            ("started", "253402300800000", .malformed(.invalidNumber(.started))),
            ("spooled", "x", .malformed(.invalidNumber(.spooled))),
        ] as [(String, String, LogRecord)])
    func reports(name: String, value: String, expected: LogRecord) {
        var fields = BlockEncoder.entry(BlockGoldenTests.heartbeat(isEnd: false))
        fields.append(EntryField(name, value))
        #expect(BlockDecoder.decode(LogEntry(id: .start, fields: fields)) == expected)
    }

    @Test("a policy's mode and columns of a newer version are passed over")
    func newerReports() throws {
        var fields = BlockEncoder.entry(BlockGoldenTests.heartbeat(isEnd: false))
        let plain = BlockDecoder.decode(LogEntry(id: .start, fields: fields))
        fields.append(EntryField("policy", "ask\tx\t1\t2\t3\t4"))
        #expect(BlockDecoder.decode(LogEntry(id: .start, fields: fields)) == plain)
        fields[fields.count - 1] = EntryField("policy", "report\tx\t1\t2\t3\t4\t5\tbroken\tmore")
        fields.append(EntryField("pins", "cart\tpay.example\t1\t2\tmore"))
        guard case .heartbeat(let heartbeat) = BlockDecoder.decode(LogEntry(id: .start, fields: fields)) else {
            Issue.record("it does not decode")
            return
        }
        #expect(heartbeat.report.policy?.fault == PolicyReport.Fault(reason: "broken", since: 5))
        #expect(heartbeat.report.pins == [PinnedClient(client: "cart", host: "pay.example", learned: 1, expires: 2)])
        #expect(heartbeat.report.pinCount == 1)
    }

    @Test("no change of a few bytes makes the decoder trap", arguments: 0..<40)
    func mutations(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let interesting: [UInt8] = Array("\t\n\\x09-:".utf8) + [0, 0x7F, 0x80, 0xFF]
        for entry in try Corpus.all() where !entry.isEmpty {
            for _ in 0..<50 {
                var fields = entry
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    let place = Int.random(in: 0..<fields.count, using: &generator)
                    var value = fields[place].value
                    let byte = interesting.randomElement(using: &generator)!
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0 where !value.isEmpty: value[Int.random(in: 0..<value.count, using: &generator)] = byte
                    case 1: value.insert(byte, at: Int.random(in: 0...value.count, using: &generator))
                    case 2 where !value.isEmpty: value.remove(at: Int.random(in: 0..<value.count, using: &generator))
                    default: value.removeLast(min(value.count, Int.random(in: 0...20, using: &generator)))
                    }
                    fields[place].value = value
                }
                guard case .calls(let record) = BlockDecoder.decode(LogEntry(id: .start, fields: fields)) else {
                    continue
                }
                guard let block = try? record.block() else { continue }
                // What is let through can be written again, and is the same then.
                let again = BlockDecoder.decode(LogEntry(id: .start, fields: BlockEncoder.entry(block)))
                guard case .calls(let record) = again else {
                    Issue.record("\(again)")
                    continue
                }
                #expect(try record.block() == block)
            }
        }
    }
}
