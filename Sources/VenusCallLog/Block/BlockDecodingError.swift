/// Why an entry could not be read. Field names are those of the format, so no text of the entry gets into a log.
public enum BlockDecodingError: Error, Sendable, Hashable, CustomStringConvertible {
    case missingField(BlockField)
    case repeatedField(BlockField)
    /// More fields than any version writes.
    case tooManyFields
    /// Not a number, or one that cannot be.
    case invalidNumber(BlockField)
    /// Not UTF-8, with control characters, or too long.
    case invalidText(BlockField)
    case unknownKind
    /// Larger than the format allows.
    case tooLarge(BlockField)
    /// Line and column from 0.
    case malformedOperation(line: Int)
    case malformedCall(line: Int, column: Int)
    case wrongCount(expected: Int, found: Int)

    public var description: String {
        switch self {
        case .missingField(let field): "field \(field.rawValue) is missing"
        case .repeatedField(let field): "field \(field.rawValue) is there twice"
        case .tooManyFields: "too many fields"
        case .invalidNumber(let field): "field \(field.rawValue) is not a number that can be"
        case .invalidText(let field): "field \(field.rawValue) is not text that can be"
        case .unknownKind: "field kind is none that this version knows"
        case .tooLarge(let field): "field \(field.rawValue) is too large"
        case .malformedOperation(let line): "operation \(line) cannot be read"
        case .malformedCall(let line, let column): "call \(line) cannot be read at column \(column)"
        case .wrongCount(let expected, let found): "n is \(expected), but there are \(found) calls or more"
        }
    }
}
