extension OpenAPISchemas {
    /// Of thresholds, rules, objectives, silences and the report.
    static let watch = #"""
        "BurnRate": {
          "type": "object",
          "additionalProperties": false,
          "description": "A pair of windows; in each, how many times faster than allowed the budget is used. It burns where both exceed the factor.",
          "properties": {
            "factor": {"type": "number"},
            "is_burning": {"type": "boolean"},
            "long": {"type": ["number", "null"]},
            "long_seconds": {"type": "integer"},
            "severity": {"$ref": "#/components/schemas/Severity"},
            "short": {"type": ["number", "null"]},
            "short_seconds": {"type": "integer"}
          },
          "required": ["factor", "is_burning", "long", "long_seconds", "severity", "short", "short_seconds"]
        },
        "CrossedLimit": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "dependency": {"type": "string"},
            "direction": {"enum": ["above", "below"]},
            "environment": {"type": "string"},
            "failures": {
              "type": "array",
              "description": "What most failed calls ended with, of those that are known one by one.",
              "items": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                  "calls": {"type": "integer", "minimum": 1},
                  "error_type": {"type": "string"}
                },
                "required": ["calls", "error_type"]
              }
            },
            "level": {"enum": ["service", "edge", "operation"]},
            "limit": {"type": "number"},
            "metric": {"type": "string"},
            "operation": {"type": "string"},
            "phase": {
              "type": ["object", "null"],
              "additionalProperties": false,
              "description": "The phase that grew most, in milliseconds of the mean call, against the same hour a week before, or else the last day.",
              "properties": {
                "baseline": {"enum": ["week", "day"]},
                "before_ms": {"type": "number"},
                "name": {"enum": ["blocked", "dns", "connect", "tls", "ttfb", "transfer"]},
                "now_ms": {"type": "number"}
              },
              "required": ["baseline", "before_ms", "name", "now_ms"]
            },
            "service": {"type": "string"},
            "severity": {"$ref": "#/components/schemas/Severity"},
            "since": {
              "type": ["string", "null"], "format": "date-time", "description": "To the minute, a day back at most."
            },
            "value": {"type": "number"},
            "window": {"$ref": "#/components/schemas/Window"}
          },
          "required": [
            "direction", "environment", "failures", "level", "limit", "metric", "phase", "service", "severity", "since",
            "value", "window"
          ]
        },
        "NewObjective": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "dependency": {"type": ["string", "null"], "minLength": 1, "maxLength": 512},
            "environment": {"type": "string", "minLength": 1, "maxLength": 512},
            "faster_than_ms": {
              "type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 3600000,
              "description": "Good is what was answered so fast; without it what was available."
            },
            "level": {"enum": ["service", "edge"]},
            "minimum_calls": {"type": ["integer", "null"], "minimum": 0, "maximum": 1000000000},
            "period_seconds": {"type": ["integer", "null"], "minimum": 86400, "maximum": 31622400},
            "service": {"type": "string", "minLength": 1, "maxLength": 512},
            "target": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
          },
          "required": ["environment", "level", "service", "target"]
        },
        "NewRule": {
          "type": "object",
          "additionalProperties": false,
          "description": "Either level, the names that this level has, and metric; or objective.",
          "properties": {
            "clear": {"type": ["number", "null"], "description": "Where the alert is over; by default at the limit."},
            "dependency": {"type": ["string", "null"], "minLength": 1, "maxLength": 512},
            "direction": {"enum": ["above", "below", null]},
            "environment": {"type": ["string", "null"], "minLength": 1, "maxLength": 512},
            "for_seconds": {"type": ["integer", "null"], "minimum": 0, "maximum": 604800},
            "host": {"type": ["string", "null"], "minLength": 1, "maxLength": 512},
            "keep_firing_for_seconds": {"type": ["integer", "null"], "minimum": 0, "maximum": 604800},
            "level": {"enum": ["service", "edge", "operation", "host", null]},
            "metric": {"type": ["string", "null"]},
            "no_data_after_seconds": {"type": ["integer", "null"], "minimum": 1, "maximum": 604800},
            "objective": {"type": ["string", "null"]},
            "operation": {"type": ["string", "null"], "minLength": 1, "maxLength": 512},
            "service": {"type": ["string", "null"], "minLength": 1, "maxLength": 512},
            "severity": {"enum": ["warning", "critical", null]}
          }
        },
        "NewSilence": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "comment": {"type": ["string", "null"], "maxLength": 1000},
            "ends_at": {"type": "string", "format": "date-time"},
            "matchers": {
              "type": "array", "minItems": 1, "maxItems": 16, "description": "All of them must match.",
              "items": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                  "field": {"$ref": "#/components/schemas/SilenceField"},
                  "negated": {"type": ["boolean", "null"]},
                  "pattern": {"type": "string", "maxLength": 512, "description": "With * for any text."}
                },
                "required": ["field", "pattern"]
              }
            },
            "starts_at": {"type": ["string", "null"], "format": "date-time"}
          },
          "required": ["ends_at", "matchers"]
        },
        "NewThreshold": {
          "type": "object",
          "additionalProperties": false,
          "description": "With neither limit, the metric is not judged there, whatever coarser levels say.",
          "properties": {
            "critical": {"type": ["number", "null"]},
            "dependency": {"type": ["string", "null"], "minLength": 1, "maxLength": 512},
            "direction": {"enum": ["above", "below", null]},
            "environment": {"type": ["string", "null"], "minLength": 1, "maxLength": 512},
            "host": {"type": ["string", "null"], "minLength": 1, "maxLength": 512},
            "level": {"enum": ["default", "service", "edge", "operation", "host"]},
            "metric": {"type": "string", "description": "A rate is a fraction, a time is in milliseconds."},
            "minimum_calls": {"type": ["integer", "null"], "minimum": 0, "maximum": 1000000000},
            "operation": {"type": ["string", "null"], "minLength": 1, "maxLength": 512},
            "service": {"type": ["string", "null"], "minLength": 1, "maxLength": 512},
            "tolerate": {
              "type": ["array", "null"], "maxItems": 32, "items": {"type": "integer", "minimum": 400, "maximum": 599},
              "description": "Statuses that are no errors; of error_rate alone."
            },
            "warning": {"type": ["number", "null"]},
            "window": {"enum": ["10s", "1m", "5m", "15m", "1h", null]}
          },
          "required": ["level", "metric"]
        },
        "Objective": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "changed_at": {"type": "string", "format": "date-time"},
            "changed_by": {"type": "string"},
            "dependency": {"type": "string"},
            "environment": {"type": "string"},
            "faster_than_ms": {"type": "number"},
            "id": {"type": "string"},
            "level": {"enum": ["service", "edge"]},
            "minimum_calls": {"type": "integer", "minimum": 0},
            "period_seconds": {"type": "integer"},
            "service": {"type": "string"},
            "standing": {
              "type": "object",
              "additionalProperties": false,
              "description": "Of the period that ends now. budget_left is 1 where nothing failed, and below 0 where the objective is missed.",
              "properties": {
                "at": {"type": "string", "format": "date-time"},
                "bad_calls": {"type": "integer", "minimum": 0},
                "budget_left": {"type": ["number", "null"]},
                "burn_rates": {"type": "array", "items": {"$ref": "#/components/schemas/BurnRate"}},
                "calls": {"type": "integer", "minimum": 0},
                "good_share": {"type": ["number", "null"]}
              },
              "required": ["at", "bad_calls", "budget_left", "burn_rates", "calls", "good_share"]
            },
            "target": {"type": "number"}
          },
          "required": [
            "changed_at", "changed_by", "environment", "id", "level", "minimum_calls", "period_seconds", "service",
            "standing", "target"
          ]
        },
        "Objectives": {
          "type": "object",
          "additionalProperties": false,
          "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Objective"}}},
          "required": ["items"]
        },
        "Report": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "at": {"type": "string", "format": "date-time"},
            "services": {
              "type": "array",
              "items": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                  "crossed": {"type": "array", "items": {"$ref": "#/components/schemas/CrossedLimit"}},
                  "environment": {"type": "string"},
                  "grade": {"$ref": "#/components/schemas/Grade"},
                  "service": {"type": "string"}
                },
                "required": ["crossed", "environment", "grade", "service"]
              }
            }
          },
          "required": ["at", "services"]
        },
        "Rule": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "changed_at": {"type": "string", "format": "date-time"},
            "changed_by": {"type": "string"},
            "clear": {"type": ["number", "null"]},
            "dependency": {"type": "string"},
            "direction": {"enum": ["above", "below"]},
            "environment": {"type": "string"},
            "for_seconds": {"type": "integer", "minimum": 0},
            "host": {"type": "string"},
            "id": {"type": "string"},
            "keep_firing_for_seconds": {"type": "integer", "minimum": 0},
            "level": {"enum": ["service", "edge", "operation", "host"]},
            "metric": {"type": "string"},
            "no_data_after_seconds": {"type": ["integer", "null"], "minimum": 1},
            "objective": {"type": "string"},
            "operation": {"type": "string"},
            "service": {"type": "string"},
            "severity": {"$ref": "#/components/schemas/Severity"}
          },
          "required": [
            "changed_at", "changed_by", "clear", "for_seconds", "id", "keep_firing_for_seconds", "level",
            "no_data_after_seconds", "severity"
          ]
        },
        "Rules": {
          "type": "object",
          "additionalProperties": false,
          "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Rule"}}},
          "required": ["items"]
        },
        "Silence": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "author": {"type": "string"},
            "comment": {"type": "string"},
            "ends_at": {"type": "string", "format": "date-time"},
            "id": {"type": "string"},
            "matchers": {
              "type": "array",
              "items": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                  "field": {"$ref": "#/components/schemas/SilenceField"},
                  "negated": {"type": "boolean"},
                  "pattern": {"type": "string"}
                },
                "required": ["field", "negated", "pattern"]
              }
            },
            "starts_at": {"type": "string", "format": "date-time"},
            "state": {"enum": ["pending", "active", "ended"]}
          },
          "required": ["author", "comment", "ends_at", "id", "matchers", "starts_at", "state"]
        },
        "SilenceField": {
          "enum": [
            "rule", "severity", "metric", "level", "environment", "service", "dependency", "operation", "host",
            "part"
          ]
        },
        "Silences": {
          "type": "object",
          "additionalProperties": false,
          "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Silence"}}},
          "required": ["items"]
        },
        "Threshold": {
          "type": "object",
          "additionalProperties": false,
          "description": "id, changed_at and changed_by are not there of what is built in.",
          "properties": {
            "changed_at": {"type": "string", "format": "date-time"},
            "changed_by": {"type": "string"},
            "critical": {"type": ["number", "null"]},
            "dependency": {"type": "string"},
            "direction": {"enum": ["above", "below"]},
            "environment": {"type": "string"},
            "host": {"type": "string"},
            "id": {"type": "string"},
            "level": {"enum": ["default", "service", "edge", "operation", "host"]},
            "metric": {"type": "string"},
            "minimum_calls": {"type": "integer", "minimum": 0},
            "operation": {"type": "string"},
            "service": {"type": "string"},
            "tolerate": {
              "type": "array", "items": {"type": "integer"},
              "description": "Statuses that are no errors; of error_rate alone."
            },
            "warning": {"type": ["number", "null"]},
            "window": {"$ref": "#/components/schemas/Window"}
          },
          "required": ["critical", "direction", "level", "metric", "minimum_calls", "warning", "window"]
        },
        "Thresholds": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "defaults": {
              "type": "array", "items": {"$ref": "#/components/schemas/Threshold"},
              "description": "What holds where nothing nearer is set."
            },
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/Threshold"}}
          },
          "required": ["defaults", "items"]
        }
        """#
}
