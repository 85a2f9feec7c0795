/// The JSON Schema of an object that has these members and no others, as `openapi.json` and `asyncapi.json` have it:
/// in words that draft 7 and 2020-12 have in common.
struct ObjectSchema: Sendable {
    /// A member's name, and its schema as JSON.
    typealias Members = KeyValuePairs<String, String>

    let name: String
    private let description: String?
    /// Those that are always there.
    private let members: Members
    /// Those that may be there.
    private var optional: [Members.Element]

    init(_ name: String, _ members: Members, optional: Members = [:], description: String? = nil) {
        self.name = name
        self.description = description
        self.members = members
        self.optional = Array(optional)
    }

    /// The same, with further members that may be there.
    func adding(_ members: Members) -> ObjectSchema {
        var result = self
        result.optional += Array(members)
        return result
    }

    /// `"NAME":{…}`
    var json: String {
        let described = description.map { #","description":\#(OpenAPIDocument.quoted($0))"# } ?? ""
        return written(name, properties: { $0 }, required: members.map(\.key), described)
    }

    /// `"ChangedNAME":{…}`: what an update tells of it, which is what differs, and the id of what is in a list.
    ///
    /// - Parameter objects: those of which updates tell parts wherever they are members.
    func changed(among objects: [ObjectSchema]) -> String {
        let changing = Dictionary(
            uniqueKeysWithValues: objects.map { (Self.reference($0.name), Self.reference($0.changedName)) })
        let isListed = members.contains { $0.key == "id" }
        return written(
            changedName, properties: { changing[$0] ?? $0 }, required: isListed ? ["id"] : [],
            #","minProperties":\#(isListed ? 2 : 1)"#)
    }

    var changedName: String { "Changed" + name }

    private func written(
        _ name: String, properties schema: (String) -> String, required: [String], _ more: String
    ) -> String {
        let properties = (Array(members) + optional).map { "\"\($0.key)\":\(schema($0.value))" }
        let required = required.map { "\"\($0)\"" }
        return #""\#(name)":{"type":"object","properties":{\#(properties.joined(separator: ","))},"#
            + #""required":[\#(required.joined(separator: ","))],"additionalProperties":false\#(more)}"#
    }

    // MARK: Schemas of members

    static func reference(_ name: String) -> String { ##"{"$ref":"#/components/schemas/\##(name)"}"## }

    /// - Parameter keywords: further ones, each with a comma before it.
    static func list(_ name: String, _ keywords: String = "") -> String {
        #"{"type":"array","items":\#(reference(name))\#(keywords)}"#
    }

    static func choice(_ values: [String]) -> String {
        #"{"enum":[\#(values.map(OpenAPIDocument.quoted).joined(separator: ","))]}"#
    }
}
