/// How a gRPC call ended, by its `grpc-status` (the status codes of gRPC's core documentation).
public enum GRPCStatus: UInt8, Sendable, Hashable, CaseIterable {
    case ok = 0
    case cancelled = 1
    case unknown = 2
    case invalidArgument = 3
    case deadlineExceeded = 4
    case notFound = 5
    case alreadyExists = 6
    case permissionDenied = 7
    case resourceExhausted = 8
    case failedPrecondition = 9
    case aborted = 10
    case outOfRange = 11
    case unimplemented = 12
    case `internal` = 13
    case unavailable = 14
    case dataLoss = 15
    case unauthenticated = 16

    /// The field's value; whatever is no status counts as ``unknown``, as gRPC's clients take it.
    public init(field: some Collection<UInt8>) {
        var number = 0
        for byte in field {
            guard byte &- 0x30 < 10, number < 10 else {
                self = .unknown
                return
            }
            number = number * 10 + Int(byte &- 0x30)
        }
        self = field.isEmpty ? .unknown : GRPCStatus(rawValue: UInt8(number)) ?? .unknown
    }

    /// The statuses that say that the server failed are server errors, as 5xx is; others than OK are client errors.
    public var outcome: Outcome {
        switch self {
        case .ok: .success
        case .unknown, .deadlineExceeded, .unimplemented, .internal, .unavailable, .dataLoss: .serverError
        case .cancelled, .invalidArgument, .notFound, .alreadyExists, .permissionDenied, .resourceExhausted,
            .failedPrecondition, .aborted, .outOfRange, .unauthenticated:
            .clientError
        }
    }

    /// What a call that ended so carries beside its HTTP status, which is 200; `nil` for OK.
    public var errorType: ErrorType? {
        switch self {
        case .ok: nil
        case .cancelled: .grpcCancelled
        case .unknown: .grpcUnknown
        case .invalidArgument: .grpcInvalidArgument
        case .deadlineExceeded: .grpcDeadlineExceeded
        case .notFound: .grpcNotFound
        case .alreadyExists: .grpcAlreadyExists
        case .permissionDenied: .grpcPermissionDenied
        case .resourceExhausted: .grpcResourceExhausted
        case .failedPrecondition: .grpcFailedPrecondition
        case .aborted: .grpcAborted
        case .outOfRange: .grpcOutOfRange
        case .unimplemented: .grpcUnimplemented
        case .internal: .grpcInternal
        case .unavailable: .grpcUnavailable
        case .dataLoss: .grpcDataLoss
        case .unauthenticated: .grpcUnauthenticated
        }
    }
}
