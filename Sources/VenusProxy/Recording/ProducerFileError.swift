import Glibc

/// Why a producer's file could not be made.
struct ProducerFileError: Error, CustomStringConvertible {
    let description: String

    init(_ what: String) { description = what }

    init(_ what: String, _ code: CInt) { description = "\(what): \(String(cString: strerror(code)))" }
}
