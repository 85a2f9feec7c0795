extension OpenAPISchemas {
    /// Of alerts, and of where messages about them go.
    static let alerts = #"""
        "Acknowledgement": {
          "type": "object",
          "properties": {"comment": {"type": ["string", "null"]}}
        },
        "Alerts": {
          "type": "object",
          "additionalProperties": false,
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
        "Transitions": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "epoch": {"type": "integer"},
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/Transition"}},
            "seq": {"type": "integer", "description": "Of the newest transition of all."}
          },
          "required": ["epoch", "items", "seq"]
        },
        "Webhook": {
          "type": "object",
          "additionalProperties": false,
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
          "additionalProperties": false,
          "properties": {
            "delivered": {"type": "boolean"},
            "duration_ms": {"type": "integer"},
            "result": {"type": "string", "description": "A status or an error type."}
          },
          "required": ["delivered", "duration_ms", "result"]
        },
        "Webhooks": {
          "type": "object",
          "additionalProperties": false,
          "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Webhook"}}},
          "required": ["items"]
        }
        """#
}
