import Foundation
import TestSupport
import Testing

extension TheDashboard {
    /// The dashboard of the release binary in a real Chromium.
    @Suite("The dashboard's graph and sign-in", .serialized, .timeLimit(.minutes(5)))
    struct DashboardTests {
        @Test(
            "the printed link signs in, the empty page says how to begin, and the first call appears without a reload")
        func firstCall() async throws {
            try await withDashboard { venus, browser in
                try await browser.open(venus.signInLink())
                #expect(try await browser.wait(for: "#waiting").contains("venus run --service checkout -- curl"))
                #expect(try await browser.run("return location.href").string == venus.dashboard)
                try await browser.wait(for: "#status-text") { $0.hasPrefix("Live") }
                try await browser.run("window.untouched = true")

                let origin = try Origin()
                try await venus.curl(origin.url("/bytes/200"))
                try await browser.wait(for: "#table tbody tr") { $0.contains(origin.authority) }
                #expect(try await browser.isShown("#waiting") == false)
                #expect(try await browser.run("return window.untouched").bool == true)
                try await browser.wait(for: ".node[data-grade=good] .name")
                #expect(try await browser.wait(for: "#cards article") { $0.contains("1 call") }.contains("100"))
                #expect(try await browser.consoleErrors() == [])
                if let path = ProcessInfo.processInfo.environment["VENUS_SCREENSHOT"] {
                    try await browser.screenshot(to: path)
                }
            }
        }

        @Test("a dependency that fails is poor in words, and its panel says why and shows its history")
        func poorDependency() async throws {
            try await withDashboard { venus, browser in
                let origin = try Origin()
                for _ in 0..<25 { try await venus.curl(origin.url("/status/503")) }
                try await browser.open(venus.signInLink())
                let row = try await browser.wait(for: "#table tbody tr") { $0.contains("25") && $0.contains("Poor") }
                #expect(row.contains(origin.authority))
                try await browser.click("#table tbody .link")
                #expect(try await browser.wait(for: "#details .reasons").contains("critical limit of 95\u{a0}%"))
                try await browser.wait(for: "#details .chart-head", within: .seconds(20)) { $0.contains("0\u{a0}%") }
                #expect(try await browser.consoleErrors() == [])
            }
        }

        @Test(
            "an HTTPS origin that answers only 503 never looks available: its status is not visible, its times are estimated"
        )
        func hiddenStatus() async throws {
            try await withDashboard { venus, browser in
                let origin = try await TLSOrigin()
                let urls = Array(repeating: origin.url("/delay/20/status/503"), count: 25)
                let run = try await venus.run(
                    service: "checkout", ["curl", "-sS", "--cacert", origin.certificate] + urls)
                #expect(run.status == .exited(0))
                try await browser.open(venus.signInLink())
                let row = try await browser.wait(for: "#table tbody tr") { $0.contains("26") && $0.contains("≈") }
                #expect(row.contains(origin.authority))
                #expect(row.contains("Status not visible") && row.contains("100\u{a0}% connecting"))
                #expect(!row.contains("Good"))
                #expect(try await browser.wait(for: "#grades").contains("1 status not visible"))
                #expect(try await browser.isShown(".edge[data-grade=unseen] .line"))
                for good in [".edge", ".node", ".grade"] {
                    #expect(try await browser.isShown("\(good)[data-grade=good]") == false)
                }
                #expect(try await browser.wait(for: "#cards article").contains("status not visible"))
                try await browser.click("#table tbody .link")
                let panel = try await browser.wait(for: "#details") { $0.contains("Inside the tunnels") }
                #expect(panel.contains("Status not visible: availability is that of connecting and handshaking."))
                #expect(panel.contains("TLS 1.3"))
                #expect(try await browser.consoleErrors() == [])
                if let path = ProcessInfo.processInfo.environment["VENUS_SCREENSHOT_HTTPS"] {
                    try await browser.screenshot(to: path)
                }
            }
        }

        @Test("of HTTP/2 inside a tunnel the page says that single requests are not visible")
        func http2() async throws {
            try await withDashboard { venus, browser in
                let origin = try await HTTP2Origin(.tls13)
                let run = try await venus.run(
                    service: "checkout",
                    [
                        "curl", "-sS", "--http2", "-o", "/dev/null", "--cacert", origin.certificate,
                        origin.url("/bytes/1000000"),
                    ])
                #expect(run.status == .exited(0), "\(run.standardError)")
                try await browser.open(venus.signInLink())
                try await browser.wait(for: "#table tbody tr") { $0.contains(origin.authority) }
                try await browser.click("#table tbody .link")
                try await browser.wait(for: "#details") {
                    $0.contains("HTTP/2 inside: single requests are not visible.")
                }
            }
        }

