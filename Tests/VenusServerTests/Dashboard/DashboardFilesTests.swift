import Foundation
import TestSupport
import Testing
import VenusServer

@Suite("The dashboard's files")
struct DashboardFilesTests {
    @Test("are served to anyone, with their types, revalidated, and none but them")
    func files() async throws {
        let directory = try TemporaryDirectory()
        let web = directory.path + "/web"
        try FileManager.default.createDirectory(atPath: web + "/vendor", withIntermediateDirectories: true)
        for (path, text) in [
            ("web/index.html", "<title>Venus</title>"), ("web/app.js", "1"), ("web/vendor/d3.min.js", "2"),
            ("web/.hidden.js", "secret"), ("web/notes.swift", "secret"), ("outside.js", "secret"),
        ] { try text.write(toFile: directory.path + "/" + path, atomically: false, encoding: .utf8) }

        try await withServer {
            $0.dashboardDirectory = web
        } _: { server in
            for path in ["/", "/sign-in", "/index.html", "/?x=1"] {
                let response = try await server.request("GET", path)
                #expect(response.status == 200)
                #expect(response.text == "<title>Venus</title>")
                #expect(response["content-type"] == "text/html; charset=utf-8")
                #expect(response["content-security-policy"]?.contains("default-src 'none'") == true)
            }
            let script = try await server.request("GET", "/vendor/d3.min.js")
            #expect(script["content-type"] == "text/javascript; charset=utf-8")
            #expect(script["cache-control"] == "no-cache")
            let tag = try #require(script["etag"])
            let again = try await server.request("GET", "/vendor/d3.min.js", [("if-none-match", "\"x\", \(tag)")])
            #expect(again.status == 304)
            for path in [
                "/.hidden.js", "/notes.swift", "/../outside.js", "/vendor/../../outside.js", "/%2e%2e/outside.js",
                "/vendor",
                "//app.js", "/app.js/",
            ] {
                let response = try await server.request("GET", path)
                #expect(response.status == 404, "\(path)")
                #expect(!response.text.contains("secret"))
            }
            #expect(try await server.request("POST", "/app.js", body: "").status == 405)
            let head = try await server.request("HEAD", "/app.js")
            #expect(head.status == 200)
            #expect(head["content-length"] == "1")
        }
    }

    @Test("without them the API is served, and the page says what is missing")
    func absent() async throws {
        try await withServer {
            $0.dashboardDirectory = "/nowhere"
        } _: { server in
            let response = try await server.request("GET", "/")
            #expect(response.status == 404)
            #expect(response.text.contains("dashboard"))
            #expect(try await server.request("GET", "/healthz").status == 200)
        }
    }
}
