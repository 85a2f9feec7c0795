/// Turns the path of a request into a template of low cardinality, which is all that ever leaves the proxy of it.
///
/// A segment that looks like a value becomes `*`: numbers, UUIDs and hashes, dates, e-mail addresses, long or
/// percent-encoded ones, tokens (``RouteWord``), and anything that is not plain ASCII. Query and fragment are cut.
/// Where a name and a value look alike it is taken for a value: a lost name is a small loss, a kept token is not. At
/// most ``maximumSegments`` segments are kept; what follows is `…/**`.
public enum RouteTemplate {
    public static let maximumSegments = 12
    /// Longest segment that can be a name; longer ones are values.
    public static let maximumSegmentBytes = 40

    /// Appends the template of `path` (an origin-form target, beginning with `/` or empty) to `output`.
    public static func append(_ path: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        var start = 0
        var segments = 0
        let end = path.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? path.count
        if end == 0 {
            output.append(UInt8(ascii: "/"))
            return
        }
        while start < end {
            guard path[start] == UInt8(ascii: "/") else {
                // Not a path (`*` of OPTIONS, or garbage): one value.
                output.append(UInt8(ascii: "*"))
                return
            }
            var stop = start + 1
            while stop < end, path[stop] != UInt8(ascii: "/") { stop += 1 }
            output.append(UInt8(ascii: "/"))
            if segments == maximumSegments {
                output.append(UInt8(ascii: "*"))
                output.append(UInt8(ascii: "*"))
                return
            }
            let segment = UnsafeBufferPointer(rebasing: path[(start + 1)..<stop])
            if isName(segment) { output.append(contentsOf: segment) } else { output.append(UInt8(ascii: "*")) }
            segments += 1
            start = stop
        }
    }

    /// The template of a path.
    public static func template(_ path: String) -> String {
        var output: [UInt8] = []
        var path = path
        path.withUTF8 { append($0, to: &output) }
        return String(decoding: output, as: UTF8.self)
    }

    /// Whether a segment is part of the route's name rather than a value in it: all its words can be names, and few
    /// digits are among them.
    private static func isName(_ segment: UnsafeBufferPointer<UInt8>) -> Bool {
        guard segment.count <= maximumSegmentBytes else { return false }
        var word = RouteWord()
        var digits = 0
        var letters = 0
        var hexadecimalLetters = 0
        for byte in segment {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits += 1
                word.append(digit: byte)
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
                letters += 1
                if byte | 0x20 <= UInt8(ascii: "f") { hexadecimalLetters += 1 }
                word.append(letter: byte)
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"):
                guard word.canBeName else { return false }
                word = RouteWord()
            default:
                // `@`, `%`, `=`, `;`, `,`, `~` and the like belong to values.
                return false
            }
        }
        guard word.canBeName, digits <= RouteWord.maximumDigits else { return false }
        // Numbers, dates and versions on their own.
        if digits > 0, letters == 0 { return false }
        // Only hexadecimal digits, and many: a hash or an identifier.
        return letters == 0 || hexadecimalLetters < letters || digits + letters < 8
    }
}
