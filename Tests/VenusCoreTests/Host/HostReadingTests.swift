import Foundation
import Testing
import VenusCore

@Suite("Readings of a host")
struct HostReadingTests {
    private let series = HostSeries(.diskIO, "sda", state: "read")

    @Test("metrics have names and codes of their own, and are found by name")
    func names() {
        #expect(Set(HostMetric.allCases.map(\.name)).count == HostMetric.allCases.count)
        for metric in HostMetric.allCases { #expect(HostMetric(name: metric.name) == metric) }
        #expect(HostMetric(name: "system.cpu") == nil)
        #expect(HostMetric.cpuUtilization.kind == .gauge && HostMetric.cpuTime.kind == .counter)
    }

    @Test("readings of neighbouring times add up, weighted by time, in either order")
    func adding() throws {
        var first = HostReading(start: 0, end: 10_000)
        first.add(series, 100, seconds: 10)
        var second = HostReading(start: 10_000, end: 40_000, leftOut: 2, garbledLines: 3)
        second.add(series, 20, seconds: 30)
        var forwards = first
        forwards.add(second)
        var backwards = second
        backwards.add(first)
        #expect(forwards == backwards)
        let totals = try #require(forwards[series])
        #expect(totals.sum == 1_600 && totals.mean == 40 && totals.count == 2)
        #expect(totals.minimum == 20 && totals.maximum == 100 && totals.last == 20)
        #expect(forwards.start == 0 && forwards.end == 40_000 && forwards.leftOut == 2 && forwards.garbledLines == 3)
    }

    @Test("a minute made of halves is the minute made of sixths")
    func associative() {
        let values = [3.0, 8, 1, 9, 4, 5]
        func part(_ range: Range<Int>) -> HostReading {
            var reading = HostReading(start: Int64(range.lowerBound) * 10_000, end: Int64(range.lowerBound) * 10_000)
            for place in range {
                var one = HostReading(start: Int64(place) * 10_000, end: Int64(place + 1) * 10_000)
                one.add(series, values[place], seconds: 10)
                reading.add(one)
            }
            return reading
        }
        var halves = part(0..<3)
        halves.add(part(3..<6))
        #expect(halves == part(0..<6))
    }

    @Test("what is no number, or no time, is passed over", arguments: [Double.nan, .infinity, -.infinity])
    func noNumbers(value: Double) {
        var reading = HostReading(start: 0, end: 1)
        reading.add(series, value, seconds: 10)
        reading.add(series, 1, seconds: value)
        reading.add(series, 1, seconds: 0)
        #expect(reading.values.isEmpty)
    }

    @Test("sums stay numbers, however much is added")
    func overflow() throws {
        var reading = HostReading(start: 0, end: 1)
        for _ in 0..<3 { reading.add(series, .greatestFiniteMagnitude, seconds: 1) }
        let totals = try #require(reading[series])
        #expect(totals.sum.isFinite)
        _ = try JSONEncoder().encode(reading)
    }

    @Test("there is a bound to series, and what is beyond is counted")
    func bound() {
        var reading = HostReading(start: 0, end: 1)
        for number in 0..<HostReading.maximumSeries + 7 {
            reading.add(HostSeries(.diskIO, "d\(number)"), 1, seconds: 1)
        }
        #expect(reading.values.count == HostReading.maximumSeries && reading.leftOut == 7)
    }

    @Test(
        "names from the system cannot steer a terminal, and are cut at a character",
        arguments: [
            ("/mnt/ok", "/mnt/ok"), ("a\u{1B}[31m\n", "a?[31m?"), ("\u{202E}x", "?x"), ("/größe", "/größe"),
            (String(repeating: "ä", count: 100), String(repeating: "ä", count: 64)),
        ])
    func subjects(text: String, expected: String) {
        #expect(HostSeries(.filesystemUsage, text).subject == expected)
    }

    @Test("a reading survives JSON, and is written the same way each time")
    func json() throws {
        var reading = HostReading(start: 1_800_000_000_000, end: 1_800_000_060_000, leftOut: 1, garbledLines: 2)
        reading.add(series, 12.5, seconds: 60)
        reading.add(HostSeries(.cpuUtilization), 0.25, seconds: 60)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(reading)
        #expect(
            String(decoding: data, as: UTF8.self)
                == #"{"end_ms":1800000060000,"garbled_lines":2,"left_out":1,"start_ms":1800000000000,"v":1,"values":["#
                + #"{"count":1,"last":0.25,"max":0.25,"metric":"system.cpu.utilization","min":0.25,"seconds":60,"sum":15},"#
                + #"{"count":1,"last":12.5,"max":12.5,"metric":"system.disk.io","min":12.5,"seconds":60,"state":"read","#
                + #""subject":"sda","sum":750}]}"#)
        #expect(try JSONDecoder().decode(HostReading.self, from: data) == reading)
    }

    private func decode(v: Int = 1, start: Int = 0, end: Int = 9, _ values: String) throws -> HostReading {
        let text =
            #"{"v":\#(v),"start_ms":\#(start),"end_ms":\#(end),"left_out":0,"garbled_lines":0,"values":[\#(values)]}"#
        return try JSONDecoder().decode(HostReading.self, from: Data(text.utf8))
    }

    private func value(_ metric: String = "system.disk.io", seconds: Int = 1, min: Int = 1, last: Int = 1) -> String {
        #"{"metric":"\#(metric)","seconds":\#(seconds),"count":1,"sum":1,"min":\#(min),"max":1,"last":\#(last)}"#
    }

    @Test("what cannot be is refused, from whoever it comes")
    func refused() {
        #expect(throws: DecodingError.self) { try decode(v: 2, "") }
        #expect(throws: DecodingError.self) { try decode(start: 5, end: 4, "") }
        #expect(throws: DecodingError.self) { try decode(value(seconds: 0)) }
        #expect(throws: DecodingError.self) { try decode(value(seconds: -5)) }
        #expect(throws: DecodingError.self) { try decode(value(min: 2)) }
        #expect(throws: DecodingError.self) { try decode(value(last: 2)) }
        let many = (0...HostReading.maximumSeries).map { _ in value() }.joined(separator: ",")
        #expect(throws: DecodingError.self) { try decode(many) }
    }

    @Test("a metric of a newer version is left out and counted")
    func newerMetric() throws {
        let reading = try decode(value("system.new.thing") + "," + value())
        #expect(reading.leftOut == 1 && reading.values.count == 1)
    }
}
