import Testing
import VenusCore

@Suite("Keys of series")
struct SeriesKeyTests {
    private let operation = SeriesKey.operation(
        "GET /v1/*", service: "checkout", dependency: "[::1]:443", environment: "production")

    @Test("are read back as they were stored, at every level", arguments: Level.allCases)
    func roundTrip(_ level: Level) throws {
        let key = operation.key(at: level)
        #expect(key.level == level)
        var writer = ByteWriter()
        key.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        #expect(try SeriesKey(from: &reader) == key)
        #expect(reader.isAtEnd)
        for length in 0..<writer.bytes.count {
            #expect(throws: EncodingError.corrupt) {
                var reader = ByteReader(writer.bytes[..<length])
                _ = try SeriesKey(from: &reader)
            }
        }
    }

    @Test("of a level that does not exist are refused")
    func unknownLevel() {
        #expect(throws: EncodingError.corrupt) {
            var reader = ByteReader([9, 0, 0, 0, 0])
            _ = try SeriesKey(from: &reader)
        }
    }

    @Test("have the names of their level, and no other")
    func names() {
        #expect(operation.key(at: .total) == .total(environment: "production"))
        #expect(operation.key(at: .service) == .service("checkout", environment: "production"))
        #expect(operation.key(at: .dependency) == .dependency("[::1]:443", environment: "production"))
        #expect(
            operation.key(at: .edge) == .edge(service: "checkout", dependency: "[::1]:443", environment: "production"))
        #expect(operation.key(at: .edge).operation.isEmpty)
        #expect(operation.key(at: .dependency).service.isEmpty)
    }

    @Test("sort by level, then by names")
    func order() {
        let keys = Level.allCases.map { operation.key(at: $0) }
        #expect(keys.shuffled().sorted() == keys.sorted { $0.level.rawValue < $1.level.rawValue })
        #expect(SeriesKey.service("a", environment: "x") < .service("b", environment: "x"))
        #expect(SeriesKey.service("z", environment: "a") < .service("a", environment: "b"))
    }

    @Test("name a dependency by host and port, IPv6 in brackets")
    func dependency() {
        func operation(_ host: String, _ route: String) -> Operation {
            Operation(scheme: "http", host: host, port: 80, method: "GET", route: route, networkProtocol: "http/1.1")
        }
        #expect(operation("::1", "/a").dependency == "[::1]:80")
        #expect(operation("example.com", "/a").dependency == "example.com:80")
        #expect(operation("example.com", "/a").name == "GET /a")
        #expect(operation("example.com", "").name == "GET")
    }
}
