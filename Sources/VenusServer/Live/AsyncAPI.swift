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
        \#(messageSchemas),
        \#(dataSchemas)
            }
          }
        }
        """#
}
