extension OpenAPISchemas {
    /// Of sessions, users, keys, and what happened to them.
    static let accounts = #"""
        "Audit": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "items": {
              "type": "array",
              "items": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                  "actor": {"type": "string"},
                  "address": {"type": "string"},
                  "at": {"type": "string", "format": "date-time"},
                  "detail": {"type": "string"},
                  "event": {"type": "string"},
                  "subject": {"type": "string"}
                },
                "required": ["actor", "address", "at", "detail", "event", "subject"]
              }
            },
            "next": {"type": "string"}
          },
          "required": ["items"]
        },
        "CurrentSession": {
          "type": "object",
          "additionalProperties": false,
          "description": "A session has id, role and csrf_token; a key has scopes.",
          "properties": {
            "account": {"type": "string"},
            "csrf_token": {"type": "string"},
            "expires_at": {"type": "string", "format": "date-time"},
            "id": {"type": "string"},
            "role": {"enum": ["viewer", "operator", "admin"]},
            "scopes": {"type": "array", "items": {"type": "string"}}
          },
          "required": ["account"]
        },
        "Key": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "created_at": {"type": "string", "format": "date-time"},
            "created_by": {"type": "string"},
            "id": {"type": "string"},
            "key": {"type": "string", "description": "In the answer to its making and never again."},
            "name": {"type": "string"},
            "revoked_at": {"type": "string", "format": "date-time"},
            "scopes": {"type": "array", "items": {"enum": ["read", "hosts:write"]}},
            "used_at": {"type": "string", "format": "date-time", "description": "To the minute."}
          },
          "required": ["created_at", "created_by", "id", "name", "scopes"]
        },
        "Keys": {
          "type": "object",
          "additionalProperties": false,
          "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Key"}}},
          "required": ["items"]
        },
        "NewKey": {
          "type": "object",
          "properties": {
            "name": {"type": "string"},
            "scopes": {
              "type": "array", "items": {"enum": ["read", "hosts:write"]}, "minItems": 1, "uniqueItems": true
            }
          },
          "required": ["name", "scopes"]
        },
        "NewUser": {
          "type": "object",
          "properties": {
            "name": {"type": "string", "description": "a to z, digits, and . _ - @"},
            "password": {"type": "string"},
            "role": {"enum": ["viewer", "operator", "admin"]}
          },
          "required": ["name", "password", "role"]
        },
        "PasswordChange": {
          "type": "object",
          "properties": {
            "new_password": {"type": "string"},
            "old_password": {"type": "string"}
          },
          "required": ["new_password", "old_password"]
        },
        "Sessions": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "is_complete": {"type": "boolean", "description": "Whether nothing follows."},
            "items": {
              "type": "array",
              "items": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                  "account": {"type": "string"},
                  "address": {"type": "string"},
                  "agent": {"type": "string"},
                  "created_at": {"type": "string", "format": "date-time"},
                  "expires_at": {"type": "string", "format": "date-time"},
                  "id": {"type": "string"},
                  "is_current": {"type": "boolean"},
                  "role": {"enum": ["viewer", "operator", "admin"]},
                  "seen_at": {"type": "string", "format": "date-time", "description": "To the minute."}
                },
                "required": [
                  "account", "address", "agent", "created_at", "expires_at", "id", "is_current", "role", "seen_at"
                ]
              }
            },
            "next": {"type": "string"}
          },
          "required": ["is_complete", "items"]
        },
        "User": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "active": {"type": "boolean"},
            "changed_at": {"type": "string", "format": "date-time"},
            "created_at": {"type": "string", "format": "date-time"},
            "name": {"type": "string"},
            "role": {"enum": ["viewer", "operator", "admin"]}
          },
          "required": ["active", "changed_at", "created_at", "name", "role"]
        },
        "UserChange": {
          "type": "object",
          "properties": {
            "active": {"type": ["boolean", "null"]},
            "password": {"type": ["string", "null"]},
            "role": {"enum": ["viewer", "operator", "admin", null]}
          }
        },
        "Users": {
          "type": "object",
          "additionalProperties": false,
          "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/User"}}},
          "required": ["items"]
        },
        "WaysIn": {
          "type": "object",
          "additionalProperties": false,
          "properties": {"ways": {"type": "array", "items": {"enum": ["password", "secret", "github"]}}},
          "required": ["ways"]
        }
        """#
}
