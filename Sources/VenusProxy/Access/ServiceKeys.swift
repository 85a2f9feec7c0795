/// The keys of the services that may use a proxy, as a keys file has them. Never changed: a file that has changed makes
/// another.
///
/// One key a line: `SERVICE sha256:DIGEST [NOTE]`, the digest in hexadecimal. Empty lines and lines that begin with `#`
/// mean nothing. A service may have several keys, so that a new one can be handed out before the old one is taken away.
public struct ServiceKeys: Sendable {
    package static let maximumBytes = 1 << 20
    package static let maximumKeys = 2_000
    public static let maximumServices = 500

    package let keys: [ServiceKey]
    /// Places in ``keys``.
    private let byDigest: [KeyDigest: Int]

    /// Reads the text of a keys file. Throws ``KeysFileError`` with every line that is wrong; no text of the file is in
    /// it.
    package init(text: String) throws(KeysFileError) {
        guard text.utf8.count <= Self.maximumBytes else { throw .tooLarge }
        var keys: [ServiceKey] = []
        var byDigest: [KeyDigest: Int] = [:]
        var services: Set<String> = []
        var faults: [KeysFileError.Fault] = []
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        for (place, line) in lines.enumerated() where !Self.meansNothing(line) {
            let number = place + 1
            switch Self.read(line, number: number) {
            case .failure(let fault): faults.append(fault)
            case .success(let key):
                if let other = byDigest[key.digest] {
                    faults.append(.init(line: number, reason: "has the same key as line \(keys[other].line)"))
                    continue
                }
                byDigest[key.digest] = keys.count
                keys.append(key)
                services.insert(key.service)
            }
            guard keys.count <= Self.maximumKeys, services.count <= Self.maximumServices else {
                faults.append(
                    .init(
                        line: number,
                        reason: "is one too many: at most \(Self.maximumKeys) keys of \(Self.maximumServices) services")
                )
                break
            }
        }
        guard faults.isEmpty else { throw .invalid(faults) }
        self.keys = keys
        self.byDigest = byDigest
    }

    /// Services that have a key.
    public var services: Set<String> { Set(keys.map(\.service)) }

    /// The service that these credentials are of; `nil` if they are of none. What it does, and so the time it takes,
    /// does not depend on whether there is such a service.
    package func service(of credentials: ProxyCredentials) -> String? {
        guard let place = byDigest[KeyDigest(of: credentials.key)] else { return nil }
        // Whoever has a key may know whose it is.
        return keys[place].service.utf8.elementsEqual(credentials.service) ? keys[place].service : nil
    }

    private static func meansNothing(_ line: Substring) -> Bool {
        guard let first = line.first(where: { !$0.isWhitespace }) else { return true }
        return first == "#"
    }

    private static func read(_ line: Substring, number: Int) -> Result<ServiceKey, KeysFileError.Fault> {
        func fault(_ reason: String) -> Result<ServiceKey, KeysFileError.Fault> {
            .failure(.init(line: number, reason: reason))
        }
        let words = line.split(maxSplits: 2) { $0.isWhitespace }
        guard words.count >= 2 else { return fault("is not `SERVICE sha256:DIGEST [NOTE]`") }
        if let reason = ServiceKey.fault(inName: words[0]) { return fault("names no service: \(reason)") }
        let prefix = "sha256:"
        guard words[1].hasPrefix(prefix) else {
            return fault("holds no digest: expected `sha256:` behind the service, never the key itself")
        }
        guard let digest = KeyDigest(hexadecimal: words[1].dropFirst(prefix.count)) else {
            return fault("holds a digest that is not 64 hexadecimal digits")
        }
        let note = words.count > 2 ? String(words[2]) : ""
        return .success(ServiceKey(service: String(words[0]), digest: digest, note: note, line: number))
    }
}
