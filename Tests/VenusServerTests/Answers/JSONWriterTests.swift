import FoundationEssentials
import TestSupport
import Testing
import VenusServer

@Suite("Fast JSON")
struct JSONWriterTests {
    private func written(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test(
        "numbers are written as the encoder of Foundation writes them",
        arguments: [
            0, -0.0, 1, -1, 8, 0.5, 133.33333333333334, 1e-7, 1e15, 9_007_199_254_740_991, 9_007_199_254_740_992, 1e16,
            1.5e300, .leastNonzeroMagnitude, 0.1, -273.15, 1e22,
        ])
    func numbers(number: Double) throws {
        let text = written { $0.value(number) }
        #expect(text == String(decoding: try JSONOutput.encode(number), as: UTF8.self))
        #expect(Double(text) == number)
    }

    @Test("what is no number is null")
    func notFinite() {
        for number in [Double.nan, .infinity, -.infinity, nil] { #expect(written { $0.value(number) } == "null") }
        #expect(written { $0.value(UInt64.max) } == "18446744073709551615")
        #expect(written { $0.value(Int64.min) } == "-9223372036854775808")
    }

    @Test("any text comes back as it was")
    func texts() throws {
        for text in ["", "plain", "\"\\/\u{8}\u{c}\n\r\t", "\u{0}\u{1f}\u{7f}", "é 日 🙂", "</script>", "a\u{2028}b"] {
            #expect(try JSONValue(written { $0.value(text) }).string == text)
        }
    }

    @Test("members and items are separated, also in nested and empty ones")
    func structure() {
        let text = written { writer in
            writer.object { writer in
                writer.name("a")
                writer.array([Int]()) { $0.value($1) }
                writer.name("b")
                writer.array([1, 2]) { writer, number in
                    writer.object { writer in
                        writer.name("n")
                        writer.value(number)
                        writer.name("t")
                        writer.value(true)
                    }
                }
                writer.name("c")
                writer.object { _ in }
                writer.name("d")
                writer.null()
            }
        }
        #expect(text == #"{"a":[],"b":[{"n":1,"t":true},{"n":2,"t":true}],"c":{},"d":null}"#)
    }
}
