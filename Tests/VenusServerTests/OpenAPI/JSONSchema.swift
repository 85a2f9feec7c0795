import Foundation
import TestSupport
import VenusServer

/// JSON Schema, as far as our descriptions use it, and draft 7 and 2020-12 agree on it. Throws at a keyword that it does
/// not know, and at what the two read differently: nothing that a description says is passed over.
struct JSONSchema {
    /// What a `$ref` leads to.
    let resolve: (String) throws -> JSONValue

    /// What is wrong with a value; `nil` where it is as described.
    ///
    /// - Parameter place: where it is, for people.
    func fault(_ value: JSONValue, _ schema: JSONValue, _ place: String) throws -> String? {
        if case .bool(let isAllowed) = schema { return isAllowed ? nil : "\(place) is not described" }
        guard case .object(let keywords) = schema else { throw TestFailure("\(place): \(schema) is no schema") }
        for (keyword, argument) in keywords {
            if let fault = try fault(value, keyword, argument, in: schema, place) { return fault }
        }
        return nil
    }

    private func fault(
        _ value: JSONValue, _ keyword: String, _ argument: JSONValue, in schema: JSONValue, _ place: String
    ) throws -> String? {
        switch keyword {
        case "description": return nil
        case "$ref":
            guard let reference = argument.string, schema.names == ["$ref"] else {
                throw TestFailure("\(place): draft 7 passes over what is beside $ref: \(schema)")
            }
            return try fault(value, resolve(reference), place)
        case "type":
            let types = argument.string.map { [$0] } ?? argument.array.compactMap(\.string)
            let isOne = try types.contains { try Self.isOf($0, value) }
            return isOne ? nil : "\(place): \(value) is not \(types)"
        case "enum": return argument.array.contains(value) ? nil : "\(place): \(value) is not in the enum"
        case "const": return argument == value ? nil : "\(place): \(value) is not \(argument)"
        case "allOf", "anyOf", "if", "then", "else":
            return try composed(value, keyword, argument, in: schema, place)
        case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
            guard case .number(let number) = value else { return nil }
            return try Self.fault(number, keyword, argument, place)
        case "minLength", "maxLength", "pattern", "format":
            guard case .string(let text) = value else { return nil }
            return try Self.fault(text, keyword, argument, place)
        case "items", "minItems", "maxItems", "uniqueItems":
            guard case .array(let items) = value else { return nil }
            return try fault(items, keyword, argument, place)
        case "properties", "required", "additionalProperties", "minProperties":
            guard case .object(let members) = value else { return nil }
            return try fault(members, keyword, argument, in: schema, place)
        default: throw TestFailure("\(place): the keyword \(keyword) is not known")
        }
    }

    // MARK: Schemas of several

    private func composed(
        _ value: JSONValue, _ keyword: String, _ argument: JSONValue, in schema: JSONValue, _ place: String
    ) throws -> String? {
        switch keyword {
        case "allOf":
            for part in argument.array {
                if let fault = try fault(value, part, place) { return fault }
            }
            return nil
        case "anyOf":
            let faults = try argument.array.map { try fault(value, $0, place) }
            return faults.contains(nil) ? nil : faults.compactMap { $0 }.joined(separator: " and ")
        case "if":
            let names = schema.names
            let branch = try fault(value, argument, place) == nil ? "then" : "else"
            return names.contains(branch) ? try fault(value, schema[branch], place) : nil
        default:
            guard schema.names.contains("if") else { throw TestFailure("\(place): \(keyword) without if") }
            return nil
        }
    }

    // MARK: Of each type

    private static func isOf(_ type: String, _ value: JSONValue) throws -> Bool {
        switch type {
        case "object": if case .object = value { true } else { false }
        case "array": if case .array = value { true } else { false }
        case "string": value.string != nil
        case "boolean": value.bool != nil
        case "null": value.isNull
        case "number": value.double != nil
        case "integer": value.double.map { $0 == $0.rounded() } ?? false
        default: throw TestFailure("the type \(type) is not known")
        }
    }

    private static func fault(
        _ number: Double, _ keyword: String, _ argument: JSONValue, _ place: String
    ) throws -> String? {
        guard let bound = argument.double else { throw TestFailure("\(place): \(keyword) is \(argument)") }
        let isRight =
            switch keyword {
            case "minimum": number >= bound
            case "maximum": number <= bound
            case "exclusiveMinimum": number > bound
            default: number < bound
            }
        return isRight ? nil : "\(place): \(number) is beyond the \(keyword) \(bound)"
    }

    private static func fault(
        _ text: String, _ keyword: String, _ argument: JSONValue, _ place: String
    ) throws -> String? {
        let isRight: Bool
        switch (keyword, argument) {
        case ("minLength", .number(let count)): isRight = Double(text.unicodeScalars.count) >= count
        case ("maxLength", .number(let count)): isRight = Double(text.unicodeScalars.count) <= count
        case ("pattern", .string(let pattern)): isRight = try text.firstMatch(of: Regex(pattern)) != nil
        case ("format", .string("date-time")): isRight = Timestamp.milliseconds(text) != nil
        case ("format", .string("uri")): isRight = URL(string: text)?.scheme != nil
        default: throw TestFailure("\(place): the \(keyword) \(argument) is not known")
        }
        return isRight ? nil : "\(place): \(text) is not of the \(keyword) \(argument)"
    }

    private func fault(
        _ items: [JSONValue], _ keyword: String, _ argument: JSONValue, _ place: String
    ) throws -> String? {
        switch (keyword, argument) {
        case ("minItems", .number(let count)):
            return Double(items.count) >= count ? nil : "\(place) has only \(items.count) items"
        case ("maxItems", .number(let count)):
            return Double(items.count) <= count ? nil : "\(place) has \(items.count) items"
        case ("uniqueItems", .bool(true)):
            return Set(items.map(\.description)).count == items.count ? nil : "\(place) has an item twice"
        case ("items", .object):
            for (number, item) in items.enumerated() {
                if let fault = try fault(item, argument, "\(place)[\(number)]") { return fault }
            }
            return nil
        default: throw TestFailure("\(place): the \(keyword) \(argument) is not known")
        }
    }

    private func fault(
        _ members: [String: JSONValue], _ keyword: String, _ argument: JSONValue, in schema: JSONValue,
        _ place: String
    ) throws -> String? {
        switch (keyword, argument) {
        case ("required", .array(let names)):
            let missing = names.compactMap(\.string).filter { members[$0] == nil }
            return missing.isEmpty ? nil : "\(place): \(missing) are not there"
        case ("minProperties", .number(let count)):
            return Double(members.count) >= count ? nil : "\(place) has only \(members.count) members"
        case ("properties", .object(let properties)):
            for (name, property) in properties {
                guard let member = members[name] else { continue }
                if let fault = try fault(member, property, "\(place).\(name)") { return fault }
            }
            return nil
        case ("additionalProperties", _):
            var named: [String: JSONValue] = [:]
            if case .object(let properties) = schema["properties"] { named = properties }
            for (name, member) in members where named[name] == nil {
                if let fault = try fault(member, argument, "\(place).\(name)") { return fault }
            }
            return nil
        default: throw TestFailure("\(place): the \(keyword) \(argument) is not known")
        }
    }
}
