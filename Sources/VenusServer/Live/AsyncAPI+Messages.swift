extension AsyncAPI {
    /// The schema of a message's data, by its topic.
    private static func byTopic(_ schemas: KeyValuePairs<Topic, String>) -> String {
        schemas.map { topic, schema in
            #"{"if":{"properties":{"topic":{"const":"\#(topic.rawValue)"}}},"#
                + #""then":{"properties":{"data":\#(ObjectSchema.reference(schema))}}}"#
        }.joined(separator: ",")
    }

    private static let snapshots: KeyValuePairs<Topic, String> = [
        .alerts: "LiveAlerts", .calls: "Calls", .graph: "Graph", .hosts: "Hosts", .kpis: "KPIs",
    ]

    private static let updates: KeyValuePairs<Topic, String> = [
        .alerts: "NewTransitions", .calls: "NewCalls", .graph: "ChangedGraph", .hosts: "ChangedHosts",
        .kpis: "ChangedKPIs",
    ]

    /// The schemas of the messages, both ways.
    static let messageSchemas = #"""
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
                  "data": { "description": "As GET /api/v1/TOPIC answers: of the schema of its topic." }
                },
                "required": ["type", "topic", "filter", "epoch", "seq", "data"],
                "additionalProperties": false,
                "allOf": [\#(byTopic(snapshots))]
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
                  "data": {
                    "description": "What differs: items in removed go, then those in lists are put in or merged. Or what is new."
                  }
                },
                "required": ["type", "topic", "filter", "epoch", "seq", "from", "data"],
                "additionalProperties": false,
                "allOf": [\#(byTopic(updates))]
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
        """#
}
