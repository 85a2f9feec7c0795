package import Logging
import Synchronization

/// Turns a secret or a one-time sign-in token into a session, at a bounded rate.
package final class SignIn: Sendable {
    package enum Credential: Sendable {
        /// The administrator's secret.
        case secret(String)
        /// The token of a sign-in link.
        case oneTime(String)
    }

    private let secret: AdministratorSecret
    private let sessions: Sessions
    private let brake = Mutex(SignInBrake())
    private let now: @Sendable () -> Int64

    package init(secret: AdministratorSecret, sessions: Sessions, now: @escaping @Sendable () -> Int64) {
        self.secret = secret
        self.sessions = sessions
        self.now = now
    }

    /// - Parameter address: where the attempt comes from.
    /// - Throws: a ``Problem``, or the store's error.
    package func signIn(
        _ credential: Credential, address: String, logger: Logger
    ) async throws -> (token: Token, expiresAt: Int64) {
        let wait = brake.withLock { brake -> Int64? in
            if let wait = brake.retryAfter(address: address, now: now()) { return wait }
            brake.began(address: address, now: now())
            return nil
        }
        if let wait {
            logger.warning("Too many failed sign-ins", metadata: ["address": "\(address)"])
            throw Problem.tooManySignIns(retryAfter: wait)
        }
        let isGood: Bool
        do {
            switch credential {
            case .secret(let text): isGood = try await secret.verifies(text)
            case .oneTime(let text):
                guard let token = Token(text) else {
                    isGood = false
                    break
                }
                isGood = try await sessions.takeSignInToken(token)
            }
        } catch {
            // Nobody failed but we.
            brake.withLock { $0.succeeded(address: address) }
            throw error
        }
        guard isGood else {
            logger.warning("Refused a sign-in", metadata: ["address": "\(address)"])
            throw Problem.signInRefused
        }
        brake.withLock { $0.succeeded(address: address) }
        logger.info("Signed in", metadata: ["address": "\(address)"])
        return try await sessions.open()
    }
}
