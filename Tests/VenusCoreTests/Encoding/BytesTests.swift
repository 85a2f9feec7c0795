import Testing
import VenusCore

@Suite("Stored bytes")
struct BytesTests {
    @Test("hold numbers in LEB128", arguments: [0, 1, 127, 128, 300, UInt64(UInt32.max), .max - 1, .max])
    func numbers(_ value: UInt64) throws {
        var writer = ByteWriter()
        writer.append(value)
        var reader = ByteReader(writer.bytes)
        #expect(try reader.readNumber() == value)
        #expect(reader.isAtEnd)
        #expect(writer.bytes.count <= 10)
    }

    @Test("hold signed numbers", arguments: [0, 1, -1, 63, -64, 64, Int64.max, .min])
    func signed(_ value: Int64) throws {
        var writer = ByteWriter()
        writer.append(signed: value)
        var reader = ByteReader(writer.bytes)
        #expect(try reader.readSigned() == value)
    }

    @Test("hold text", arguments: ["", "a", "GET /v1/*", "größer", "日本"])
    func strings(_ text: String) throws {
        var writer = ByteWriter()
        writer.append(text)
        writer.append(byte: 7)
        var reader = ByteReader(writer.bytes)
        #expect(try reader.readString() == text)
        #expect(try reader.readByte() == 7)
        #expect(throws: EncodingError.corrupt) { try reader.readByte() }
    }

    @Test("are refused where they make no number or text")
    func corrupt() {
        for bytes in [
            [], [0x80], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02], Array(repeating: 0x80, count: 11),
        ] as [[UInt8]] {
            #expect(throws: EncodingError.corrupt) {
                var reader = ByteReader(bytes)
                _ = try reader.readNumber()
            }
        }
        for bytes in [[5, 1], [1, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]] as [[UInt8]] {
            #expect(throws: EncodingError.corrupt) {
                var reader = ByteReader(bytes)
                _ = try reader.readString()
            }
        }
        #expect(throws: EncodingError.corrupt) {
            var reader = ByteReader([0x80, 0x02])
            _ = try reader.read(UInt8.self)
        }
    }

    @Test("begin with a version: those up to our newest are read, newer ones told apart, and 0 never was one")
    func versions() throws {
        for version in [1, 2, 3] as [UInt8] {
            var reader = ByteReader([version])
            #expect(try reader.readVersion(upTo: 3) == version)
        }
        for (bytes, error) in [([4], .newerVersion(4)), ([0], .corrupt), ([], .corrupt)] as [([UInt8], EncodingError)] {
            #expect(throws: error) {
                var reader = ByteReader(bytes)
                try reader.readVersion(upTo: 3)
            }
        }
    }

    @Test("are read from a part of an array as from a whole one")
    func slices() throws {
        var reader = ByteReader([9, 9, 0x81, 0x01, 9][2..<4])
        #expect(try reader.readNumber() == 129)
        #expect(reader.isAtEnd)
    }
}
