import Glibc

/// The pins of one data directory, a line each: when it expires, when it was learned, client and host, with tabs
/// between. Times are in seconds since the epoch.
package struct PinsFile: Sendable {
    private static let heading =
        "# Clients that do not take our certificate, and the hosts where they are passed through: `venus ca pinned`.\n"
    private static let maximumBytes = 8 << 20

    private let file: PrivateFile

    package init(path: String) { file = PrivateFile(path: path) }

    package var path: String { file.path }

    var fingerprint: PrivateFile.Fingerprint? { file.fingerprint }

    /// The pins in the file; none where there is no file. Lines that make no sense are left out.
    package func read() throws(CertificateError) -> [PinnedHost: PinTable.Pin] {
        guard let bytes = try file.read(maximumBytes: Self.maximumBytes) else { return [:] }
        return Self.parse(String(decoding: bytes, as: UTF8.self))
    }

    /// Changes the pins, while nobody else does, and writes those that have not expired.
    package func edit<Result>(
        now: Int64, _ change: (inout [PinnedHost: PinTable.Pin]) -> Result
    ) throws(CertificateError) -> (result: Result, pins: [PinnedHost: PinTable.Pin]) {
        try file.locked { () throws(CertificateError) in
            let before = try read()
            var pins = before
            let result = change(&pins)
            pins = pins.filter { now < $0.value.expires }
            if pins != before { try file.replace(with: Array(Self.text(pins).utf8)) }
            return (result, pins)
        }
    }

    static func text(_ pins: [PinnedHost: PinTable.Pin]) -> String {
        // Those that last longest survive a table that is too small.
        let sorted = pins.sorted {
            ($1.value.expires, $0.key.host, $0.key.client) < ($0.value.expires, $1.key.host, $1.key.client)
        }
        return heading
            + sorted.prefix(PinTable.maximumPins).map { host, pin in
                "\(pin.expires)\t\(pin.learned)\t\(host.client)\t\(host.host)\n"
            }.joined()
    }

    static func parse(_ text: String) -> [PinnedHost: PinTable.Pin] {
        var result: [PinnedHost: PinTable.Pin] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") && result.count < PinTable.maximumPins {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count == 4, let expires = Int64(fields[0]), let learned = Int64(fields[1]),
                !fields[2].isEmpty, !fields[3].isEmpty
            else { continue }
            result[PinnedHost(client: String(fields[2]), host: String(fields[3]))] = .init(
                learned: learned, expires: expires)
        }
        return result
    }
}
