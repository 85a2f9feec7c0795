import TestSupport
import Testing
import VenusServer
import VenusStore

@Suite("A server below a path")
struct WebPathTests {
    @Test("the path is that of the URL, and taken away where it is there")
    func paths() {
        #expect(WebPath(of: "https://venus.example/").text.isEmpty)
        let path = WebPath(of: "https://example.com:8443/tools/venus/")
        #expect(path.text == "/tools/venus")
        #expect(path.strip("/tools/venus/api/v1/graph") == "/api/v1/graph")
        #expect(path.strip("/api/v1/graph") == "/api/v1/graph")
        #expect(path.strip("/tools/venus") == "/")
        #expect(path.strip("/tools/venusian") == "/tools/venusian")
    }

    @Test("the page is below the path, and who comes without the slash is led there")
    func page() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("<!doctype html>", to: "index.html")
        try directory.write("let x", to: "app.js")
        try await withServer {
            $0.publicURL = "http://tools.example/venus"
            $0.dashboardDirectory = directory.path
        } _: { server in
            let host = ("host", "tools.example")
            for (path, place) in [("/venus", "/venus/"), ("/venus?x=%2F", "/venus/?x=%2F")] {
                let answer = try await server.request("GET", path, [host])
                #expect(answer.status == 308 && answer["location"] == place)
            }
            for path in ["/venus/", "/venus/app.js", "/", "/app.js"] {
                #expect(try await server.request("GET", path, [host]).status == 200, "\(path)")
            }
            #expect(try await server.request("GET", "/venusian", [host]).status == 404)
            #expect(try await server.request("POST", "/venus", [host]).status == 405)
        }
    }

    @Test("REST and the live socket answer with the path and without it, and links lead below it")
    func served() async throws {
        try await withServer {
            $0.publicURL = "http://tools.example/venus"
        } _: { server in
            let token = try await server.session(.viewer)
            let host = ("host", "tools.example")
            for path in ["/venus/api/v1/session", "/api/v1/session"] {
                #expect(try await server.request("GET", path, [host, server.bearer(token)]).status == 200)
                #expect(try await server.request("GET", path, [host]).status == 401)
            }
            let client = try await WebSocketClient(
                port: server.port, path: "/venus/api/v1/live", subprotocols: ["venus.v1", "bearer.\(token)"])
            #expect(client.response.status == 101)
            #expect(try await server.server.makeSignInLink().hasPrefix("http://tools.example/venus/sign-in#"))
        }
    }
}
