import Foundation
import TestSupport
import Testing
import VenusServer
import VenusStore

@Suite("Every live socket")
struct EverySocketTests {
    private func open(_ server: RunningServer, _ fields: [(String, String)]) async throws -> Int {
        let handshake = [
            ("connection", "Upgrade"), ("upgrade", "websocket"), ("sec-websocket-version", "13"),
            ("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA=="),
        ]
        return try await server.request("GET", "/api/v1/live", handshake + fields).status
    }

    @Test("is refused without a token, with a wrong one, from a foreign page, and to a key that may not read")
    func refused() async throws {
        try await withServer { server in
            let token = try await server.session(.viewer)
            let cookie = ("cookie", "venus_session=\(token)")
            #expect(try await open(server, []) == 401)
            #expect(try await open(server, [server.bearer("garbage")]) == 401)
            #expect(try await open(server, [server.bearer(Token.random().text)]) == 401)
            #expect(try await open(server, [("sec-websocket-protocol", "venus.v1, bearer.x")]) == 401)
            #expect(try await open(server, [cookie]) == 403)
            for origin in ["null", "http://evil.example", "https://127.0.0.1:\(server.port)"] {
                #expect(try await open(server, [cookie, ("origin", origin)]) == 403)
            }
            #expect(try await open(server, [server.bearer(try await server.key([.writeHosts]).text)]) == 403)
            #expect(try await open(server, [server.bearer(token), ("host", "evil.example")]) == 421)
        }
    }

    @Test("closes with 4401 when its session is revoked, its user is changed, or its key is taken away")
    func revoked() async throws {
        try await withServer { server in
            let admin = server.bearer(try await server.session(.admin))
            let json = ("content-type", "application/json")
            let password = "correct horse battery"
            let added = try await server.request(
                "POST", "/api/v1/users", [admin, json],
                body: #"{"name":"ada","role":"viewer","password":"\#(password)"}"#)
            #expect(added.status == 201)
            func signIn() async throws -> String {
                let response = try await server.login(#"{"user":"ada","password":"\#(password)"}"#)
                return try #require(try JSONValue(response.text)["token"].string)
            }
            func expectClosed(_ socket: WebSocketClient) async throws {
                try await eventually(holds: { !socket.isOpen })
                #expect(socket.closeCode == 4401)
            }
            var token = try await signIn()
            var socket = try await server.live(token: token)
            let id = Principal.sessionID(try #require(Token(token)).hash)
            #expect(try await server.request("DELETE", "/api/v1/sessions/\(id)", [admin]).status == 204)
            try await expectClosed(socket)

            token = try await signIn()
            socket = try await server.live(token: token)
            let changed = try await server.request(
                "PATCH", "/api/v1/users/ada", [admin, json], body: #"{"role":"operator"}"#)
            #expect(changed.status == 200)
            try await expectClosed(socket)
            #expect(try await server.request("GET", "/api/v1/session", [server.bearer(token)]).status == 401)

            let key = try await server.key([.read])
            socket = try await server.live(token: key.text)
            #expect(try await server.request("DELETE", "/api/v1/keys/\(key.id)", [admin]).status == 204)
            try await expectClosed(socket)
        }
    }

    @Test("closes with 4401 when its key or session ends at another server of the store")
    func elsewhere() async throws {
        #expect(ServerConfiguration().sessionRecheckInterval == .seconds(3) && Sessions.trust == 2_000)
        try await withServer {
            $0.sessionRecheckInterval = .milliseconds(100)
        } _: { server in
            let key = try await server.key([.read])
            let socket = try await server.live(token: key.text)
            #expect(try await server.store.revokeKey(id: key.id, at: RunningServer.nowMilliseconds))
            try await eventually(holds: { !socket.isOpen })
            #expect(socket.closeCode == 4401)
        }
    }

    @Test("of two servers on one store is one: signed in at one, listening at both, signed out at the other")
    func twoServers() async throws {
        let one = try await RunningServer { $0.sessionRecheckInterval = .milliseconds(100) }
        let two = try await RunningServer(sharing: one) { $0.sessionRecheckInterval = .milliseconds(100) }
        let token = try await one.signIn()
        let sockets = [try await one.live(token: token), try await two.live(token: token)]
        #expect(try await two.request("GET", "/api/v1/graph", [two.bearer(token)]).status == 200)
        #expect(try await two.request("POST", "/api/v1/logout", [two.bearer(token)], body: "").status == 204)
        #expect(try await two.request("GET", "/api/v1/graph", [two.bearer(token)]).status == 401)
        for socket in sockets {
            try await eventually(holds: { !socket.isOpen })
            #expect(socket.closeCode == 4401)
        }
        try await eventually(holds: {
            try await one.request("GET", "/api/v1/graph", [one.bearer(token)]).status == 401
        })
        // What failed at one counts at the other.
        for server in [one, two] {
            for _ in 0..<5 { #expect(try await server.login(#"{"token":"wrong"}"#).status == 401) }
        }
        #expect(try await one.login("{\"secret\":\"\(one.secret)\"}").status == 429)
        try await two.stop()
        try await one.stop()
    }
}
