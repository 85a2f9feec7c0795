import VenusCore

/// What heartbeats say of policy and pins, as text: columns between tabs, with the escapes of ``TextEscape``.
///
/// `policy` is one line: mode, digest, rules, since (ms), denied, would be denied, and where the file cannot be used,
/// since when (ms) and why. `pins` has a line for each: client, host, learned, expires (s); `announce` one for each
/// address. Columns that a newer version puts behind these are passed over, and so is a mode that this version does not
/// know.
enum ReportLines {
    private static let maximumPolicyBytes = 8_192
    private static let maximumPinsBytes = 256 << 10
    /// Latest instant, in milliseconds since the epoch: the end of the year 9999.
    private static let maximumTime = BlockDecoder.maximumTime / 1_000
    private static let maximumDigestBytes = 128
    /// A name of 253 bytes, or an address, and a port.
    private static let maximumAddressBytes = 300

    static func append(_ report: ProxyReport, to fields: inout [EntryField]) {
        if let startedAt = report.startedAt {
            fields.append(EntryField(BlockField.started.rawValue, String(max(0, startedAt))))
        }
        if let policy = report.policy { fields.append(EntryField(BlockField.policy.rawValue, line(policy))) }
        let announced = report.announced.filter { !$0.isEmpty && $0.utf8.count <= maximumAddressBytes }
        if !announced.isEmpty {
            let lines = announced.prefix(ProxyReport.maximumAnnounced).map { joined([$0]) }
            fields.append(
                EntryField(BlockField.announced.rawValue, Array(lines.joined(separator: [UInt8(ascii: "\n")]))))
        }
        guard report.pinCount > 0 else { return }
        fields.append(EntryField(BlockField.pinCount.rawValue, String(report.pinCount)))
        var lines: [UInt8] = []
        for pin in report.pins.prefix(ProxyReport.maximumPins) {
            let line = joined([pin.client, pin.host, String(max(0, pin.learned)), String(max(0, pin.expires))])
            // What a reader would refuse is left out.
            guard max(pin.client.utf8.count, pin.host.utf8.count) <= BlockDecoder.maximumNameBytes,
                lines.count + line.count < maximumPinsBytes
            else { continue }
            if !lines.isEmpty { lines.append(UInt8(ascii: "\n")) }
            lines += line
        }
        fields.append(EntryField(BlockField.pins.rawValue, lines))
    }

    private static func line(_ policy: PolicyReport) -> [UInt8] {
        var columns = [
            policy.mode.rawValue, policy.digest, String(max(0, policy.rules)), String(max(0, policy.since)),
            String(policy.denied), String(policy.wouldBeDenied),
        ]
        if let fault = policy.fault { columns += [String(max(0, fault.since)), fault.reason] }
        return joined(columns)
    }

    private static func joined(_ columns: [String]) -> [UInt8] {
        var line: [UInt8] = []
        for (place, column) in columns.enumerated() {
            if place > 0 { line.append(UInt8(ascii: "\t")) }
            TextEscape.append(column.utf8, to: &line)
        }
        return line
    }

    static func report(_ fields: BlockFields) throws(BlockDecodingError) -> ProxyReport {
        let started = try fields.count(.started)
        guard started ?? 0 <= maximumTime else { throw .invalidNumber(.started) }
        var report = ProxyReport(startedAt: started.map { Int64($0) })
        if let line = try fields.optionalBytes(.policy, most: maximumPolicyBytes) {
            report.policy = try policy(columns(line[...]))
        }
        if let lines = try fields.optionalBytes(.pins, most: maximumPinsBytes), !lines.isEmpty {
            for line in lines.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
                guard report.pins.count < ProxyReport.maximumPins else { throw .tooLarge(.pins) }
                report.pins.append(try pin(columns(line)))
            }
        }
        let most = ProxyReport.maximumAnnounced * (maximumAddressBytes + 1) * 4
        if let lines = try fields.optionalBytes(.announced, most: most), !lines.isEmpty {
            for line in lines.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
                guard report.announced.count < ProxyReport.maximumAnnounced else { throw .tooLarge(.announced) }
                guard let address = columns(line).first.flatMap({ text($0, most: maximumAddressBytes) }),
                    !address.isEmpty
                else { throw .invalidText(.announced) }
                report.announced.append(address)
            }
        }
        report.pinCount = max(report.pins.count, try fields.count(.pinCount) ?? 0)
        return report
    }

    static func sentAt(_ fields: BlockFields) throws(BlockDecodingError) -> Int64? {
        guard let sent = try fields.count(.sent) else { return nil }
        guard sent <= maximumTime else { throw .invalidNumber(.sent) }
        return Int64(sent)
    }

    private static func policy(_ columns: [ArraySlice<UInt8>]) throws(BlockDecodingError) -> PolicyReport? {
        guard columns.count >= 6, let mode = text(columns[0], most: 32),
            let digest = text(columns[1], most: maximumDigestBytes),
            let rules = count(columns[2]), let since = time(columns[3], most: maximumTime),
            let denied = count(columns[4]), let wouldBeDenied = count(columns[5])
        else { throw .invalidText(.policy) }
        var fault: PolicyReport.Fault?
        if columns.count >= 8 {
            guard let since = time(columns[6], most: maximumTime),
                let reason = text(columns[7], most: PolicyReport.Fault.maximumReasonBytes)
            else { throw .invalidText(.policy) }
            fault = PolicyReport.Fault(reason: reason, since: since)
        }
        guard let mode = PolicyReport.Mode(rawValue: mode) else { return nil }
        return PolicyReport(
            mode: mode, digest: digest, rules: rules, since: since, denied: UInt64(denied),
            wouldBeDenied: UInt64(wouldBeDenied), fault: fault)
    }

    private static func pin(_ columns: [ArraySlice<UInt8>]) throws(BlockDecodingError) -> PinnedClient {
        guard columns.count >= 4, let client = text(columns[0], most: BlockDecoder.maximumNameBytes),
            let host = text(columns[1], most: BlockDecoder.maximumNameBytes),
            let learned = time(columns[2], most: maximumTime / 1_000),
            let expires = time(columns[3], most: maximumTime / 1_000)
        else { throw .invalidText(.pins) }
        return PinnedClient(client: client, host: host, learned: learned, expires: expires)
    }

    private static func columns(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        line.split(separator: UInt8(ascii: "\t"), maxSplits: 16, omittingEmptySubsequences: false)
    }

    /// One that fits into 63 bits.
    private static func count(_ digits: ArraySlice<UInt8>) -> Int? {
        BlockFields.number(digits).flatMap { Int(exactly: $0) }
    }

    private static func time(_ digits: ArraySlice<UInt8>, most: Int64) -> Int64? {
        guard let time = BlockFields.number(digits), time <= UInt64(most) else { return nil }
        return Int64(time)
    }

    /// NUL is refused, because PostgreSQL has no text that holds it.
    private static func text(_ column: ArraySlice<UInt8>, most: Int) -> String? {
        guard let bytes = TextEscape.unescape(column), bytes.count <= most, !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}
