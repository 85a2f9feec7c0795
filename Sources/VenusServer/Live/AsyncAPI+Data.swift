extension AsyncAPI {
    /// The schemas of what snapshots and updates hold: as REST answers, or what differs from that.
    static let dataSchemas = ([ownSchemas, ViewSchemas.json, ViewSchemas.changed] + graph.map(\.json)).joined(
        separator: ",\n")

    private static let graph = [ViewSchemas.graph, ViewSchemas.edge, ViewSchemas.node]

    private static let ownSchemas = #"""
              "LiveAlerts": {
                "type": "object",
                "properties": {
                  "at": { "type": "string", "format": "date-time" },
                  "alerts": {
                    "type": "array",
                    "items": {
                      "allOf": [{ "$ref": "#/components/schemas/Alert" }],
                      "properties": { "state": { "enum": ["pending", "firing", "no_data"] } }
                    }
                  }
                },
                "required": ["at", "alerts"],
                "additionalProperties": false
              },
              "NewTransitions": {
                "type": "object",
                "properties": {
                  "at": { "type": "string", "format": "date-time" },
                  "transitions": {
                    "type": "array", "items": { "$ref": "#/components/schemas/Transition" }, "minItems": 1
                  }
                },
                "required": ["at", "transitions"],
                "additionalProperties": false
              },
              "NewCalls": {
                "type": "object",
                "properties": {
                  "at": { "type": "string", "format": "date-time" },
                  "calls": {
                    "type": "array", "items": { "$ref": "#/components/schemas/Call" },
                    "minItems": 1, "maxItems": \#(LiveEncoding.callsPerUpdate)
                  }
                },
                "required": ["at", "calls"],
                "additionalProperties": false
              },
              "ChangedGraph": \#(changed([("edges", ViewSchemas.edge), ("nodes", ViewSchemas.node)])),
              "ChangedHosts": \#(changed([("items", ViewSchemas.host), ("metrics", ViewSchemas.hostMetric)])),
              "ChangedKPIs": \#(changed([("items", ViewSchemas.kpisItem)], ViewSchemas.kpisCounts)),
              "Gone": {
                "description": "The ids of the items of a list that are gone, or come again whole.",
                "type": "array", "items": { "type": "string" }, "minItems": 1
              }
        """#

    /// Of a view of a state: `at`, what differs of its lists, items that are new whole, and what is gone from them.
    ///
    /// - Parameter members: others, which come whole where they differ.
    private static func changed(
        _ lists: [(name: String, of: ObjectSchema)], _ members: ObjectSchema.Members = [:]
    ) -> String {
        let items = lists.map { #""\#($0.name)":\#(ObjectSchema.list($0.of.changedName, #","minItems":1"#))"# }
        let gone = lists.map { #""\#($0.name)":\#(ObjectSchema.reference("Gone"))"# }.joined(separator: ",")
        let removed =
            #""removed":{"type":"object","properties":{\#(gone)},"additionalProperties":false,"minProperties":1}"#
        let others = members.map { #""\#($0.key)":\#($0.value)"# }
        let properties = ([#""at":\#(ViewSchemas.time)"#] + items + others + [removed]).joined(separator: ",")
        return #"{"type":"object","properties":{\#(properties)},"required":["at"],"additionalProperties":false}"#
    }
}
