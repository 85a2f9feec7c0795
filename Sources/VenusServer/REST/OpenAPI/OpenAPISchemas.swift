/// The schemas of `openapi.json`: JSON Schema of 2020-12, as JSON.
enum OpenAPISchemas {
    static var json: String { "{\(accounts),\(alerts),\(hosts),\(kpis),\(state),\(watch)}" }

    /// Of what people look at.
    private static let kpis = #"""
        "Call": {
          "type": "object",
          "properties": {
            "at": {"type": "string", "format": "date-time"},
            "bytes_received": {"type": "integer", "minimum": 0},
            "bytes_sent": {"type": "integer", "minimum": 0},
            "dependency": {"type": "string"},
            "duration_ms": {"type": "number", "minimum": 0},
            "environment": {"type": "string"},
            "error_type": {"type": ["string", "null"]},
            "flags": {"type": "array", "items": {"type": "string"}},
            "instance": {"type": "string"},
            "operation": {"type": "string"},
            "outcome": {
              "enum": [
                "success", "client_error", "server_error", "transport_error", "unknown", "cancelled", "denied"
              ]
            },
            "phases_ms": {
              "type": "object",
              "properties": {
                "blocked": {"type": ["number", "null"]},
                "connect": {"type": ["number", "null"]},
                "dns": {"type": ["number", "null"]},
                "tls": {"type": ["number", "null"]},
                "transfer": {"type": ["number", "null"]},
                "ttfb": {"type": ["number", "null"]}
              },
              "required": ["blocked", "connect", "dns", "tls", "transfer", "ttfb"]
            },
            "service": {"type": "string"},
            "status": {"type": ["integer", "null"]},
            "trace_id": {"type": ["string", "null"], "pattern": "^[0-9a-f]{32}$"}
          },
          "required": [
            "at", "bytes_received", "bytes_sent", "dependency", "duration_ms", "environment", "error_type",
            "flags", "instance", "operation", "outcome", "phases_ms", "service", "status", "trace_id"
          ]
        },
        "Calls": {
          "type": "object",
          "properties": {
            "at": {"type": "string", "format": "date-time"},
            "failed": {"type": "array", "items": {"$ref": "#/components/schemas/Call"}},
            "last": {"type": "array", "items": {"$ref": "#/components/schemas/Call"}},
            "slowest": {"type": "array", "items": {"$ref": "#/components/schemas/Call"}}
          },
          "required": ["at", "failed", "last", "slowest"]
        },
        "Change": {
          "type": "object",
          "properties": {
            "availability": {"type": ["number", "null"]},
            "calls_per_minute": {"type": ["number", "null"]},
            "client_error_rate": {"type": ["number", "null"]},
            "error_rate": {"type": ["number", "null"]},
            "response_time_ms": {
              "type": "object",
              "properties": {
                "max": {"type": ["number", "null"]},
                "mean": {"type": ["number", "null"]},
                "p50": {"type": ["number", "null"]},
                "p90": {"type": ["number", "null"]},
                "p95": {"type": ["number", "null"]},
                "p99": {"type": ["number", "null"]}
              },
              "required": ["max", "mean", "p50", "p90", "p95", "p99"]
            },
            "ttfb_ms": {
              "type": "object",
              "properties": {
                "max": {"type": ["number", "null"]},
                "mean": {"type": ["number", "null"]},
                "p50": {"type": ["number", "null"]},
                "p90": {"type": ["number", "null"]},
                "p95": {"type": ["number", "null"]},
                "p99": {"type": ["number", "null"]}
              },
              "required": ["max", "mean", "p50", "p90", "p95", "p99"]
            }
          },
          "required": [
            "availability", "calls_per_minute", "client_error_rate", "error_rate", "response_time_ms",
            "ttfb_ms"
          ],
          "description": "Now less then."
        },
        "Compared": {
          "type": "object",
          "properties": {
            "change": {"anyOf": [{"$ref": "#/components/schemas/Change"}, {"type": "null"}]},
            "kpis": {"anyOf": [{"$ref": "#/components/schemas/KPI"}, {"type": "null"}]}
          },
          "required": ["change", "kpis"],
          "description": "At the time compared with; null where it was not there."
        },
        "ComparedTime": {
          "type": "object",
          "properties": {
            "at": {"type": "string", "format": "date-time"},
            "span": {"$ref": "#/components/schemas/Span"}
          },
          "required": ["at", "span"]
        },
        "CytoscapeGraph": {
          "type": "object",
          "properties": {
            "at": {"type": "string", "format": "date-time"},
            "compare": {"$ref": "#/components/schemas/ComparedTime"},
            "elements": {
              "type": "object",
              "properties": {
                "edges": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "properties": {"data": {"$ref": "#/components/schemas/GraphEdge"}},
                    "required": ["data"]
                  }
                },
                "nodes": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "properties": {"data": {"$ref": "#/components/schemas/GraphNode"}},
                    "required": ["data"]
                  }
                }
              },
              "required": ["edges", "nodes"]
            },
            "span": {"$ref": "#/components/schemas/Span"},
            "window": {"$ref": "#/components/schemas/Window"}
          },
          "required": ["at", "elements", "window"]
        },
        "Distribution": {
          "type": "object",
          "properties": {
            "max": {"type": ["number", "null"], "minimum": 0},
            "mean": {"type": ["number", "null"], "minimum": 0},
            "p50": {"type": ["number", "null"], "minimum": 0},
            "p90": {"type": ["number", "null"], "minimum": 0},
            "p95": {"type": ["number", "null"], "minimum": 0},
            "p99": {"type": ["number", "null"], "minimum": 0}
          },
          "required": ["max", "mean", "p50", "p90", "p95", "p99"],
          "description": "Milliseconds; over the calls that got a response."
        },
        "Grade": {"enum": ["idle", "good", "fair", "poor"]},
        "GrafanaGraph": {
          "type": "object",
          "properties": {
            "edges": {
              "type": "array",
              "items": {
                "type": "object",
                "properties": {
                  "detail__availability": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
                  "detail__calls": {"type": "integer", "minimum": 0},
                  "detail__calls_per_minute": {"type": "number"},
                  "detail__error_rate": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
                  "detail__grade": {"$ref": "#/components/schemas/Grade"},
                  "detail__p95_ms": {"type": ["number", "null"]},
                  "detail__dependency": {"type": "string"},
                  "id": {"type": "string"},
                  "mainStat": {"type": "string"},
                  "secondaryStat": {"type": "string"},
                  "source": {"type": "string"},
                  "target": {"type": "string"}
                },
                "required": [
                  "detail__availability", "detail__calls", "detail__calls_per_minute", "detail__error_rate",
                  "detail__grade", "detail__p95_ms", "detail__dependency", "id", "mainStat", "secondaryStat",
                  "source", "target"
                ]
              }
            },
            "nodes": {
              "type": "array",
              "items": {
                "type": "object",
                "properties": {
                  "arc__client_error": {"type": "number"},
                  "arc__idle": {"type": "number"},
                  "arc__server_error": {"type": "number"},
                  "arc__success": {"type": "number"},
                  "arc__transport_error": {"type": "number"},
                  "detail__availability": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
                  "detail__calls": {"type": "integer", "minimum": 0},
                  "detail__calls_per_minute": {"type": "number"},
                  "detail__error_rate": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
                  "detail__grade": {"$ref": "#/components/schemas/Grade"},
                  "detail__p95_ms": {"type": ["number", "null"]},
                  "id": {"type": "string"},
                  "mainStat": {"type": "string"},
                  "secondaryStat": {"type": "string"},
                  "subTitle": {"type": "string"},
                  "title": {"type": "string"}
                },
                "required": [
                  "arc__client_error", "arc__idle", "arc__server_error", "arc__success",
                  "arc__transport_error", "detail__availability", "detail__calls",
                  "detail__calls_per_minute", "detail__error_rate", "detail__grade", "detail__p95_ms", "id",
                  "mainStat", "secondaryStat", "subTitle", "title"
                ]
              }
            }
          },
          "required": ["edges", "nodes"],
          "description": "The tables of Grafana's Node Graph panel."
        },
        "Graph": {
          "type": "object",
          "properties": {
            "at": {"type": "string", "format": "date-time"},
            "compare": {"$ref": "#/components/schemas/ComparedTime"},
            "edges": {"type": "array", "items": {"$ref": "#/components/schemas/GraphEdge"}},
            "nodes": {"type": "array", "items": {"$ref": "#/components/schemas/GraphNode"}},
            "span": {"$ref": "#/components/schemas/Span"},
            "window": {"$ref": "#/components/schemas/Window"}
          },
          "required": ["at", "edges", "nodes", "window"]
        },
        "GraphEdge": {
          "type": "object",
          "properties": {
            "compared": {"$ref": "#/components/schemas/Compared"},
            "dependency": {"type": "string"},
            "grade": {"$ref": "#/components/schemas/Grade"},
            "id": {"type": "string"},
            "kpis": {"$ref": "#/components/schemas/KPI"},
            "phases": {"$ref": "#/components/schemas/Phases"},
            "reasons": {"type": "array", "items": {"$ref": "#/components/schemas/Reason"}},
            "source": {"type": "string"},
            "target": {"type": "string"},
            "tunnel_protocols": {"type": "array", "items": {"type": "string"}}
          },
          "required": [
            "dependency", "grade", "id", "kpis", "phases", "reasons", "source", "target", "tunnel_protocols"
          ]
        },
        "GraphNode": {
          "type": "object",
          "properties": {
            "compared": {"$ref": "#/components/schemas/Compared"},
            "grade": {"$ref": "#/components/schemas/Grade"},
            "id": {"type": "string"},
            "kind": {"enum": ["service", "dependency"]},
            "kpis": {"$ref": "#/components/schemas/KPI"},
            "members": {
              "type": "integer",
              "minimum": 1,
              "description": "Dependencies that are in it, where they are grouped."
            },
            "name": {"type": "string"}
          },
          "required": ["grade", "id", "kind", "kpis", "name"]
        },
        "History": {
          "type": "object",
          "properties": {
            "from": {"type": "string", "format": "date-time"},
            "points": {"type": "array", "items": {"$ref": "#/components/schemas/HistoryPoint"}},
            "range": {"enum": ["hour", "day", "week", "month", "year", null]},
            "tier": {"$ref": "#/components/schemas/Tier"},
            "to": {"type": "string", "format": "date-time"},
            "totals": {"$ref": "#/components/schemas/KPI"}
          },
          "required": ["from", "points", "range", "tier", "to", "totals"]
        },
        "HistoryColumns": {
          "type": "object",
          "properties": {
            "data": {"type": "array", "items": {"type": "array", "items": {"type": ["number", "null"]}}},
            "from": {"type": "string", "format": "date-time"},
            "names": {"type": "array", "items": {"type": "string"}},
            "range": {"enum": ["hour", "day", "week", "month", "year", null]},
            "tier": {"$ref": "#/components/schemas/Tier"},
            "to": {"type": "string", "format": "date-time"},
            "totals": {"$ref": "#/components/schemas/KPI"}
          },
          "required": ["data", "from", "names", "range", "tier", "to", "totals"],
          "description": "data[i] are the values of names[i]; at is in seconds since the epoch."
        },
        "HistoryPoint": {
          "type": "object",
          "properties": {
            "at": {"type": "string", "format": "date-time"},
            "coverage": {
              "type": "number",
              "minimum": 0,
              "maximum": 1,
              "description": "How much of the bucket was analysed yet."
            },
            "kpis": {"$ref": "#/components/schemas/KPI"}
          },
          "required": ["at", "coverage", "kpis"]
        },
        "KPI": {
          "type": "object",
          "properties": {
            "availability": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
            "basis": {"enum": ["status", "transport", "mixed", null]},
            "calls": {"type": "integer", "minimum": 0},
            "cancelled": {"type": "integer", "minimum": 0},
            "client_error_rate": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
            "denied": {"type": "integer", "minimum": 0},
            "error_rate": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
            "estimated": {"type": "integer", "minimum": 0},
            "link_local": {"type": "integer", "minimum": 0},
            "load": {"$ref": "#/components/schemas/Load"},
            "response_time_ms": {"$ref": "#/components/schemas/Distribution"},
            "server_error_rate": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
            "transport_error_rate": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
            "ttfb_ms": {"$ref": "#/components/schemas/Distribution"},
            "would_be_denied": {"type": "integer", "minimum": 0}
          },
          "required": [
            "availability", "basis", "calls", "cancelled", "client_error_rate", "denied", "error_rate",
            "estimated", "link_local", "load", "response_time_ms", "server_error_rate",
            "transport_error_rate", "ttfb_ms", "would_be_denied"
          ]
        },
        "KPIs": {
          "type": "object",
          "properties": {
            "at": {"type": "string", "format": "date-time"},
            "by": {"enum": ["edge", "operation", "service", "dependency", "method", "instance", "total"]},
            "count": {"type": "integer", "minimum": 0, "description": "Of all pages."},
            "covered_since": {
              "type": ["string", "null"], "format": "date-time",
              "description": "Of instances: since when their windows are complete; null where that is not known."
            },
            "is_complete": {
              "type": "boolean",
              "description": "Of operations and methods: whether the feed left none of the window's calls out."
            },
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/KPIsItem"}},
            "next_offset": {"type": ["integer", "null"], "minimum": 1},
            "window": {"$ref": "#/components/schemas/Window"}
          },
          "required": ["at", "by", "count", "items", "next_offset", "window"]
        },
        "KPIsItem": {
          "type": "object",
          "properties": {
            "dependency": {"type": "string"},
            "environment": {"type": "string"},
            "grade": {"$ref": "#/components/schemas/Grade"},
            "id": {"type": "string"},
            "instance": {"type": "string"},
            "kpis": {"$ref": "#/components/schemas/KPI"},
            "method": {"type": "string"},
            "operation": {"type": "string"},
            "service": {"type": "string"}
          },
          "required": ["environment", "grade", "id", "kpis"]
        },
        "Load": {
          "type": "object",
          "properties": {
            "bytes_received_per_second": {"type": "number"},
            "bytes_sent_per_second": {"type": "number"},
            "calls_per_minute": {"type": "number"},
            "in_flight": {"type": ["integer", "null"], "minimum": 0}
          },
          "required": ["bytes_received_per_second", "bytes_sent_per_second", "calls_per_minute", "in_flight"]
        },
        "Phases": {
          "type": "object",
          "properties": {
            "blocked": {
              "anyOf": [
                {"type": "object", "properties": {"mean_ms": {"type": "number"}}, "required": ["mean_ms"]},
                {"type": "null"}
              ]
            },
            "connect": {
              "anyOf": [
                {"type": "object", "properties": {"mean_ms": {"type": "number"}}, "required": ["mean_ms"]},
                {"type": "null"}
              ]
            },
            "dns": {
              "anyOf": [
                {"type": "object", "properties": {"mean_ms": {"type": "number"}}, "required": ["mean_ms"]},
                {"type": "null"}
              ]
            },
            "tls": {
              "anyOf": [
                {"type": "object", "properties": {"mean_ms": {"type": "number"}}, "required": ["mean_ms"]},
                {"type": "null"}
              ]
            },
            "transfer": {
              "anyOf": [
                {"type": "object", "properties": {"mean_ms": {"type": "number"}}, "required": ["mean_ms"]},
                {"type": "null"}
              ]
            },
            "ttfb": {
              "anyOf": [
                {"type": "object", "properties": {"mean_ms": {"type": "number"}}, "required": ["mean_ms"]},
                {"type": "null"}
              ]
            }
          },
          "required": ["blocked", "connect", "dns", "tls", "transfer", "ttfb"]
        },
        "Reason": {
          "type": "object",
          "properties": {
            "level": {"enum": ["warning", "critical"]},
            "limit": {"type": "number"},
            "measure": {"type": "string", "description": "A metric, such as availability or response_time_p95_ms."},
            "value": {"type": "number"}
          },
          "required": ["level", "limit", "measure", "value"],
          "description": "A limit that is crossed."
        },
        "Span": {
          "type": "object",
          "properties": {
            "from": {"type": "string", "format": "date-time"},
            "tier": {"$ref": "#/components/schemas/Tier"},
            "to": {"type": "string", "format": "date-time"}
          },
          "required": ["from", "tier", "to"],
          "description": "The buckets of history that stand for a past time."
        },
        "Tier": {"enum": ["1m", "15m", "2h", "8h", "1d"]},
        "Window": {"enum": ["10s", "1m", "5m", "15m", "1h"]}
        """#
}
