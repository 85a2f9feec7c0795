import Testing
import VenusCore

@Suite("Operations")
struct OperationTests {
    private func tunnel(_ inside: String, serverName: String = "") -> Operation {
        Operation(
            scheme: "tcp", host: "api.example", port: 443, method: "CONNECT", route: serverName,
            networkProtocol: inside)
    }

    @Test("of tunnels say what is inside, those of requests their method and route")
    func names() {
        #expect(tunnel("tunnel").name == "CONNECT")
        #expect(tunnel("tls").name == "CONNECT tls")
        #expect(tunnel("tls/1.3 h2").name == "CONNECT tls/1.3 h2")
        #expect(tunnel("tls/1.2", serverName: "other.example").name == "CONNECT other.example tls/1.2")
        #expect(tunnel("tunnel", serverName: "other.example").name == "CONNECT other.example")
        let request = Operation(
            scheme: "https", host: "::1", port: 443, method: "GET", route: "/tls/1.2", networkProtocol: "http/1.1")
        #expect(request.name == "GET /tls/1.2")
        #expect(request.dependency == "[::1]:443")
    }

    @Test("that went on as WebSocket say so, whatever their route becomes")
    func webSocket() {
        let upgrade = Operation(
            scheme: "http", host: "api.example", port: 80, method: "GET", route: "/live/7",
            networkProtocol: "websocket")
        #expect(upgrade.name == "GET /live/7 websocket")
        #expect(upgrade.name(route: "/live/*") == "GET /live/* websocket")
        #expect(Operation.tunnelProtocol(ofName: upgrade.name) == "websocket")
    }

    @Test(
        "of tunnels are known by their names",
        arguments: ["tunnel", "tls", "tls/1.3 h2", "tls/1.2", "tls/1.3 http/1.1"])
    func tunnelProtocol(_ inside: String) {
        #expect(Operation.tunnelProtocol(ofName: tunnel(inside).name) == inside)
        #expect(Operation.tunnelProtocol(ofName: tunnel(inside, serverName: "other.example").name) == inside)
    }

    @Test(
        "of requests are no tunnels",
        arguments: ["GET /tls/1.2", "_OTHER", "", "CONNECTED", "_OTHER tls/1.3", "GET /websocket", "_OTHER websocket"])
    func noTunnel(_ name: String) { #expect(Operation.tunnelProtocol(ofName: name) == nil) }
}
