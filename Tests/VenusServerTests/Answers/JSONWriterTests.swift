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

    @Test("numbers are rounded to the nearest of so many decimals, without zeros at the end")
    func decimals() {
        for (number, decimals, text) in [
            (0.0, 8, "0"), (-0.0, 8, "0"), (1, 8, "1"), (0.5, 8, "0.5"), (2.0 / 3, 8, "0.66666667"), (1.0 / 3, 0, "0"),
            (0.999_999_999, 8, "1"), (1e-8, 8, "0.00000001"), (1e-9, 8, "0"), (-1e-9, 8, "0"), (-0.25, 1, "-0.3"),
            (12.375, 2, "12.38"), (9_007_199_254_740_991, 0, "9007199254740991"), (1e22, 4, "1e+22"),
        ] { #expect(written { $0.value(number, decimals: decimals) } == text) }
        #expect(written { $0.value(nil, decimals: 3) } == "null")
        #expect(written { $0.value(Double.nan, decimals: 3) } == "null")
    }

    @Test("a rate is never rounded to all or nothing")
    func rates() throws {
        for (rate, text) in [
            (0.0, "0"), (1, "1"), (0.75, "0.75"), (2.0 / 3, "0.66666667"), (1e-8, "0.00000001"),
            (1 - 1e-8, "0.99999999"),
        ] { #expect(written { $0.value(rate: rate) } == text) }
        for rate in [3e-10, 1 - 3e-10, .leastNonzeroMagnitude, 1 - 1e-16] {
            #expect(Double(written { $0.value(rate: rate) }) == rate)
        }
        #expect(written { $0.value(rate: nil) } == "null")
    }

    @Test("significant digits: so many, wherever the point is, and all before it")
    func significantDigits() {
        for (number, text) in [
            (0.0, "0"), (1, "1"), (240, "240"), (133.33333333333334, "133.33"), (12_345.678, "12346"),
            (123_456_789.4, "123456789"), (0.00123456789, "0.0012346"), (99_999.96, "100000"), (9.99996, "10"),
            (-12.34567, "-12.346"), (1e-9, "0.000000001"), (1e-30, "0"), (10, "10"),
        ] { #expect(written { $0.value(number, significantDigits: 5) } == text) }
        for number in [nil, Double.infinity] { #expect(written { $0.value(number, significantDigits: 5) } == "null") }
    }

    @Test("rounded numbers keep their order")
    func order() {
        var last = -1.0
        for step in 0..<20_000 {
            let text = written { $0.value(1.000_7 * Double(step) / 17, significantDigits: 5) }
            guard let number = Double(text) else {
                Issue.record("\(text)")
                return
            }
            #expect(number >= last)
            last = number
        }
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
