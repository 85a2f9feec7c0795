extension SQLSession {
    func beginSignIn(_ subjects: [SignInSubject], now: Int64) throws -> Int64 {
        // Always in the same order, so that no two transactions wait for each other.
        let subjects = subjects.sorted()
        var all = try subjects.map { try attempts(of: $0) }
        let wait = zip(subjects, all).map { $1.wait($0.patience, now: now) }.max() ?? 0
        guard wait == 0 else { return wait }
        for (index, subject) in subjects.enumerated() {
            all[index].began(subject.patience, now: now)
            try write(all[index], of: subject)
        }
        return 0
    }

    func takeBackSignIn(_ subjects: [SignInSubject]) throws {
        for subject in subjects.sorted() {
            var attempts = try attempts(of: subject)
            attempts.succeeded()
            if attempts.failures == 0 { try forgetSignIns(subject) } else { try write(attempts, of: subject) }
        }
    }

    func forgetSignIns(_ subject: SignInSubject) throws {
        try execute("DELETE FROM sign_in_attempts WHERE subject = $1", [.text(subject.text)])
    }

    func removeOldAttempts(now: Int64, keeping count: Int) throws {
        try execute(
            "DELETE FROM sign_in_attempts WHERE last_at < $1", [.millisecond(max(0, now - SignInAttempts.memory))])
        try execute(
            """
            DELETE FROM sign_in_attempts WHERE last_at < (
                SELECT last_at FROM sign_in_attempts ORDER BY last_at DESC LIMIT 1 OFFSET $1
            )
            """, [.count(max(0, count - 1))])
    }

    /// Nobody else changes them before the end of the transaction.
    private func attempts(of subject: SignInSubject) throws -> SignInAttempts {
        let rows = try query(
            """
            INSERT INTO sign_in_attempts AS held (subject, failures, last_at, blocked_until)
            VALUES ($1, 0, \(dialect.epoch), \(dialect.epoch))
            ON CONFLICT (subject) DO UPDATE SET failures = held.failures
            RETURNING failures, last_at, blocked_until
            """, [.text(subject.text)])
        guard let row = rows.first else { throw StoreError(.corrupt, "attempts that were written are not there") }
        return SignInAttempts(
            failures: try row.int(0), lastAt: try row.millisecond(1), blockedUntil: try row.millisecond(2))
    }

    private func write(_ attempts: SignInAttempts, of subject: SignInSubject) throws {
        try execute(
            "UPDATE sign_in_attempts SET failures = $2, last_at = $3, blocked_until = $4 WHERE subject = $1",
            [
                .text(subject.text), .count(attempts.failures), .millisecond(attempts.lastAt),
                .millisecond(attempts.blockedUntil),
            ])
    }
}
