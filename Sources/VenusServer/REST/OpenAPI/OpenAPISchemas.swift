/// The schemas of `openapi.json`: JSON Schema of 2020-12, as JSON.
enum OpenAPISchemas {
    static var json: String {
        let compared: ObjectSchema.Members = ["compared": ObjectSchema.reference("Compared")]
        let graph = [
            ViewSchemas.graph.adding([
                "compare": ObjectSchema.reference("ComparedTime"), "span": ObjectSchema.reference("Span"),
            ]), ViewSchemas.edge.adding(compared), ViewSchemas.node.adding(compared),
        ]
        let all = graph.map(\.json) + [ViewSchemas.json, accounts, alerts, history, hosts, state, watch]
        return "{\(all.joined(separator: ","))}"
    }

    /// Of what was, and of graphs for others' programs.
    private static let history = #"""
        "Change": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "availability": {"type": ["number", "null"]},
            "calls_per_minute": {"type": ["number", "null"]},
            "client_error_rate": {"type": ["number", "null"]},
            "error_rate": {"type": ["number", "null"]},
            "response_time_ms": {"$ref": "#/components/schemas/DistributionChange"},
            "ttfb_ms": {"$ref": "#/components/schemas/DistributionChange"}
          },
          "required": [
            "availability", "calls_per_minute", "client_error_rate", "error_rate", "response_time_ms",
            "ttfb_ms"
          ],
          "description": "Now less then."
        },
        "Compared": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "change": {"anyOf": [{"$ref": "#/components/schemas/Change"}, {"type": "null"}]},
            "kpis": {"anyOf": [{"$ref": "#/components/schemas/KPI"}, {"type": "null"}]}
          },
          "required": ["change", "kpis"],
          "description": "At the time compared with; null where it was not there."
        },
        "ComparedTime": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "at": {"type": "string", "format": "date-time"},
            "span": {"$ref": "#/components/schemas/Span"}
          },
          "required": ["at", "span"]
        },
        "CytoscapeGraph": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "at": {"type": "string", "format": "date-time"},
            "compare": {"$ref": "#/components/schemas/ComparedTime"},
            "elements": {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "edges": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {"data": {"$ref": "#/components/schemas/GraphEdge"}},
                    "required": ["data"]
                  }
                },
                "nodes": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "additionalProperties": false,
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
        "DistributionChange": {
          "type": "object",
          "additionalProperties": false,
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
        "GrafanaGraph": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "edges": {
              "type": "array",
              "items": {
                "type": "object",
                "additionalProperties": false,
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
                "additionalProperties": false,
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
        "History": {
          "type": "object",
          "additionalProperties": false,
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
          "additionalProperties": false,
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
          "additionalProperties": false,
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
        "Span": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "from": {"type": "string", "format": "date-time"},
            "tier": {"$ref": "#/components/schemas/Tier"},
            "to": {"type": "string", "format": "date-time"}
          },
          "required": ["from", "tier", "to"],
          "description": "The buckets of history that stand for a past time."
        },
        "Tier": {"enum": ["1m", "15m", "2h", "8h", "1d"]}
        """#
}
