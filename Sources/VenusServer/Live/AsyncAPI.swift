import Hummingbird

/// `GET /api/v1/asyncapi.json`: the live socket in AsyncAPI 3, for programs; docs/live.md is for people.
package enum AsyncAPI {
    static let path = "/api/v1/asyncapi.json"

    static var route: Route {
        Route(.get, path, entry: .reading) { request in
            _ = try request.parameters([])
            return request.answer(document)
        }
    }

    /// The document.
    package static let document: [UInt8] = Array(text.utf8)

    private static let text = #"""
        {
          "asyncapi": "3.0.0",
          "info": {
            "title": "Venus live socket",
            "version": "1",
            "description": "A subscription gets a snapshot, then updates that hold only what changed, or what is new."
          },
          "defaultContentType": "application/json",
          "servers": {
            "this": {
              "host": "127.0.0.1:2248",
              "protocol": "ws",
              "security": [{ "$ref": "#/components/securitySchemes/bearer" }]
            }
          },
          "channels": {
            "live": {
              "address": "/api/v1/live",
              "description": "A browser sends its cookie, a program a bearer token or subprotocols.",
              "messages": {
                "subscribe": { "$ref": "#/components/messages/subscribe" },
                "unsubscribe": { "$ref": "#/components/messages/unsubscribe" },
                "hello": { "$ref": "#/components/messages/hello" },
                "snapshot": { "$ref": "#/components/messages/snapshot" },
                "update": { "$ref": "#/components/messages/update" },
                "gap": { "$ref": "#/components/messages/gap" },
                "error": { "$ref": "#/components/messages/error" }
              },
              "bindings": { "ws": { "method": "GET", "bindingVersion": "0.1.0" } }
            }
          },
          "operations": {
            "receiveFromClient": {
              "action": "receive",
              "channel": { "$ref": "#/channels/live" },
              "messages": [
                { "$ref": "#/channels/live/messages/subscribe" },
                { "$ref": "#/channels/live/messages/unsubscribe" }
              ]
            },
            "sendToClient": {
              "action": "send",
              "channel": { "$ref": "#/channels/live" },
              "messages": [
                { "$ref": "#/channels/live/messages/hello" },
                { "$ref": "#/channels/live/messages/snapshot" },
                { "$ref": "#/channels/live/messages/update" },
                { "$ref": "#/channels/live/messages/gap" },
                { "$ref": "#/channels/live/messages/error" }
              ]
            }
          },
          "components": {
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
            "messages": {
              "subscribe": {
                "summary": "Asks for a topic, through a filter; asking again asks for the whole again.",
                "payload": { "$ref": "#/components/schemas/subscribe" }
              },
              "unsubscribe": {
                "summary": "Ends a subscription; the filter is that of its subscribe.",
                "payload": { "$ref": "#/components/schemas/unsubscribe" }
              },
              "hello": {
                "summary": "The first message.",
                "payload": { "$ref": "#/components/schemas/hello" }
              },
              "snapshot": {
                "summary": "All that a subscription shows.",
                "payload": { "$ref": "#/components/schemas/snapshot" }
              },
              "update": {
                "summary": "What changed since the message that `from` names.",
                "payload": { "$ref": "#/components/schemas/update" }
              },
              "gap": {
                "summary": "Calls or transitions that are not told: too many came before the client took them.",
                "payload": { "$ref": "#/components/schemas/gap" }
              },
              "error": {
                "summary": "A mistake of the client's, which ends nothing.",
                "payload": { "$ref": "#/components/schemas/error" }
              }
            },
            "schemas": {
              "topic": { "type": "string", "enum": ["alerts", "calls", "graph", "hosts", "kpis"] },
              "filter": {
                "description": "The parameters of GET /api/v1/TOPIC. From the server: with their defaults.",
                "type": "object",
                "additionalProperties": { "type": "string" }
              },
              "epoch": {
                "description": "Random: a seq has a meaning within its epoch.",
                "type": "integer",
                "minimum": 1,
                "maximum": 281474976710655
              },
              "seq": { "description": "Rises with time.", "type": "integer", "minimum": 0 },
              "subscribe": {
                "type": "object",
                "properties": {
                  "type": { "const": "subscribe" },
                  "topic": { "$ref": "#/components/schemas/topic" },
                  "filter": { "$ref": "#/components/schemas/filter" },
                  "since": {
                    "description": "Of the last message, when a client returns: it gets what it missed, or a snapshot.",
                    "type": "object",
                    "properties": {
                      "epoch": { "$ref": "#/components/schemas/epoch" },
                      "seq": { "$ref": "#/components/schemas/seq" }
                    },
                    "required": ["epoch", "seq"]
                  }
                },
                "required": ["type", "topic"]
              },
              "unsubscribe": {
                "type": "object",
                "properties": {
                  "type": { "const": "unsubscribe" },
                  "topic": { "$ref": "#/components/schemas/topic" },
                  "filter": { "$ref": "#/components/schemas/filter" }
                },
                "required": ["type", "topic"]
              },
              "hello": {
                "type": "object",
                "properties": {
                  "type": { "const": "hello" },
                  "version": { "type": "string" },
                  "epoch": { "$ref": "#/components/schemas/epoch" },
                  "topics": { "type": "array", "items": { "$ref": "#/components/schemas/topic" } },
                  "limits": {
                    "type": "object",
                    "properties": {
                      "message_bytes": { "description": "Of a client's message.", "type": "integer", "minimum": 1 },
                      "subscriptions": { "description": "At a time.", "type": "integer", "minimum": 1 },
                      "frames_per_second": { "description": "From a client.", "type": "integer", "minimum": 1 }
                    },
                    "required": ["message_bytes", "subscriptions", "frames_per_second"],
                    "additionalProperties": false
                  }
                },
                "required": ["type", "version", "epoch", "topics", "limits"],
                "additionalProperties": false
              },
              "snapshot": {
                "type": "object",
                "properties": {
                  "type": { "const": "snapshot" },
                  "topic": { "$ref": "#/components/schemas/topic" },
                  "filter": { "$ref": "#/components/schemas/filter" },
                  "epoch": { "$ref": "#/components/schemas/epoch" },
                  "seq": { "$ref": "#/components/schemas/seq" },
                  "data": { "$ref": "#/components/schemas/data" }
                },
                "required": ["type", "topic", "filter", "epoch", "seq", "data"],
                "additionalProperties": false,
                "allOf": [
                  {
                    "if": { "properties": { "topic": { "const": "alerts" } } },
                    "then": { "properties": { "data": { "required": ["alerts"] } } }
                  },
                  {
                    "if": { "properties": { "topic": { "const": "calls" } } },
                    "then": { "properties": { "data": { "required": ["failed", "last", "slowest"] } } }
                  },
                  {
                    "if": { "properties": { "topic": { "const": "graph" } } },
                    "then": { "properties": { "data": { "required": ["edges", "nodes", "window"] } } }
                  },
                  {
                    "if": { "properties": { "topic": { "const": "hosts" } } },
                    "then": { "properties": { "data": { "required": ["items", "metrics"] } } },
                    "else": {
                      "properties": { "data": { "properties": { "items": { "$ref": "#/components/schemas/list" } } } }
                    }
                  },
                  {
                    "if": { "properties": { "topic": { "const": "kpis" } } },
                    "then": { "properties": { "data": { "required": ["by", "items", "window"] } } }
                  }
                ]
              },
              "update": {
                "type": "object",
                "properties": {
                  "type": { "const": "update" },
                  "topic": { "$ref": "#/components/schemas/topic" },
                  "filter": { "$ref": "#/components/schemas/filter" },
                  "epoch": { "$ref": "#/components/schemas/epoch" },
                  "seq": { "$ref": "#/components/schemas/seq" },
                  "from": { "$ref": "#/components/schemas/seq" },
                  "data": { "$ref": "#/components/schemas/changes" }
                },
                "required": ["type", "topic", "filter", "epoch", "seq", "from", "data"],
                "additionalProperties": false,
                "allOf": [
                  {
                    "if": { "properties": { "topic": { "const": "alerts" } } },
                    "then": { "properties": { "data": { "required": ["transitions"] } } }
                  },
                  {
                    "if": { "properties": { "topic": { "const": "calls" } } },
                    "then": { "properties": { "data": { "required": ["calls"] } } }
                  }
                ]
              },
              "gap": {
                "type": "object",
                "properties": {
                  "type": { "const": "gap" },
                  "topic": { "enum": ["alerts", "calls"] },
                  "filter": { "$ref": "#/components/schemas/filter" },
                  "epoch": { "$ref": "#/components/schemas/epoch" },
                  "seq": { "$ref": "#/components/schemas/seq" },
                  "from": { "$ref": "#/components/schemas/seq" },
                  "dropped": { "description": "So many calls or transitions: seq less from.", "type": "integer", "minimum": 1 }
                },
                "required": ["type", "topic", "filter", "epoch", "seq", "from", "dropped"],
                "additionalProperties": false
              },
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
              "milliseconds": { "type": ["number", "null"], "minimum": 0 },
              "error": {
                "type": "object",
                "properties": {
                  "type": { "const": "error" },
                  "topic": { "type": "string" },
                  "code": {
                    "type": "string",
                    "enum": [
                      "bad_message", "unknown_type", "unknown_topic", "bad_filter", "too_many_subscriptions",
                      "too_many_filters"
                    ]
                  },
                  "message": { "type": "string", "minLength": 1 }
                },
                "required": ["type", "code", "message"],
                "additionalProperties": false
              }
            }
          }
        }
        """#
}
