/// The low-cardinality name of what failed in a call without a usable response, or of the error that a gRPC call ended
/// with.
///
/// The names are RFC 9209 `Proxy-Status` error types, and `caller_timeout` for a caller that gave up on a silent
/// dependency. The raw value is the code in the call log; codes are only ever appended, never changed or reused.
/// Other calls with a client or server error carry no code: their error type is the status, as text.
public enum ErrorType: UInt8, Sendable, Hashable, CaseIterable {
    case dnsTimeout = 1
    case dnsError = 2
    case destinationNotFound = 3
    case destinationUnavailable = 4
    case destinationIPProhibited = 5
    case destinationIPUnroutable = 6
    case connectionRefused = 7
    case connectionTerminated = 8
    case connectionTimeout = 9
    case connectionReadTimeout = 10
    case connectionWriteTimeout = 11
    case connectionLimitReached = 12
    case tlsProtocolError = 13
    case tlsCertificateError = 14
    case tlsAlertReceived = 15
    case httpRequestError = 16
    case httpRequestDenied = 17
    case httpResponseIncomplete = 18
    case httpResponseHeaderSectionSize = 19
    case httpResponseTransferCoding = 20
    case httpResponseTimeout = 21
    case httpUpgradeFailed = 22
    case httpProtocolError = 23
    case proxyInternalError = 24
    case proxyLoopDetected = 25
    /// The caller left before the first response byte after waiting at least `caller_patience`. Ours, not RFC 9209's.
    case callerTimeout = 26
    /// An upstream proxy of ours does not take what it is told: its address, its kind or our credentials are wrong.
    case proxyConfigurationError = 27
    // The gRPC statuses, 100 and the status; in a call that was answered with status 200.
    case grpcCancelled = 101
    case grpcUnknown = 102
    case grpcInvalidArgument = 103
    case grpcDeadlineExceeded = 104
    case grpcNotFound = 105
    case grpcAlreadyExists = 106
    case grpcPermissionDenied = 107
    case grpcResourceExhausted = 108
    case grpcFailedPrecondition = 109
    case grpcAborted = 110
    case grpcOutOfRange = 111
    case grpcUnimplemented = 112
    case grpcInternal = 113
    case grpcUnavailable = 114
    case grpcDataLoss = 115
    case grpcUnauthenticated = 116

    /// The name in `Proxy-Status`, the API and the user interface.
    public var name: String { String(describing: staticName) }

    /// ``name`` without an allocation, for the proxy's own error responses.
    public var staticName: StaticString {
        switch self {
        case .dnsTimeout: "dns_timeout"
        case .dnsError: "dns_error"
        case .destinationNotFound: "destination_not_found"
        case .destinationUnavailable: "destination_unavailable"
        case .destinationIPProhibited: "destination_ip_prohibited"
        case .destinationIPUnroutable: "destination_ip_unroutable"
        case .connectionRefused: "connection_refused"
        case .connectionTerminated: "connection_terminated"
        case .connectionTimeout: "connection_timeout"
        case .connectionReadTimeout: "connection_read_timeout"
        case .connectionWriteTimeout: "connection_write_timeout"
        case .connectionLimitReached: "connection_limit_reached"
        case .tlsProtocolError: "tls_protocol_error"
        case .tlsCertificateError: "tls_certificate_error"
        case .tlsAlertReceived: "tls_alert_received"
        case .httpRequestError: "http_request_error"
        case .httpRequestDenied: "http_request_denied"
        case .httpResponseIncomplete: "http_response_incomplete"
        case .httpResponseHeaderSectionSize: "http_response_header_section_size"
        case .httpResponseTransferCoding: "http_response_transfer_coding"
        case .httpResponseTimeout: "http_response_timeout"
        case .httpUpgradeFailed: "http_upgrade_failed"
        case .httpProtocolError: "http_protocol_error"
        case .proxyInternalError: "proxy_internal_error"
        case .proxyLoopDetected: "proxy_loop_detected"
        case .callerTimeout: "caller_timeout"
        case .proxyConfigurationError: "proxy_configuration_error"
        case .grpcCancelled: "grpc_cancelled"
        case .grpcUnknown: "grpc_unknown"
        case .grpcInvalidArgument: "grpc_invalid_argument"
        case .grpcDeadlineExceeded: "grpc_deadline_exceeded"
        case .grpcNotFound: "grpc_not_found"
        case .grpcAlreadyExists: "grpc_already_exists"
        case .grpcPermissionDenied: "grpc_permission_denied"
        case .grpcResourceExhausted: "grpc_resource_exhausted"
        case .grpcFailedPrecondition: "grpc_failed_precondition"
        case .grpcAborted: "grpc_aborted"
        case .grpcOutOfRange: "grpc_out_of_range"
        case .grpcUnimplemented: "grpc_unimplemented"
        case .grpcInternal: "grpc_internal"
        case .grpcUnavailable: "grpc_unavailable"
        case .grpcDataLoss: "grpc_data_loss"
        case .grpcUnauthenticated: "grpc_unauthenticated"
        }
    }
}
