import Glibc

/// Why a producer's file could not be made.
package struct ProducerFileError: Error, CustomStringConvertible {
    package let description: String

    package init(_ what: String) { description = what }

    package init(_ what: String, _ code: CInt) { description = "\(what): \(String(cString: strerror(code)))" }
}
