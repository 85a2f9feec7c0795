import Testing
import VenusProxy

@Suite("The operations of a loop")
struct OperationTableTests {
    private func intern(
        _ table: inout OperationTable, _ method: String, _ host: String, _ path: String, port: UInt16 = 80,
        scheme: Scheme = .http, networkProtocol: NetworkProtocol = .http11
    ) -> Int {
        withBytes(host, method, path) {
            Int(
                table.intern(
                    scheme: scheme, host: $0, port: port, method: $1, path: $2, networkProtocol: networkProtocol))
        }
    }

    /// The line of the operation that these strings name.
    private func interned(_ table: inout OperationTable, _ method: String, _ host: String, _ path: String) -> String {
        let place = intern(&table, method, host, path)
        return line(table, place)
    }

    private func line(_ table: OperationTable, _ place: Int) -> String {
        var bytes: [UInt8] = []
        table.append(line: place, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("an operation's line holds its template, and never the raw path")
    func line() {
        var table = OperationTable(maximumOperations: 10)
        let place = intern(&table, "POST", "Payments.Internal", "/v1/charges/12345?card=4242", port: 8_080)
        #expect(line(table, place) == "http\tpayments.internal\t8080\tPOST\t/v1/charges/*\thttp/1.1")
    }

    @Test("the same operation is found again, whatever its values and its host's case")
    func found() {
        var table = OperationTable(maximumOperations: 10)
        let first = intern(&table, "GET", "api", "/users/1")
        #expect(intern(&table, "GET", "API", "/users/22?x=1") == first)
        #expect(intern(&table, "GET", "[fd00::1]", "/") == intern(&table, "GET", "fd00::1", "/"))
        #expect(table.count == 2)
    }

    @Test("what differs in any part is another operation")
    func differs() {
        var table = OperationTable(maximumOperations: 20)
        let places = [
            intern(&table, "GET", "api", "/users"), intern(&table, "HEAD", "api", "/users"),
            intern(&table, "GET", "api2", "/users"), intern(&table, "GET", "api", "/groups"),
            intern(&table, "GET", "api", "/users", port: 81), intern(&table, "GET", "api", "/users", scheme: .https),
            intern(&table, "GET", "api", "/users", networkProtocol: .websocket),
        ]
        #expect(Set(places).count == places.count)
    }

    @Test("a tunnel has no route")
    func tunnel() {
        var table = OperationTable(maximumOperations: 10)
        let place = intern(&table, "CONNECT", "api", "", port: 443, scheme: .tcp, networkProtocol: .tunnel)
        #expect(line(table, place) == "tcp\tapi\t443\tCONNECT\t\ttunnel")
    }

    @Test(
        "a method that no RFC knows is _OTHER, and so is one in another case", arguments: ["BREW", "get", "", "GETX"])
    func methods(method: String) {
        var table = OperationTable(maximumOperations: 10)
        #expect(interned(&table, method, "api", "/") == "http\tapi\t80\t_OTHER\t/\thttp/1.1")
        #expect(interned(&table, "PROPFIND", "api", "/") == "http\tapi\t80\tPROPFIND\t/\thttp/1.1")
    }

    @Test("bytes that no host has need no escape")
    func hostBytes() {
        var table = OperationTable(maximumOperations: 10)
        #expect(interned(&table, "GET", "a\tb\n\\ü c", "/") == "http\ta_b_____c\t80\tGET\t/\thttp/1.1")
        let long = interned(&table, "GET", String(repeating: "x", count: 9_000), "/")
        #expect(long == "http\t\(String(repeating: "x", count: 255))\t80\tGET\t/\thttp/1.1")
    }

    @Test("beyond the bound an operation counts as its dependency's overflow, beyond that as one for all")
    func overflow() {
        var table = OperationTable(maximumOperations: 3)
        for route in ["/a", "/b", "/c"] { _ = intern(&table, "GET", "api", route) }
        let first = intern(&table, "GET", "api", "/d")
        #expect(line(table, first) == "http\tapi\t80\t_OTHER\t_overflow\thttp/1.1")
        #expect(intern(&table, "POST", "api", "/e") == first)
        #expect(interned(&table, "GET", "api", "/b") == "http\tapi\t80\tGET\t/b\thttp/1.1")
        for number in 0..<2_000 { _ = intern(&table, "GET", "h\(number)", "/") }
        #expect(table.count <= 3 + OperationTable.maximumOverflowingDependencies + 1)
        let last = intern(&table, "GET", "another", "/")
        #expect(line(table, last) == "http\t_overflow\t0\t_OTHER\t_overflow\thttp/1.1")
    }

    @Test("what is forgotten makes room; what is kept is found at its place")
    func forgotten() {
        var table = OperationTable(maximumOperations: 3)
        let kept = intern(&table, "GET", "api", "/kept")
        for route in ["/a", "/b"] { _ = intern(&table, "GET", "api", route) }
        let full = "http\tapi\t80\t_OTHER\t_overflow\thttp/1.1"
        #expect(interned(&table, "GET", "api", "/c") == full && table.isFull)
        table.forget { $0 == kept }
        #expect(table.count == 1 && !table.isFull)
        #expect(intern(&table, "GET", "api", "/kept") == kept && table.count == 1)
        // Also what was overflow before.
        #expect(interned(&table, "GET", "api", "/c") == "http\tapi\t80\tGET\t/c\thttp/1.1")
        #expect(interned(&table, "GET", "api", "/d") == "http\tapi\t80\tGET\t/d\thttp/1.1")
        #expect(interned(&table, "GET", "api", "/a") == full)
        #expect(line(table, kept) == "http\tapi\t80\tGET\t/kept\thttp/1.1")
    }

    @Test("places are used again, however often what is known changes")
    func changing() {
        var table = OperationTable(maximumOperations: 100)
        let kept = (0..<10).map { intern(&table, "GET", "kept\($0)", "/") }
        for turn in 0..<50 {
            for number in 0..<200 { _ = intern(&table, "GET", "h\(turn)x\(number)", "/") }
            #expect(table.isFull && table.places <= 100 + OperationTable.maximumOverflowingDependencies + 1)
            table.forget { kept.contains($0) }
            #expect(table.count == kept.count)
            #expect((0..<10).map { intern(&table, "GET", "kept\($0)", "/") } == kept)
        }
        #expect(line(table, kept[7]) == "http\tkept7\t80\tGET\t/\thttp/1.1")
    }

    @Test("many operations are each found at their place")
    func many() {
        var table = OperationTable(maximumOperations: 5_000)
        let names = (0..<5_000).map { "h\($0).internal" }
        let places = names.map { intern(&table, "GET", $0, "/") }
        #expect(Set(places).count == 5_000)
        #expect(names.map { intern(&table, "GET", $0, "/") } == places)
        #expect(line(table, places[4_321]) == "http\th4321.internal\t80\tGET\t/\thttp/1.1")
    }
}
