/// Ports from one to another: `443`, `8000-8999`.
package struct PortRange: Sendable, Hashable {
    package let first: UInt16
    package let last: UInt16

    package init?(_ text: String) {
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = Self.port(ends[0]), let last = Self.port(ends[ends.count - 1]), first <= last else {
            return nil
        }
        self.first = first
        self.last = last
    }

    private static func port(_ text: Substring) -> UInt16? {
        guard 1...5 ~= text.utf8.count, text.utf8.allSatisfy(ByteClass.isDigit), let port = UInt16(text) else {
            return nil
        }
        return port > 0 ? port : nil
    }

    package func contains(_ port: UInt16) -> Bool { first <= port && port <= last }

    package var text: String { first == last ? "\(first)" : "\(first)-\(last)" }
}
