import VenusAnalysis
import VenusCore

/// The schemas of what can be looked at in both ways: as REST answers, and as the live socket tells it.
enum ViewSchemas {
    /// Those that are the same in `openapi.json` and `asyncapi.json`.
    static let json = ((views + parts + changing).map(\.json) + choices).joined(separator: ",")

    /// What updates tell of the objects of which they tell parts.
    static let changed = ([edge, node] + changing).map { $0.changed(among: changing) }.joined(separator: ",")

    static let views = [calls, hosts, kpis]
    static let parts = [alert, alertSubject, call, callPhases, hostService, phase, reason, transition]
    static let changing = [distribution, host, hostFigures, hostMetric, kpi, kpisItem, load, phases]
    static let choices = [
        #""Grade":\#(choice(Grade.allCases.map(\.rawValue)))"#, #""Severity":\#(choice(["warning", "critical"]))"#,
        #""Window":\#(choice(Window.allCases.map(\.name)))"#,
    ]

    static let text = #"{"type":"string"}"#
    static let textOrNull = #"{"type":["string","null"]}"#
    static let texts = #"{"type":"array","items":{"type":"string"}}"#
    static let time = #"{"type":"string","format":"date-time"}"#
    static let flag = #"{"type":"boolean"}"#
    static let count = #"{"type":"integer","minimum":0}"#
    static let number = #"{"type":"number"}"#
    static let numberOrNull = #"{"type":["number","null"]}"#
    static let amount = #"{"type":"number","minimum":0}"#
    static let amountOrNull = #"{"type":["number","null"],"minimum":0}"#
    static let rate = #"{"type":["number","null"],"minimum":0,"maximum":1}"#

    static func reference(_ schema: ObjectSchema) -> String { ObjectSchema.reference(schema.name) }
    static let grade = ObjectSchema.reference("Grade")
    static let window = ObjectSchema.reference("Window")
    static let severity = ObjectSchema.reference("Severity")
    static func list(_ schema: ObjectSchema) -> String { ObjectSchema.list(schema.name) }
    static func choice(_ values: [String]) -> String { ObjectSchema.choice(values) }

    // MARK: KPIs

    static let distribution = ObjectSchema(
        "Distribution",
        [
            "max": amountOrNull, "mean": amountOrNull, "p50": amountOrNull, "p90": amountOrNull, "p95": amountOrNull,
            "p99": amountOrNull,
        ], description: "Milliseconds; over the calls that got a response.")

    static let load = ObjectSchema(
        "Load",
        [
            "bytes_received_per_second": amount, "bytes_sent_per_second": amount, "calls_per_minute": amount,
            "in_flight": #"{"type":["integer","null"],"minimum":0}"#,
        ])

    static let kpi = ObjectSchema(
        "KPI",
        [
            "availability": rate, "basis": #"{"enum":["status","transport","mixed",null]}"#, "calls": count,
            "cancelled": count, "client_error_rate": rate, "denied": count, "error_rate": rate, "estimated": count,
            "link_local": count, "load": reference(load), "response_time_ms": reference(distribution),
            "server_error_rate": rate, "transport_error_rate": rate, "ttfb_ms": reference(distribution),
            "would_be_denied": count,
        ], description: "Rates are fractions; null where there is nothing to say.")

    static let kpisItem = ObjectSchema(
        "KPIsItem", ["environment": text, "grade": grade, "id": text, "kpis": reference(kpi)],
        optional: [
            "dependency": text, "instance": text, "method": text, "operation": text, "service": text,
        ])

    static let kpis = ObjectSchema(
        "KPIs",
        [
            "at": time, "by": choice(Grouping.allCases.map(\.rawValue)), "count": kpisCount, "items": list(kpisItem),
            "next_offset": kpisNext, "window": window,
        ], optional: ["covered_since": coveredSince, "is_complete": isComplete])

    /// The members of a view of KPIs, beside its items, that may differ from one moment to the next.
    static let kpisCounts: ObjectSchema.Members = [
        "count": kpisCount, "covered_since": coveredSince, "is_complete": isComplete, "next_offset": kpisNext,
    ]

    static let kpisCount = #"{"type":"integer","minimum":0,"description":"Of all pages."}"#
    static let kpisNext = #"{"type":["integer","null"],"minimum":1}"#
    static let coveredSince = #"""
        {"type":["string","null"],"format":"date-time","description":"Of instances: since when their windows are \#
        complete; null where that is not known."}
        """#
    static let isComplete = #"""
        {"type":"boolean","description":"Of operations and methods: whether the feed left none of the window's calls \#
        out."}
        """#

    // MARK: Calls

    static let call = ObjectSchema(
        "Call",
        [
            "at": #"{"type":"string","format":"date-time","description":"The call's end."}"#,
            "bytes_received": count, "bytes_sent": count, "dependency": text, "duration_ms": amount,
            "environment": text, "error_type": textOrNull, "flags": texts, "instance": text, "operation": text,
            "outcome": choice(Outcome.allCases.map(\.name)), "phases_ms": reference(callPhases), "service": text,
            "status": #"{"type":["integer","null"]}"#,
            "trace_id": #"{"type":["string","null"],"pattern":"^[0-9a-f]{32}$"}"#,
        ])

    static let callPhases = ObjectSchema(
        "CallPhases",
        [
            "blocked": amountOrNull, "connect": amountOrNull, "dns": amountOrNull, "tls": amountOrNull,
            "transfer": amountOrNull, "ttfb": amountOrNull,
        ])

    static let calls = ObjectSchema(
        "Calls", ["at": time, "failed": someCalls, "last": someCalls, "slowest": someCalls])

    static let someCalls = ObjectSchema.list(call.name, #","maxItems":\#(RecentCalls.maximumCalls)"#)

    // MARK: The graph

    /// As it is now: a past one says more.
    static let graph = ObjectSchema("Graph", ["at": time, "edges": list(edge), "nodes": list(node), "window": window])

    static let edge = ObjectSchema(
        "GraphEdge",
        [
            "dependency": text, "grade": grade, "id": text, "kpis": reference(kpi), "phases": reference(phases),
            "reasons": list(reason), "source": text, "target": text, "tunnel_protocols": texts,
        ])

    static let node = ObjectSchema(
        "GraphNode",
        [
            "grade": grade, "id": text, "kind": choice(["service", "dependency"]), "kpis": reference(kpi), "name": text,
        ],
        optional: [
            "members": #"""
            {"type":"integer","minimum":1,"description":"Dependencies that are in it, where they are grouped."}
            """#
        ])

    static let phases = ObjectSchema(
        "Phases",
        [
            "blocked": phaseOrNull, "connect": phaseOrNull, "dns": phaseOrNull, "tls": phaseOrNull,
            "transfer": phaseOrNull, "ttfb": phaseOrNull,
        ])

    static let phase = ObjectSchema("Phase", ["mean_ms": amount])
    static let phaseOrNull = #"{"anyOf":[\#(reference(phase)),{"type":"null"}]}"#

    static let reason = ObjectSchema(
        "Reason",
        [
            "level": severity, "limit": number,
            "measure": #"{"type":"string","description":"A metric, such as availability or response_time_p95_ms."}"#,
            "value": number,
        ], description: "A limit that is crossed.")
}
