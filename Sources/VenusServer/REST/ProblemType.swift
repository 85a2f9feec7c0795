/// Every type of problem this server answers with: `openapi.json` has them from here.
package enum ProblemType: String, Sendable, CaseIterable {
    case bodyTooLarge = "body-too-large"
    case busy
    case conflict
    case csrfTokenMissing = "csrf-token-missing"
    case dashboardAbsent = "dashboard-absent"
    case failed
    case headTooLarge = "head-too-large"
    case hostNotAllowed = "host-not-allowed"
    case invalidBody = "invalid-body"
    case invalidParameter = "invalid-parameter"
    case keysNotAllowed = "keys-not-allowed"
    case malformedHandshake = "malformed-handshake"
    case malformedRequest = "malformed-request"
    case mediaTypeNotSupported = "media-type-not-supported"
    case methodNotAllowed = "method-not-allowed"
    case notFound = "not-found"
    case notPossible = "not-possible"
    case originNotAllowed = "origin-not-allowed"
    case passwordRefused = "password-refused"
    case roleTooLow = "role-too-low"
    case scopeMissing = "scope-missing"
    case sessionNotValid = "session-not-valid"
    case signInRefused = "sign-in-refused"
    case storeUnavailable = "store-unavailable"
    case targetTooLong = "target-too-long"
    case tooManySignIns = "too-many-sign-ins"
    case unauthenticated
    case unknownParameter = "unknown-parameter"
    case upgradeRequired = "upgrade-required"

    /// As a problem's member `type` has it; stable.
    package var urn: String { "urn:venus:problem:" + rawValue }
}
