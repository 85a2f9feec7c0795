extension OpenAPISchemas {
    /// Of the machines themselves.
    static let hosts = #"""
        "AddedHost": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "command": {"type": "string", "description": "The line for the machine's shell."},
            "host": {"type": "string", "description": "Absent where the machine goes by its own name."},
            "key": {"type": "string", "description": "In this answer and never again."},
            "key_id": {"type": "string"}
          },
          "required": ["command", "key", "key_id"]
        },
        "HostWatchers": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "ask_again_ms": {"type": "integer", "description": "When to ask again."},
            "publish_ms": {"type": "integer", "description": "How often whoever looks likes to hear."},
            "watched_for_ms": {"type": "integer", "description": "For how long somebody looks yet; 0: nobody does."}
          },
          "required": ["ask_again_ms", "publish_ms", "watched_for_ms"]
        },
        "NewHost": {
          "type": "object",
          "properties": {
            "name": {"type": ["string", "null"], "description": "Printable ASCII without blanks and slashes."}
          },
          "additionalProperties": false
        },
        "HostHistory": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "from": {"type": "string", "format": "date-time"},
            "host": {"type": "string"},
            "is_complete": {"type": "boolean", "description": "Whether all series that match are there."},
            "range": {"enum": ["hour", "day", "week", "month", "year", null]},
            "series": {
              "type": "array",
              "items": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                  "attributes": {"type": "object", "additionalProperties": {"type": "string"}},
                  "kind": {"enum": ["gauge", "counter"]},
                  "name": {"type": "string"},
                  "points": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "additionalProperties": false,
                      "properties": {
                        "at": {"type": "string", "format": "date-time"},
                        "coverage": {"type": "number", "minimum": 0, "maximum": 1},
                        "last": {"type": "number"},
                        "max": {"type": "number"},
                        "mean": {"type": "number"},
                        "min": {"type": "number"}
                      },
                      "required": ["at", "coverage", "last", "max", "mean", "min"]
                    }
                  },
                  "totals": {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                      "last": {"type": ["number", "null"]},
                      "max": {"type": ["number", "null"]},
                      "mean": {"type": ["number", "null"]},
                      "min": {"type": ["number", "null"]}
                    },
                    "required": ["last", "max", "mean", "min"]
                  },
                  "unit": {"type": "string"}
                },
                "required": ["attributes", "kind", "name", "points", "totals", "unit"]
              }
            },
            "tier": {"enum": ["1m", "15m", "2h", "8h", "1d"]},
            "to": {"type": "string", "format": "date-time"}
          },
          "required": ["from", "host", "is_complete", "range", "series", "tier", "to"]
        },
        "HostHistoryColumns": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "data": {"type": "array", "items": {"type": "array", "items": {"type": ["number", "null"]}}},
            "from": {"type": "string", "format": "date-time"},
            "host": {"type": "string"},
            "is_complete": {"type": "boolean"},
            "range": {"enum": ["hour", "day", "week", "month", "year", null]},
            "series": {
              "type": "array",
              "items": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                  "attributes": {"type": "object", "additionalProperties": {"type": "string"}},
                  "kind": {"enum": ["gauge", "counter"]},
                  "name": {"type": "string"},
                  "unit": {"type": "string"}
                },
                "required": ["attributes", "kind", "name", "unit"]
              }
            },
            "tier": {"enum": ["1m", "15m", "2h", "8h", "1d"]},
            "to": {"type": "string", "format": "date-time"}
          },
          "required": ["data", "from", "host", "is_complete", "range", "series", "tier", "to"]
        },
        "Reading": {
          "type": "object",
          "properties": {
            "v": {"const": 1},
            "start_ms": {"type": "integer"},
            "end_ms": {"type": "integer"},
            "left_out": {"type": "integer", "minimum": 0},
            "garbled_lines": {"type": "integer", "minimum": 0},
            "values": {
              "type": "array",
              "maxItems": 4096,
              "items": {
                "type": "object",
                "properties": {
                  "metric": {"type": "string"},
                  "subject": {"type": ["string", "null"]},
                  "state": {"type": ["string", "null"]},
                  "seconds": {"type": "number", "exclusiveMinimum": 0},
                  "count": {"type": "integer", "minimum": 1},
                  "sum": {"type": "number"},
                  "min": {"type": "number"},
                  "max": {"type": "number"},
                  "last": {"type": "number"}
                },
                "required": ["metric", "seconds", "count", "sum", "min", "max", "last"]
              }
            }
          },
          "required": ["v", "start_ms", "end_ms", "left_out", "garbled_lines", "values"]
        },
        "ReadingsBatch": {
          "type": "object",
          "properties": {
            "producer": {"type": "string", "minLength": 1, "maxLength": 128},
            "agent_version": {"type": "string", "maxLength": 128},
            "environment": {"type": "string", "maxLength": 128},
            "publish_ms": {"type": "integer", "minimum": 1, "maximum": 86400000},
            "dropped": {"type": "integer", "minimum": 0},
            "readings": {
              "description": "Their numbers rise.",
              "type": "array",
              "maxItems": 60,
              "items": {
                "type": "object",
                "properties": {
                  "sequence": {"type": "integer", "minimum": 1},
                  "reading": {"$ref": "#/components/schemas/Reading"}
                },
                "required": ["sequence", "reading"]
              }
            },
            "latest": {"anyOf": [{"$ref": "#/components/schemas/Reading"}, {"type": "null"}]}
          },
          "required": ["producer", "agent_version", "environment", "publish_ms", "dropped", "readings"]
        },
        "Buckets": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "items": {
              "type": "array",
              "items": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                  "checked_at": {"type": "string", "format": "date-time"},
                  "failed_since": {"type": "string", "format": "date-time"},
                  "failure": {"type": "string", "description": "Why it cannot be read; absent where it can."},
                  "last_refusal": {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                      "at": {"type": "string", "format": "date-time"},
                      "object": {"type": "string"},
                      "reason": {"type": "string"}
                    },
                    "required": ["at", "object", "reason"]
                  },
                  "name": {"type": "string", "pattern": "^s3://"},
                  "objects_refused": {"type": "integer", "minimum": 0},
                  "objects_taken": {"type": "integer", "minimum": 0}
                },
                "required": ["checked_at", "name", "objects_refused", "objects_taken"]
              }
            }
          },
          "required": ["items"]
        },
        "ReadingsReceipt": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "known": {"type": "integer", "minimum": 0},
            "publish_ms": {"type": "integer", "minimum": 1},
            "refused": {"type": "integer", "minimum": 0},
            "taken": {"type": "integer", "minimum": 0},
            "watched_for_ms": {"type": "integer", "minimum": 0}
          },
          "required": ["known", "publish_ms", "refused", "taken", "watched_for_ms"]
        }
        """#
}
