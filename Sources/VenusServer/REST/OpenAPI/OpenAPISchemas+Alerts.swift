extension OpenAPISchemas {
    /// Of alerts, and of where messages about them go.
    static let alerts = #"""
        "Alert": {
          "type": "object",
          "properties": {
            "acknowledged": {
              "type": ["object", "null"],
              "properties": {
                "at": {"type": "string", "format": "date-time"},
                "by": {"type": "string"},
                "comment": {"type": "string"}
              },
              "required": ["at", "by", "comment"]
            },
            "changed_at": {"type": "string", "format": "date-time"},
            "fault": {"type": ["string", "null"], "description": "The fault that people are told of, once for all its alerts."},
            "id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "inhibited": {"type": "boolean", "description": "Another fault explains it; nobody is told of this one."},
            "limit": {"type": ["number", "null"]},
            "metric": {"type": "string"},
            "rule": {"type": "string"},
            "seq": {"type": "integer", "description": "Of its newest transition."},
            "severity": {"enum": ["warning", "critical"]},
            "silenced": {"type": "boolean"},
            "since": {"type": ["string", "null"], "format": "date-time"},
            "state": {"enum": ["inactive", "pending", "firing", "no_data"]},
            "subject": {"$ref": "#/components/schemas/AlertSubject"},
            "value": {"type": ["number", "null"]}
          },
          "required": [
            "acknowledged", "changed_at", "fault", "id", "inhibited", "limit", "metric", "rule", "seq", "severity", "silenced",
            "since", "state", "subject", "value"
          ]
        },
        "AlertSubject": {
          "type": "object",
          "properties": {
            "dependency": {"type": "string"},
            "environment": {"type": "string"},
            "host": {"type": "string"},
            "level": {"enum": ["default", "total", "service", "dependency", "edge", "operation", "host"]},
            "operation": {"type": "string"},
            "part": {"type": "string", "description": "Of a host: the file system, device, interface, resource or program."},
            "service": {"type": "string"}
          },
          "required": ["level"]
        },
        "Acknowledgement": {
          "type": "object",
          "properties": {"comment": {"type": ["string", "null"]}}
        },
        "Alerts": {
          "type": "object",
          "properties": {
            "epoch": {"type": "integer"},
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/Alert"}},
            "next": {"type": "string"},
            "seq": {"type": "integer", "description": "Of the newest transition of all."}
          },
          "required": ["epoch", "items", "seq"]
        },
        "NewWebhook": {
          "type": "object",
          "properties": {
            "kind": {"enum": ["webhook", "slack", "discord", "teams", "pagerduty", "ntfy", "email"]},
            "name": {"type": "string"},
            "routing_key": {"type": "string", "description": "Of pagerduty."},
            "to": {"type": "array", "items": {"type": "string"}, "description": "Of email."},
            "token": {"type": "string", "description": "A bearer token that the receiver wants."},
            "topic": {"type": "string", "description": "Of ntfy."},
            "url": {"type": "string"}
          },
          "required": ["kind", "name"]
        },
        "Transition": {
          "type": "object",
          "properties": {
            "alert": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "at": {"type": "string", "format": "date-time"},
            "kind": {"enum": ["pending", "dropped", "firing", "no_data", "resolved"]},
            "limit": {"type": ["number", "null"]},
            "metric": {"type": "string"},
            "rule": {"type": "string"},
            "seq": {"type": "integer"},
            "severity": {"enum": ["warning", "critical"]},
            "subject": {"$ref": "#/components/schemas/AlertSubject"},
            "value": {"type": ["number", "null"]}
          },
          "required": [
            "alert", "at", "kind", "limit", "metric", "rule", "seq", "severity", "subject", "value"
          ]
        },
        "Transitions": {
          "type": "object",
          "properties": {
            "epoch": {"type": "integer"},
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/Transition"}},
            "seq": {"type": "integer", "description": "Of the newest transition of all."}
          },
          "required": ["epoch", "items", "seq"]
        },
        "Webhook": {
          "type": "object",
          "properties": {
            "created_at": {"type": "string", "format": "date-time"},
            "created_by": {"type": "string"},
            "delivered_at": {"type": "string", "format": "date-time"},
            "enabled": {"type": "boolean"},
            "failed_at": {"type": "string", "format": "date-time"},
            "failure": {"type": "string", "description": "Why it was disabled by itself."},
            "id": {"type": "string"},
            "kind": {"enum": ["webhook", "slack", "discord", "teams", "pagerduty", "ntfy", "email"]},
            "lost": {"type": "integer", "description": "Messages that found no room."},
            "name": {"type": "string"},
            "paused_until": {"type": "string", "format": "date-time"},
            "readable": {"type": "boolean", "description": "Whether this server has the key of its secrets."},
            "secret": {"type": "string", "description": "In the answer to its making or rotation and never again."},
            "to": {"type": "array", "items": {"type": "string"}},
            "url": {"type": "string", "description": "As far as it is no secret."},
            "waiting": {"type": "integer"}
          },
          "required": ["created_at", "created_by", "enabled", "id", "kind", "lost", "name", "readable", "waiting"]
        },
        "WebhookChange": {
          "type": "object",
          "properties": {
            "enabled": {"type": ["boolean", "null"]},
            "name": {"type": ["string", "null"]}
          }
        },
        "WebhookTrial": {
          "type": "object",
          "properties": {
            "delivered": {"type": "boolean"},
            "duration_ms": {"type": "integer"},
            "result": {"type": "string", "description": "A status or an error type."}
          },
          "required": ["delivered", "duration_ms", "result"]
        },
        "Webhooks": {
          "type": "object",
          "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Webhook"}}},
          "required": ["items"]
        }
        """#
}
