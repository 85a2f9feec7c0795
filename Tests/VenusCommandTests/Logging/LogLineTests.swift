import Foundation
import Logging
import Testing
import venus

@Suite("A log line")
struct LogLineTests {
    private func line(
        _ message: String, _ metadata: Logger.Metadata = [:], label: String = "proxy", milliseconds: Int64 = 0
    ) -> LogLine {
        LogLine(milliseconds: milliseconds, level: .info, label: label, message: message, metadata: metadata)
    }

    @Test("has time, level, part, message and sorted metadata as text")
    func text() {
        let line = line(
            "listening", ["port": "2247", "address": "127.0.0.1:2247"], milliseconds: 1_795_230_000_007)
        #expect(
            line.rendered(as: .text)
                == "2026-11-21T03:00:00.007Z INFO proxy: listening address=127.0.0.1:2247 port=2247")
    }

    @Test("has the same as JSON, nested metadata included")
    func json() throws {
        let line = line(
            "say \"hi\"\\", ["list": ["a", "b"], "map": ["k": "v\n"], "time": "mine"], milliseconds: 1_795_230_000_007)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(line.rendered(as: .json).utf8)) as? NSDictionary)
        let expected: NSDictionary = [
            "time": "2026-11-21T03:00:00.007Z", "level": "info", "logger": "proxy", "message": "say \"hi\"\\",
            "list": ["a", "b"], "map": ["k": "v\n"], "_time": "mine",
        ]
        #expect(object == expected)
    }

    @Test(
        "never has a second line, nor a character that steers a terminal",
        arguments: ["a\nb", "\r\n", "\u{1B}[31mred", "\u{9B}31m", "\u{2028}", "\u{202E}abc", "\0", "\t"])
    func control(_ text: String) {
        for format in [VenusConfiguration.Log.Format.text, .json] {
            let rendered = line(text, [text: .string(text)], label: text).rendered(as: format)
            let hasControl = rendered.unicodeScalars.contains { scalar in
                scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || [0x2028, 0x202E].contains(scalar.value)
            }
            #expect(!hasControl)
        }
    }

    @Test("quotes a value that would read as something else")
    func quoting() {
        #expect(
            line("m", ["a": "two words", "b": "x=y", "c": "", "d": "say \"hi\""]).rendered(as: .text)
                == #"1970-01-01T00:00:00.000Z INFO proxy: m a="two words" b="x=y" c="" d="say \"hi\"""#)
    }

    @Test("cuts what is too long")
    func bounded() {
        let long = String(repeating: "x", count: 100_000)
        #expect(line(long, ["key": .string(long)]).rendered(as: .text).utf8.count < 9_000)
    }

    @Test("has the right date, leap years and times before the epoch included")
    func dates() {
        let formatter = ISO8601DateFormatter()
        for day in stride(from: Int64(-40_000), through: 60_000, by: 61) {
            let seconds = day * 86_400 + 86_399 - (day & 0xFFF)
            let date = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
            let expected = date.dropLast() + ".250Z"
            #expect(line("", milliseconds: seconds * 1_000 + 250).rendered(as: .text).hasPrefix(expected))
        }
    }
}
