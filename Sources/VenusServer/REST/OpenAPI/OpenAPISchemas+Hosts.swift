extension OpenAPISchemas {
    /// Of the machines themselves.
    static let hosts = #"""
        "AddedHost": {
          "type": "object",
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
        "Hosts": {
          "type": "object",
          "properties": {
            "at": {"type": "string", "format": "date-time"},
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/Host"}},
            "metrics": {
              "description": "Of the host that is asked for, as of its last reading.",
              "type": "array",
              "items": {
                "type": "object",
                "properties": {
                  "attributes": {"type": "object", "additionalProperties": {"type": "string"}},
                  "id": {"type": "string"},
                  "kind": {"enum": ["gauge", "counter"]},
                  "name": {"type": "string"},
                  "unit": {"type": "string", "description": "UCUM; of a counter, of its growth per second."},
                  "value": {"type": ["number", "null"]}
                },
                "required": ["attributes", "id", "kind", "name", "unit", "value"]
              }
            }
          },
          "required": ["at", "items", "metrics"]
        },
        "Host": {
          "type": "object",
          "properties": {
            "agent_version": {"type": "string"},
            "environment": {"type": "string"},
            "figures": {"$ref": "#/components/schemas/HostFigures"},
            "first_seen": {"type": "string", "format": "date-time"},
            "id": {"type": "string"},
            "is_silent": {"type": "boolean"},
            "last_seen": {"type": "string", "format": "date-time"},
            "name": {"type": "string"},
            "readings_dropped": {"type": "integer", "minimum": 0},
            "services": {
              "description": "Those whose proxies run on it.",
              "type": "array",
              "items": {
                "type": "object",
                "properties": {
                  "clock_skew_ms": {
                    "type": "integer",
                    "description": "Of the proxy whose clock is furthest off; positive where it is ahead."
                  },
                  "environment": {"type": "string"},
                  "proxies": {"type": "integer", "minimum": 1},
                  "service": {"type": "string"}
                },
                "required": ["clock_skew_ms", "environment", "proxies", "service"]
              }
            }
          },
          "required": [
            "agent_version", "environment", "figures", "first_seen", "id", "is_silent", "last_seen", "name",
            "readings_dropped", "services"
          ]
        },
        "HostFigures": {
          "type": "object",
          "description": "Utilization and pressure are fractions; pressure is that of some work; null: it does not say.",
          "properties": {
            "container_memory_utilization": {"type": ["number", "null"], "minimum": 0},
            "cpu_pressure": {"type": ["number", "null"], "minimum": 0},
            "cpu_throttled": {"type": ["number", "null"], "minimum": 0},
            "cpu_utilization": {"type": ["number", "null"], "minimum": 0},
            "disk_read_bytes_per_second": {"type": ["number", "null"], "minimum": 0},
            "disk_write_bytes_per_second": {"type": ["number", "null"], "minimum": 0},
            "filesystem": {"type": ["string", "null"]},
            "filesystem_utilization": {"type": ["number", "null"], "minimum": 0},
            "io_pressure": {"type": ["number", "null"], "minimum": 0},
            "load_average": {"type": ["number", "null"], "minimum": 0},
            "memory_pressure": {"type": ["number", "null"], "minimum": 0},
            "memory_utilization": {"type": ["number", "null"], "minimum": 0},
            "network_receive_bytes_per_second": {"type": ["number", "null"], "minimum": 0},
            "network_transmit_bytes_per_second": {"type": ["number", "null"], "minimum": 0},
            "paging_utilization": {"type": ["number", "null"], "minimum": 0},
            "processors": {"type": ["number", "null"], "minimum": 0},
            "uptime_seconds": {"type": ["number", "null"], "minimum": 0}
          },
          "required": [
            "container_memory_utilization", "cpu_pressure", "cpu_throttled", "cpu_utilization",
            "disk_read_bytes_per_second", "disk_write_bytes_per_second", "filesystem", "filesystem_utilization",
            "io_pressure", "load_average", "memory_pressure", "memory_utilization",
            "network_receive_bytes_per_second", "network_transmit_bytes_per_second", "paging_utilization",
            "processors", "uptime_seconds"
          ]
        },
        "HostHistory": {
          "type": "object",
          "properties": {
            "from": {"type": "string", "format": "date-time"},
            "host": {"type": "string"},
            "is_complete": {"type": "boolean", "description": "Whether all series that match are there."},
            "range": {"enum": ["hour", "day", "week", "month", "year", null]},
            "series": {
              "type": "array",
              "items": {
                "type": "object",
                "properties": {
                  "attributes": {"type": "object", "additionalProperties": {"type": "string"}},
                  "kind": {"enum": ["gauge", "counter"]},
                  "name": {"type": "string"},
                  "points": {
                    "type": "array",
                    "items": {
                      "type": "object",
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
          "properties": {
            "items": {
              "type": "array",
              "items": {
                "type": "object",
                "properties": {
                  "checked_at": {"type": "string", "format": "date-time"},
                  "failed_since": {"type": "string", "format": "date-time"},
                  "failure": {"type": "string", "description": "Why it cannot be read; absent where it can."},
                  "last_refusal": {
                    "type": "object",
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
