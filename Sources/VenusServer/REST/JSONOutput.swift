import FoundationEssentials

/// How every answer of ours becomes JSON: members sorted, so that equal answers are equal bytes.
package enum JSONOutput {
    package static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }
}
