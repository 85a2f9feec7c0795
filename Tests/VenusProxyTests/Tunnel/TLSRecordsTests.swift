import Testing
import TestSupport
import VenusProxy

@Suite("The records of TLS")
struct TLSRecordsTests {
    private func records(_ bytes: [UInt8], _ reader: inout TLSRecordReader) -> [TLSRecord] {
        bytes.withUnsafeBufferPointer { bytes in
            var place = 0
            var records: [TLSRecord] = []
            while let record = reader.next(bytes, &place) { records.append(record) }
            return records
        }
    }

    private let stream =
        TLSBytes.record(22, 500) + TLSBytes.record(20, 1) + TLSBytes.record(23, 0) + TLSBytes.record(23, 16_401)
        + TLSBytes.record(21, 19) + TLSBytes.record(23, 7)
    private let expected = [
        TLSRecord(.handshake, length: 500), TLSRecord(.changeCipherSpec, length: 1),
        TLSRecord(.applicationData, length: 0), TLSRecord(.applicationData, length: 16_401),
        TLSRecord(.alert, length: 19), TLSRecord(.applicationData, length: 7),
    ]

    @Test("are the same however their bytes are cut", arguments: [1, 2, 3, 5, 7, 64, 501, 9_999])
    func segments(size: Int) {
        var reader = TLSRecordReader()
        var found: [TLSRecord] = []
        for start in stride(from: 0, to: stream.count, by: size) {
            found += records(Array(stream[start..<min(stream.count, start + size)]), &reader)
        }
        #expect(found == expected)
        #expect(reader.isInStep)
    }

    @Test(
        "end where something is no header",
        arguments: [[0x17, 0x03, 0x05, 0, 1], [0x18, 3, 3, 0, 1], [0x17, 3, 3, 0xFF, 0]])
    func garbage(header: [UInt8]) {
        var reader = TLSRecordReader()
        #expect(records(TLSBytes.record(22, 5) + header + [1, 2], &reader).count == 1)
        #expect(!reader.isInStep)
        #expect(records(TLSBytes.record(22, 5), &reader).isEmpty)
    }

    @Test("can be followed past unseen bytes of one record, and not past those of several")
    func skipping() {
        var reader = TLSRecordReader()
        #expect(records(Array(TLSBytes.record(23, 1_000)[..<105]), &reader).count == 1)
        #expect(skip(899, in: &reader))
        #expect(reader.isInStep)
        #expect(skip(1, in: &reader))
        #expect(records(TLSBytes.record(21, 19), &reader) == [TLSRecord(.alert, length: 19)])
        #expect(!skip(1, in: &reader))
        #expect(!reader.isInStep)
        // Of what record would it be?
        #expect(!skip(1, in: &reader))
    }

    @Test("are found again at a read that begins with a header and holds whole headers only")
    func resuming() {
        var reader = TLSRecordReader()
        #expect(!skip(10, in: &reader))
        resume(&reader, [UInt8](repeating: 0xAB, count: 5_000))
        #expect(!reader.isInStep)
        // A header cut off at the end could be one by chance.
        resume(&reader, TLSBytes.record(23, 30) + [0x17, 3])
        #expect(!reader.isInStep)
        resume(&reader, TLSBytes.record(23, 30) + TLSBytes.record(25, 30))
        #expect(!reader.isInStep)
        let bytes = TLSBytes.record(23, 30) + TLSBytes.record(23, 40).dropLast(10)
        resume(&reader, bytes)
        #expect(reader.isInStep)
        #expect(records(bytes, &reader).map(\.length) == [30, 40])
    }

    private func skip(_ count: Int, in reader: inout TLSRecordReader) -> Bool { reader.skip(count) }

    private func resume(_ reader: inout TLSRecordReader, _ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { reader.resume($0) }
    }

    @Test("of any bytes are followed or lost", arguments: 0..<4)
    func hostile(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var reader = TLSRecordReader()
            var bytes = stream
            for _ in 0..<3 {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            while !bytes.isEmpty {
                let count = min(bytes.count, Int(random.next() % 3_000))
                if random.next() % 7 == 0 {
                    let isOfRecord = reader.skip(count)
                    #expect(reader.isInStep || !isOfRecord || count == 0)
                } else {
                    resume(&reader, Array(bytes[..<count]))
                    _ = records(Array(bytes[..<count]), &reader)
                }
                bytes.removeFirst(count)
            }
        }
    }
}
