import NIOHTTP1

/// Bounds on what a connection may send.
package enum ConnectionLimits {
    /// Of one header field, and of all together.
    package static let maximumHeadBytes = 32_768
    package static let maximumFields = 100
    /// Of a request's body, unless its path takes more.
    package static let maximumBodyBytes = 65_536
    /// How long a request's body may take to come.
    package static let bodyTimeout: Duration = .seconds(15)

    static var decoder: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = maximumHeadBytes
        limits.maxHeaderListSize = maximumHeadBytes
        limits.maxHeaderFieldCount = maximumFields
        return limits
    }
}
