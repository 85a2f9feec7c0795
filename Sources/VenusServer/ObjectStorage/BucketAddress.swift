/// A bucket of an object store, and what the names of its objects begin with: `s3://BUCKET/PREFIX`.
package struct BucketAddress: Sendable, Hashable, CustomStringConvertible {
    package static let maximumPrefixBytes = 512

    package let bucket: String
    /// Without a slash at either end; may be empty.
    package let prefix: String

    /// `nil` for anything else: a bucket's name has 3 to 63 letters, digits, `.`, `-` and `_`, and a prefix is
    /// printable ASCII without blanks, `.` and `..` being no part of it.
    package init?(_ text: String) {
        let scheme = "s3://"
        guard text.hasPrefix(scheme) else { return nil }
        let rest = text.dropFirst(scheme.count)
        let bucket = rest.prefix { $0 != "/" }
        var prefix = rest.dropFirst(bucket.count)
        if prefix.first == "/" { prefix.removeFirst() }
        if prefix.last == "/" { prefix.removeLast() }
        let parts = prefix.split(separator: "/", omittingEmptySubsequences: false)
        guard Self.isBucket(bucket), prefix.utf8.count <= Self.maximumPrefixBytes,
            prefix.isEmpty || parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }),
            prefix.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        self.bucket = String(bucket)
        self.prefix = String(prefix)
    }

    /// What the names of all of its objects begin with: empty, or with a slash at the end.
    package var folder: String { prefix.isEmpty ? "" : prefix + "/" }

    package var description: String { "s3://" + bucket + (prefix.isEmpty ? "" : "/" + prefix) }

    /// Whether its name can be part of a host's, below which a certificate for all names of one level is good.
    var isHostLabel: Bool {
        bucket.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "-")
        }
    }

    private static func isBucket(_ text: Substring) -> Bool {
        func isLetterOrDigit(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        guard (3...63).contains(text.utf8.count), let first = text.utf8.first, let last = text.utf8.last else {
            return false
        }
        return isLetterOrDigit(first) && isLetterOrDigit(last)
            && text.utf8.allSatisfy { isLetterOrDigit($0) || "._-".utf8.contains($0) }
    }
}
