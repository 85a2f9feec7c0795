import Foundation
import Testing
import TestSupport
import VenusProxy

@Suite("Parsers on hostile bytes")
struct HeadFuzzTests {
    /// The checked-in inputs: one file each.
    static let corpus: [[UInt8]] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Corpus").standardized
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.sorted { $0.path < $1.path }.compactMap { try? Data(contentsOf: $0) }.map { Array($0) }
    }()

    /// A variation of one of the inputs.
    private func mutate(_ random: inout SeededGenerator) -> [UInt8] {
        var bytes = Self.corpus[Int(random.next() % UInt64(Self.corpus.count))]
        for _ in 0..<Int(random.next() % 8) where !bytes.isEmpty {
            let place = Int(random.next() % UInt64(bytes.count))
            switch random.next() % 5 {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: place)
            case 2: bytes.insert([0x0D, 0x0A, 0x20, 0x3A, 0x2C, 0x00, 0xFF][Int(random.next() % 7)], at: place)
            case 3: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 20)], at: place)
            default: bytes.removeSubrange(place...)
            }
        }
        return bytes
    }

    @Test("there is a corpus")
    func corpusExists() { #expect(Self.corpus.count >= 10) }

    @Test("never trap, and say the same of a request whenever its bytes come", arguments: 0..<8)
    func requests(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<4_000 {
            let bytes = mutate(&random)
            let whole = parseRequest(bytes)
            // What is refused early stays refused, and what is complete was incomplete before.
            let cut = bytes.isEmpty ? 0 : Int(random.next() % UInt64(bytes.count + 1))
            switch (parseRequest(Array(bytes[..<cut])), whole) {
            case (.incomplete, _): break
            case (.invalid, .invalid): break
            case (.complete(let early), .complete(let late)): #expect(early.length == late.length)
            case (.invalid(let fault), _): Issue.record("refused \(cut) bytes as \(fault), but not all of \(bytes)")
            case (.complete, _): Issue.record("complete at \(cut), but not as a whole: \(bytes)")
            }
            guard case .complete(let head) = whole else { continue }
            #expect(head.length <= bytes.count)
            check(forwarded: bytes, head)
        }
    }

    @Test("never trap on requests inside a tunnel, and take none that a proxy is asked", arguments: 0..<8)
    func innerRequests(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<4_000 {
            var bytes = mutate(&random)
            if seed % 2 == 0 { bytes.replace("http://".utf8, with: "https://".utf8, maxReplacements: 1) }
            var fields = FieldTable()
            let result = HeadParser.parseRequest(bytes.span, .origin, limits: HeadLimits(), fields: &fields)
            guard case .complete(let head) = result else { continue }
            #expect(head.length <= bytes.count && head.method != .connect && head.port > 0)
            #expect(!head.host.isEmpty && head.host.end <= head.length)
            #expect(parseRequest(bytes).head == nil)
            let path = head.path.isEmpty ? UInt8(ascii: "/") : bytes[head.path.start]
            #expect(path == UInt8(ascii: "/"))
        }
    }

    /// What goes to the origin is a head that says the same, read by the same strict rules.
    private func check(forwarded bytes: [UInt8], _ head: RequestHead) {
        guard head.method != .connect else { return }
        guard let text = rewritten(bytes) else { return }
        let line = text.prefix { $0 != 0x0D }
        #expect(line.suffix(9).elementsEqual(" HTTP/1.1".utf8))
        // Put back into absolute form, the parser must take it and find the same framing.
        let words = line.split(separator: UInt8(ascii: " "))
        guard words.count == 3, words[1].first == UInt8(ascii: "/") else { return }
        let absolute = words[0] + Array(" http://h".utf8) + words[1] + Array(" HTTP/1.1".utf8) + text[line.count...]
        guard case .complete(let again) = parseRequest(Array(absolute)) else {
            Issue.record("what was passed on is refused: \(String(decoding: text, as: UTF8.self))")
            return
        }
        #expect(BodyFraming.request(again) == BodyFraming.request(head))
        #expect(again.flags.contains(.offersUpgrade) == head.flags.contains(.offersUpgrade))
        // At 0 it would not have been passed on.
        if let left = head.maxForwards, left > 0 { #expect(again.maxForwards == left - 1) }
    }

    private func rewritten(_ bytes: [UInt8]) -> [UInt8]? {
        var fields = FieldTable()
        guard case .complete(let head) = HeadParser.parseRequest(bytes.span, limits: HeadLimits(), fields: &fields)
        else { return nil }
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count + HeadSerializer.maximumGrowth)
        defer { memory.deallocate() }
        var sink = ByteSink(memory)
        Array("venus-test".utf8).withUnsafeBufferPointer {
            HeadSerializer.request(head, bytes.span, fields: fields, pseudonym: $0, into: &sink)
        }
        #expect(!sink.isOverflowing, "a head grows by at most \(HeadSerializer.maximumGrowth)")
        return Array(memory.prefix(sink.count))
    }

    @Test("never trap on responses", arguments: 0..<8)
    func responses(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<4_000 {
            let bytes = mutate(&random)
            guard case .complete(let head) = parseResponse(bytes) else { continue }
            #expect(head.length <= bytes.count)
            guard let text = rewritten(response: bytes) else { continue }
            guard case .complete(let again) = parseResponse(text) else {
                Issue.record("what was passed on is refused: \(String(decoding: text, as: UTF8.self))")
                continue
            }
            #expect(again.status == head.status)
            #expect(BodyFraming.response(again, to: .get) == BodyFraming.response(head, to: .get))
        }
    }

    private func rewritten(response bytes: [UInt8]) -> [UInt8]? {
        var fields = FieldTable()
        guard case .complete(let head) = HeadParser.parseResponse(bytes.span, limits: HeadLimits(), fields: &fields)
        else { return nil }
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count + HeadSerializer.maximumGrowth)
        defer { memory.deallocate() }
        var sink = ByteSink(memory)
        let options = HeadSerializer.ResponseOptions(close: true, chunked: head.flags.contains(.chunked))
        Array("venus-test".utf8).withUnsafeBufferPointer {
            HeadSerializer.response(
                head, bytes.span, fields: fields, options: options, pseudonym: $0, date: HTTPDate(second: 0),
                into: &sink)
        }
        #expect(!sink.isOverflowing, "a head grows by at most \(HeadSerializer.maximumGrowth)")
        return Array(memory.prefix(sink.count))
    }

    @Test("follow chunks to the same end however they are cut", arguments: 0..<8)
    func chunks(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<4_000 {
            let bytes = mutate(&random)
            var whole = BodyDecoder(.chunked)
            let taken = whole.consume(bytes.span)
            var cut = BodyDecoder(.chunked)
            var place = 0
            var isBroken = false
            while place < bytes.count, !cut.isComplete, !isBroken {
                let end = min(bytes.count, place + 1 + Int(random.next() % 7))
                let piece = Array(bytes[place..<end])
                if let count = cut.consume(piece.span) { place += count } else { isBroken = true }
            }
            #expect(isBroken == (taken == nil))
            if let taken {
                #expect(place == taken)
                #expect(cut.isComplete == whole.isComplete)
                #expect(cut.contentBytes == whole.contentBytes)
            }
        }
    }
}
