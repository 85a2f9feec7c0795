import Testing
import VenusProxy

@Suite("Classes of bytes")
struct ByteClassTests {
    @Test("are those of the RFCs for each of the 256 bytes")
    func all() {
        let alphanumeric = Set("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        let token = alphanumeric.union("!#$%&'*+-.^_`|~".utf8)
        let host = alphanumeric.union("-._~".utf8)
        for byte in UInt8.min ... .max {
            #expect(ByteClass.isToken(byte) == token.contains(byte), "\(byte)")
            #expect(ByteClass.isHostName(byte) == host.contains(byte), "\(byte)")
            #expect(ByteClass.isDigit(byte) == (0x30...0x39).contains(byte), "\(byte)")
            let scalar = Character(Unicode.Scalar(byte))
            #expect(ByteClass.hexValue(byte).map(Int.init) == (byte < 0x80 ? scalar.hexDigitValue : nil), "\(byte)")
            let lower = byte < 0x80 ? Character(Unicode.Scalar(byte)).lowercased().utf8.first : byte
            #expect(ByteClass.lowercased(byte) == lower, "\(byte)")
        }
    }

    @Test("end a name and a target at the first byte that cannot be in it, wherever it stands")
    func ends() {
        for byte in UInt8.min ... .max {
            for place in 0..<20 {
                var bytes = [UInt8](repeating: UInt8(ascii: "n"), count: 20)
                bytes[place] = byte
                let token = ByteScan.endOfToken(bytes.span, from: 0)
                #expect(token == (ByteClass.isToken(byte) ? 20 : place), "\(byte)")
                let visible = ByteScan.endOfVisible(bytes.span, from: 0)
                #expect(visible == ((0x21...0x7E).contains(byte) ? 20 : place), "\(byte)")
            }
        }
    }

    @Test("spell a name in any case, and nothing but that name")
    func spelling() {
        let name = Array("-connection-".utf8)
        for byte in UInt8.min ... .max {
            for place in name.indices {
                var bytes = name
                bytes[place] = byte
                let isSame = ByteClass.lowercased(byte) == name[place]
                let matches = ByteScan.matches(bytes.span, at: 0, "-connection-")
                #expect(matches == isSame, "\(byte) at \(place)")
                guard (1...4).contains(place) else { continue }
                let matchesPart = ByteScan.matches(bytes.span, at: 1, "conn")
                #expect(matchesPart == isSame, "\(byte) at \(place)")
            }
        }
        let isTooShort = !ByteScan.matches(name.span, at: 5, "-connection-")
        #expect(isTooShort)
    }

    @Test("read sixteen lower-case hexadecimal digits and nothing else")
    func hexadecimal() {
        let digits = Array("-0123456789abcdef".utf8)
        let value = ByteScan.hexadecimal(digits.span, at: 1)
        #expect(value == 0x0123_4567_89AB_CDEF)
        for byte in UInt8.min ... .max {
            for place in 0..<16 {
                var bytes = [UInt8](repeating: UInt8(ascii: "0"), count: 16)
                bytes[place] = byte
                let isDigit = (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
                let expected = isDigit ? UInt64(ByteClass.hexValue(byte) ?? 0) << UInt64(60 - 4 * place) : nil
                let value = ByteScan.hexadecimal(bytes.span, at: 0)
                #expect(value == expected, "\(byte) at \(place)")
            }
        }
    }

    @Test("end a field value at the first control, wherever it stands")
    func endOfValue() {
        for length in 0..<40 {
            for place in 0...length {
                for byte in [UInt8(0), 0x0A, 0x0D, 0x1F, 0x7F, 0x09, 0x20, 0x7E, 0x80, 0xFF] {
                    var bytes = [UInt8](repeating: UInt8(ascii: "v"), count: length + 1)
                    bytes[place] = byte
                    let ends = byte < 0x20 && byte != 0x09 || byte == 0x7F
                    let end = ByteScan.endOfValue(bytes.span, from: 0)
                    #expect(end == (ends ? place : bytes.count))
                }
            }
        }
    }
}

@Suite("An authority")
struct AuthorityTests {
    private func read(_ text: String) -> Authority? { Authority(text) }

    @Test("is a name or an address with or without a port")
    func valid() throws {
        #expect(try #require(read("a-b_c.example")).port == nil)
        #expect(try #require(read("h:1")).port == 1)
        #expect(try #require(read("h:65535")).port == 65_535)
        #expect(try #require(read("[::]:80")).isIPv6Literal)
        #expect(try #require(read("[::ffff:1.2.3.4]")).host == ByteRange(1, 15))
    }

    @Test(
        "that has another spelling is none",
        arguments: [
            "", ":80", "h:0", "h:-1", "h:1 ", " h", "h h", "a@h", "h:99999", "h:123456", "[::1", "::1", "[::1]x",
            "[fe80::1%25eth0]",
            "[1::2::3]", "[]", "h/", "h?", "h#", "a%41", "h\u{e9}", "a,b",
        ])
    func invalid(text: String) { #expect(read(text) == nil) }

    @Test("is at most 253 bytes of name")
    func bounds() {
        #expect(read(String(repeating: "a", count: 253)) != nil)
        #expect(read(String(repeating: "a", count: 254)) == nil)
    }
}