        @Test("of a connection that went on as WebSocket the page says that single messages are not visible")
        func webSocket() async throws {
            try await withDashboard { venus, browser in
                // Another one's: a proxy leads nobody to its own server.
                let other = try await VenusUp()
                let server = "127.0.0.1:\(other.serverPort)"
                let socket = try await WebSocketClient(
                    port: venus.proxyPort, path: "http://\(server)/api/v1/live",
                    subprotocols: ["venus.v1", "bearer.\(try await other.signIn().token)"])
                #expect(socket.response.status == 101)
                try await browser.open(venus.signInLink())
                try await browser.wait(for: "#table tbody tr") { $0.contains(server) }
                try await browser.click("#table tbody .link")
                try await browser.wait(for: "#details") { $0.contains("single messages are not visible") }
                #expect(socket.isOpen)
                socket.close()
            }
        }

        @Test("the secret signs in, a wrong one is refused in words, and signing out leads back to the form")
        func secret() async throws {
            try await withDashboard { venus, browser in
                try await browser.open(venus.dashboard)
                try await browser.wait(for: "#sign-in")
                try await browser.type("not the secret", into: "#secret")
                try await browser.click("#sign-in-form button")
                try await browser.wait(for: "#sign-in-message") { $0.contains("do not match") }
                #expect(try await browser.isShown("#main") == false)
                try await browser.run("document.getElementById('secret').value = ''")
                try await browser.type(venus.secret, into: "#secret")
                try await browser.click("#sign-in-form button")
                try await browser.wait(for: "#waiting")
                try await browser.click("#sign-out")
                try await browser.wait(for: "#sign-in-message") { $0.contains("signed out") }
                try await browser.open(venus.dashboard)
                try await browser.wait(for: "#sign-in")
            }
        }

        @Test("a session that ends elsewhere leads back to the form")
        func endedSession() async throws {
            try await withDashboard { venus, browser in
                try await browser.open(venus.signInLink())
                try await browser.wait(for: "#status-text") { $0.hasPrefix("Live") }
                try await browser.run(
                    """
                    return fetch("/api/v1/session").then((response) => response.json()).then((session) =>
                      fetch("/api/v1/logout", { method: "POST", headers: { "x-csrf-token": session.csrf_token } })
                    ).then((response) => response.status);
                    """)
                try await browser.wait(for: "#sign-in-message") { $0.contains("session has ended") }
            }
        }

        @Test("while the server is away the page says since when, and it goes on by itself afterwards")
        func reconnect() async throws {
            try await withDashboard { venus, browser in
                let origin = try Origin()
                try await venus.curl(origin.url())
                try await browser.open(venus.signInLink())
                try await browser.wait(for: "#table tbody tr")
                try await venus.stop()
                try await browser.wait(for: "#status-text") { $0.contains("Disconnected since") }
                #expect(try await browser.isShown("#table tbody tr"))
                try await venus.start()
                try await browser.wait(for: "#status-text", within: .seconds(40)) { $0.hasPrefix("Live") }
                #expect(try await browser.isShown("#sign-in") == false)
            }
        }

        @Test("what there is nothing to say about is a dash, and no figure is rounded to all or nothing")
        func figures() async throws {
            try await withDashboard { venus, browser in
                try await browser.open(venus.dashboard)
                let texts = try await browser.run(
                    """
                    return import("/format.js").then(({ percent, milliseconds, rate, span }) => [
                      percent(null), milliseconds(null), rate(undefined), percent(0), percent(1), percent(0.99999),
                      percent(0.98996), percent(0.00001), milliseconds(0.42), milliseconds(84.4), milliseconds(1234),
                      rate(1204.4), span(125),
                    ].map((text) => text.replaceAll("\\u00a0", " ")));
                    """
                ).array.compactMap(\.string)
                #expect(
                    texts == [
                        "–", "–", "–", "0 %", "100 %", "> 99.99 %", "98.9 %", "< 0.01 %", "0.42 ms", "84 ms", "1.23 s",
                        "1,204", "2 min 5 s",
                    ])
            }
        }
    }
}
