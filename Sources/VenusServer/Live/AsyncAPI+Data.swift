extension AsyncAPI {
    /// The schemas of what snapshots and updates hold.
    static let dataSchemas = #"""
              "data": {
                "description": "As GET /api/v1/TOPIC answers.",
                "type": "object",
                "properties": {
                  "at": { "type": "string", "format": "date-time" },
                  "window": { "type": "string", "enum": ["10s", "1m", "5m", "15m", "1h"] },
                  "by": { "type": "string" },
                  "covered_since": { "type": ["string", "null"], "format": "date-time" },
                  "is_complete": { "type": "boolean" },
                  "edges": { "$ref": "#/components/schemas/list" },
                  "nodes": { "$ref": "#/components/schemas/list" },
                  "items": { "type": "array", "items": { "type": "object", "required": ["id"] } },
                  "metrics": { "type": "array", "items": { "type": "object", "required": ["id", "name", "value"] } },
                  "alerts": { "type": "array", "items": { "$ref": "#/components/schemas/alert" } },
                  "failed": { "$ref": "#/components/schemas/calls" },
                  "last": { "$ref": "#/components/schemas/calls" },
                  "slowest": { "$ref": "#/components/schemas/calls" }
                },
                "required": ["at"]
              },
              "changes": {
                "description": "What differs: items in removed go, then those in lists are put in or merged. Or new calls.",
                "type": "object",
                "properties": {
                  "at": { "type": "string", "format": "date-time" },
                  "window": { "type": "string", "enum": ["10s", "1m", "5m", "15m", "1h"] },
                  "by": { "type": "string" },
                  "covered_since": { "type": ["string", "null"], "format": "date-time" },
                  "is_complete": { "type": "boolean" },
                  "edges": { "$ref": "#/components/schemas/changed_list" },
                  "nodes": { "$ref": "#/components/schemas/changed_list" },
                  "items": { "$ref": "#/components/schemas/changed_list" },
                  "metrics": { "$ref": "#/components/schemas/changed_list" },
                  "calls": { "allOf": [{ "$ref": "#/components/schemas/calls" }], "minItems": 1 },
                  "transitions": {
                    "type": "array", "items": { "$ref": "#/components/schemas/transition" }, "minItems": 1
                  },
                  "removed": {
                    "description": "The ids of the items that are gone, or come again whole, by list.",
                    "type": "object",
                    "additionalProperties": {
                      "type": "array", "items": { "type": "string" }, "minItems": 1
                    },
                    "minProperties": 1
                  }
                },
                "required": ["at"]
              },
              "changed_list": {
                "description": "Whole where the id is new; else what differs, of members that are objects likewise.",
                "type": "array",
                "minItems": 1,
                "items": {
                  "type": "object",
                  "properties": {
                    "id": { "type": "string" },
                    "grade": { "$ref": "#/components/schemas/grade" },
                    "kpis": { "$ref": "#/components/schemas/changed_kpis" }
                  },
                  "required": ["id"],
                  "minProperties": 2
                }
              },
              "alert": {
                "description": "As GET /api/v1/alerts has it.",
                "type": "object",
                "properties": {
                  "id": { "type": "string" },
                  "rule": { "type": "string" },
                  "seq": { "$ref": "#/components/schemas/seq" },
                  "severity": { "enum": ["warning", "critical"] },
                  "state": { "enum": ["pending", "firing", "no_data"] }
                },
                "required": ["id", "rule", "seq", "severity", "state"]
              },
              "transition": {
                "type": "object",
                "properties": {
                  "alert": { "description": "The alert's id.", "type": "string" },
                  "at": { "type": "string", "format": "date-time" },
                  "kind": { "enum": ["pending", "dropped", "firing", "no_data", "resolved"] },
                  "limit": { "type": ["number", "null"] },
                  "metric": { "type": "string" },
                  "rule": { "type": "string" },
                  "seq": { "$ref": "#/components/schemas/seq" },
                  "severity": { "enum": ["warning", "critical"] },
                  "subject": { "type": "object", "required": ["level"] },
                  "value": { "type": ["number", "null"] }
                },
                "required": [
                  "alert", "at", "kind", "limit", "metric", "rule", "seq", "severity", "subject", "value"
                ],
                "additionalProperties": false
              },
              "calls": {
                "type": "array",
                "maxItems": 100,
                "items": { "$ref": "#/components/schemas/call" }
              },
              "call": {
                "type": "object",
                "properties": {
                  "at": { "description": "The call's end.", "type": "string", "format": "date-time" },
                  "bytes_received": { "type": "integer", "minimum": 0 },
                  "bytes_sent": { "type": "integer", "minimum": 0 },
                  "dependency": { "type": "string" },
                  "duration_ms": { "type": "number", "minimum": 0 },
                  "environment": { "type": "string" },
                  "error_type": { "type": ["string", "null"] },
                  "flags": { "type": "array", "items": { "type": "string" } },
                  "instance": { "type": "string" },
                  "operation": { "type": "string" },
                  "outcome": { "type": "string" },
                  "phases_ms": { "type": "object", "additionalProperties": { "type": ["number", "null"], "minimum": 0 } },
                  "service": { "type": "string" },
                  "status": { "type": ["integer", "null"] },
                  "trace_id": { "type": ["string", "null"] }
                },
                "required": [
                  "at", "bytes_received", "bytes_sent", "dependency", "duration_ms", "environment", "error_type",
                  "flags", "instance", "operation", "outcome", "phases_ms", "service", "status", "trace_id"
                ],
                "additionalProperties": false
              },
              "grade": { "type": "string", "enum": ["good", "fair", "poor", "idle"] },
              "list": {
                "type": "array",
                "items": {
                  "type": "object",
                  "properties": {
                    "id": { "type": "string" },
                    "grade": { "$ref": "#/components/schemas/grade" },
                    "kpis": { "$ref": "#/components/schemas/kpis" }
                  },
                  "required": ["id", "grade", "kpis"]
                }
              },
              "kpis": {
                "description": "Rates are fractions 0 to 1; null where there is nothing to say.",
                "allOf": [{ "$ref": "#/components/schemas/changed_kpis" }],
                "properties": {
                  "response_time_ms": { "$ref": "#/components/schemas/distribution" },
                  "ttfb_ms": { "$ref": "#/components/schemas/distribution" },
                  "load": {
                    "required": [
                      "calls_per_minute", "bytes_sent_per_second", "bytes_received_per_second", "in_flight"
                    ]
                  }
                },
                "required": [
                  "calls", "availability", "error_rate", "client_error_rate", "server_error_rate",
                  "transport_error_rate", "basis", "response_time_ms", "ttfb_ms", "load", "cancelled", "denied",
                  "estimated"
                ]
              },
              "changed_kpis": {
                "type": "object",
                "properties": {
                  "calls": { "type": "integer", "minimum": 0 },
                  "availability": { "$ref": "#/components/schemas/rate" },
                  "error_rate": { "$ref": "#/components/schemas/rate" },
                  "client_error_rate": { "$ref": "#/components/schemas/rate" },
                  "server_error_rate": { "$ref": "#/components/schemas/rate" },
                  "transport_error_rate": { "$ref": "#/components/schemas/rate" },
                  "basis": { "enum": ["status", "transport", "mixed", null] },
                  "response_time_ms": { "$ref": "#/components/schemas/changed_distribution" },
                  "ttfb_ms": { "$ref": "#/components/schemas/changed_distribution" },
                  "load": {
                    "type": "object",
                    "properties": {
                      "calls_per_minute": { "type": "number", "minimum": 0 },
                      "bytes_sent_per_second": { "type": "number", "minimum": 0 },
                      "bytes_received_per_second": { "type": "number", "minimum": 0 },
                      "in_flight": { "type": ["integer", "null"], "minimum": 0 }
                    }
                  },
                  "cancelled": { "type": "integer", "minimum": 0 },
                  "denied": { "type": "integer", "minimum": 0 },
                  "estimated": { "type": "integer", "minimum": 0 }
                }
              },
              "rate": { "type": ["number", "null"], "minimum": 0, "maximum": 1 },
              "distribution": {
                "allOf": [{ "$ref": "#/components/schemas/changed_distribution" }],
                "required": ["mean", "p50", "p90", "p95", "p99", "max"]
              },
              "changed_distribution": {
                "type": "object",
                "properties": {
                  "mean": { "$ref": "#/components/schemas/milliseconds" },
                  "p50": { "$ref": "#/components/schemas/milliseconds" },
                  "p90": { "$ref": "#/components/schemas/milliseconds" },
                  "p95": { "$ref": "#/components/schemas/milliseconds" },
                  "p99": { "$ref": "#/components/schemas/milliseconds" },
                  "max": { "$ref": "#/components/schemas/milliseconds" }
                },
                "additionalProperties": false
              },
              "milliseconds": { "type": ["number", "null"], "minimum": 0 }
        """#
}
