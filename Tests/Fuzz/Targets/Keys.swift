import VenusProxy

/// Any text as a keys file: taken whole or refused with a place in it, and what is taken is the same when it is written
/// and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzKeys(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Fuzzing.run(data, size) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let keys: ServiceKeys
        do throws(KeysFileError) { keys = try ServiceKeys(text: text) } catch {
            guard case .invalid(let faults) = error else { return require(false, "a line is named: \(bytes.quoted)") }
            require(!faults.isEmpty, "a refusal has a reason")
            let lines = 1...text.split(omittingEmptySubsequences: false) { $0.isNewline }.count
            require(faults.allSatisfy { lines.contains($0.line) }, "a place in the file: \(bytes.quoted)")
            require("\(error)".utf8.allSatisfy { (0x20..<0x7F).contains($0) }, "no text of the file: \(bytes.quoted)")
            return
        }
        require(keys.keys.count <= ServiceKeys.maximumKeys, "keys are bounded")
        require(keys.services.count <= ServiceKeys.maximumServices, "services are bounded")
        for key in keys.keys {
            require(ServiceKey.fault(inName: key.service) == nil, "a name that fits: \(bytes.quoted)")
            require(KeyDigest(hexadecimal: key.digest.hexadecimal) == key.digest, "a digest is read as it is written")
        }
        require(Set(keys.keys.map(\.digest)).count == keys.keys.count, "no key twice: \(bytes.quoted)")
        let secret = Array("vpk_of_a_service".utf8)
        let added = ServiceKey(service: "of-the-fuzzer", digest: KeyDigest(of: secret))
        guard let again = try? ServiceKeys(text: (keys.keys + [added]).map(\.text).joined(separator: "\n")) else {
            return require(keys.keys.contains { $0.digest == added.digest }, "taken once, refused: \(bytes.quoted)")
        }
        require(again.keys.dropLast().map(\.text) == keys.keys.map(\.text), "the same again: \(bytes.quoted)")
        let name = Array(added.service.utf8)
        let credentials = Credentials(name, secret)
        require(again.service(of: credentials.good) == added.service, "its own key lets a service in")
        require(again.service(of: credentials.otherName) == nil, "the name belongs to the key")
        require(again.service(of: credentials.otherKey) == nil, "the key has to be right")
    }
}

private struct Credentials {
    var good: ProxyCredentials
    var otherName: ProxyCredentials
    var otherKey: ProxyCredentials

    init(_ name: [UInt8], _ key: [UInt8]) {
        // Of `:`.
        guard var credentials = ProxyCredentials(Array("Basic Og==".utf8).span) else { fatalError("no credentials") }
        credentials.service = name
        credentials.key = key
        good = credentials
        otherName = credentials
        otherName.service.append(UInt8(ascii: "x"))
        otherKey = credentials
        otherKey.key.append(UInt8(ascii: "x"))
    }
}
