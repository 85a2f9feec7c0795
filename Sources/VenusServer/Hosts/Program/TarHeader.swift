/// The header of a file in a tar archive (POSIX.1-1988, "ustar"): 512 bytes; the file follows, filled up to a multiple
/// of that.
package enum TarHeader {
    package static let blockBytes = 512
    /// Eleven octal digits: 8 GiB.
    package static let maximumFileBytes = 0o77777777777

    /// - Parameters:
    ///   - name: at most 99 bytes.
    ///   - bytes: of the file.
    ///   - modified: seconds since the epoch.
    package static func bytes(name: String, bytes: Int, isExecutable: Bool, modified: Int) -> [UInt8] {
        precondition(name.utf8.count < 100 && (0...maximumFileBytes).contains(bytes))
        var header = [UInt8](repeating: 0, count: blockBytes)
        func put(_ text: String, at place: Int) {
            for (offset, byte) in text.utf8.enumerated() { header[place + offset] = byte }
        }
        func octal(_ number: Int, digits: Int) -> String {
            let text = String(min(max(number, 0), maximumFileBytes), radix: 8)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        put(name, at: 0)
        put(octal(isExecutable ? 0o755 : 0o644, digits: 7), at: 100)
        // Of the super-user, where it matters.
        put(octal(0, digits: 7), at: 108)
        put(octal(0, digits: 7), at: 116)
        put(octal(bytes, digits: 11), at: 124)
        put(octal(modified, digits: 11), at: 136)
        put("0", at: 156)
        put("ustar\u{0}00", at: 257)
        // The sum is made with blanks in its own place.
        put("        ", at: 148)
        put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + "\u{0} ", at: 148)
        return header
    }

    /// Zeros behind a file of so many bytes.
    package static func padding(_ bytes: Int) -> Int { (blockBytes - bytes % blockBytes) % blockBytes }
}
