import TestSupport
import Testing
import VenusAnalysis
import VenusCore
import VenusServer

@Suite("Formats of the graph")
struct GraphFormatTests {
    private static let hostile = [
        "a\"b", "a\\b", "a\\", "x\"]; evil -> n0 [label=\"", "<b>bold</b>", "&quot;", "a\nb", "a\r\n  n9[\"x\"]",
        "`md`",
        "#quot;", "end", "a|b", "{c}", "(d)", "é 日", "a\u{2028}b", "\u{202e}abc", "\u{0}", "%%{init: {}}%%", "\"; --x",
    ]

    private func graph(_ names: [String]) -> GraphOutput {
        let series = names.enumerated().map {
            (edge($1, "\($1).example:\($0 + 1)"), totals(success: 30, serverErrors: 3))
        }
        let picture = LivePicture(frames: [frame(series.sorted { $0.0 < $1.0 })], startedAt: 5)
        return GraphOutput(picture.window(.minutes5), filter: ViewFilter())
    }

    private func lines(_ names: [String], _ format: GraphFormat) -> [String] {
        String(decoding: graph(names).bytes(format), as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false
        )
        .map(String.init)
    }

    @Test("in dot, hostile names stay within their quotes", arguments: hostile)
    func dot(name: String) {
        let all = lines([name], .dot)
        // As many lines as with a harmless name: none was broken, and none added.
        #expect(all.count == lines(["harmless"], .dot).count)
        for line in all { #expect(Self.isQuotedRight(line), "\(line)") }
        #expect(all.filter { $0.contains(" -> ") && $0.hasPrefix("  n1 -> n0 [label=\"p95 10 ms\\n") }.count == 1)
    }

    /// Whether every quote that opens is closed on the line, escapes considered, and no markup is left in it.
    private static func isQuotedRight(_ line: String) -> Bool {
        var isOpen = false
        var isEscaped = false
        for character in line.unicodeScalars {
            if isEscaped {
                isEscaped = false
            } else if isOpen, character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isOpen.toggle()
            } else if isOpen, character == "<" || character == ">" {
                return false
            }
        }
        return !isOpen && !isEscaped
    }

    @Test("in mermaid, hostile names are codes within their quotes", arguments: hostile)
    func mermaid(name: String) {
        let all = lines([name], .mermaid)
        #expect(all.count == lines(["harmless"], .mermaid).count)
        for line in all where line.contains("\"") {
            let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
            #expect(parts.count == 3, "\(line)")
            let label = parts[1].replacing("<br>", with: "")
            #expect(!label.contains { "\"`<>[](){}|\\&".contains($0) }, "\(line)")
        }
    }

    @Test("in JSON formats any name comes back as it was", arguments: [GraphFormat.json, .cytoscape, .grafana])
    func json(format: GraphFormat) throws {
        let answer = try JSONValue(String(decoding: graph(Self.hostile).bytes(format), as: UTF8.self))
        let names: [String?]
        switch format {
        case .cytoscape: names = answer["elements"]["nodes"].array.map { $0["data"]["name"].string }
        case .grafana: names = answer["nodes"].array.map { $0["title"].string }
        default: names = answer["nodes"].array.map { $0["name"].string }
        }
        #expect(Set(Self.hostile).isSubset(of: Set(names.compactMap { $0 })))
    }

    @Test("Cytoscape gets elements, Grafana the fields of its panel, with arcs that add up to 1")
    func shapes() throws {
        let output = graph(["shop"])
        let cytoscape = try JSONValue(String(decoding: output.bytes(.cytoscape), as: UTF8.self))
        #expect(cytoscape["elements"]["edges"][0]["data"]["source"].string == "service:shop")
        #expect(cytoscape["elements"]["edges"][0]["data"]["kpis"]["calls"].int == 33)
        let grafana = try JSONValue(String(decoding: output.bytes(.grafana), as: UTF8.self))
        for node in grafana["nodes"].array {
            let arcs = node.names.filter { $0.hasPrefix("arc__") }.compactMap { node[$0].double }
            #expect(arcs.count == 5 && abs(arcs.reduce(0, +) - 1) < 1e-9)
            #expect(node["mainStat"].string == "p95 10 ms" && node["secondaryStat"].string == "6.6 calls/min")
        }
        #expect(
            Set(grafana["edges"][0].names).isSuperset(of: ["id", "source", "target", "mainStat", "secondaryStat"]))
        let text = String(decoding: output.bytes(.mermaid), as: UTF8.self)
        #expect(text.hasPrefix("flowchart LR\n  n0([\"shop.example:1\"]):::poor\n  n1[\"shop\"]:::poor\n"))
        #expect(text.contains("  n1 -->|\"p95 10 ms<br>6.6 calls/min<br>9.09#37; errors\"| n0\n"))
    }
}
