/// Tells session tickets from responses in TLS 1.3, where both are encrypted: a server sends its tickets as soon as it
/// has the client's Finished (RFC 8446, section 4.6.1), often while the client's first request is on its way.
///
/// Two records of one length close together, of a ticket's size, are tickets. A single one may be: it was, if it came
/// as fast as only a ticket can and something else follows; if nothing follows it was the response.
package struct SessionTicketFilter: Sendable {
    /// A ticket has been seen with 150 to 650 bytes, two in one record with up to 600, and Java's, which holds the
    /// session, with 1,100.
    private static let ticketBytes = 50...2_048
    /// Most tickets that are taken for such.
    private static let maximumTickets = 4
    /// Microseconds that a server may take, above two round trips, for a ticket to be prompt.
    private static let slack: UInt64 = 5_000
    /// Microseconds that a ticket may be behind the one before, above that: a sender that gathers small segments (RFC
    /// 896) waits for the first to be acknowledged, and Linux delays that by at most so long.
    private static let acknowledgementDelay: UInt64 = 200_000

    /// A record that may be a ticket or a response.
    package struct Candidate: Sendable, Hashable {
        package var length: Int
        package var time: SteadyTime
        /// Whether it came as fast as a ticket does.
        package var isPrompt: Bool

        /// With its header.
        var bytes: UInt64 { UInt64(TLSRecord.headerBytes + length) }
    }

    package enum Verdict: Sendable, Hashable {
        case ticket
        /// Not known yet: it is the ``candidate``.
        case undecided
        case data
        /// Data, and the candidate before was data as well.
        case dataAsBefore(Candidate)
    }

    private enum Stage: Sendable {
        case nothingSeen
        case candidate(Candidate)
        /// `time`: of the last.
        case tickets(length: Int, count: Int, time: SteadyTime)
        case over
    }

    private var stage: Stage
    private let promptUntil: SteadyTime
    /// Microseconds within which only a ticket comes: no dependency answers as fast.
    let promptTime: UInt64

    /// `isExpecting`: tickets cannot be told from data.
    package init(isExpecting: Bool, handshakeEnd: SteadyTime, roundTrip: UInt64) {
        stage = isExpecting ? .nothingSeen : .over
        promptTime = Self.promptTime(roundTrip)
        promptUntil = handshakeEnd + promptTime
    }

    /// Until when something comes that a server says as soon as it has the client's Finished.
    static func promptEnd(_ handshakeEnd: SteadyTime, _ roundTrip: UInt64) -> SteadyTime {
        handshakeEnd + promptTime(roundTrip)
    }

    private static func promptTime(_ roundTrip: UInt64) -> UInt64 { 2 * roundTrip + slack }

    package var candidate: Candidate? {
        if case .candidate(let candidate) = stage { candidate } else { nil }
    }

    /// A record of the server that is no alert.
    package mutating func record(_ length: Int, at time: SteadyTime) -> Verdict {
        switch stage {
        case .over: return .data
        case .nothingSeen:
            guard Self.ticketBytes.contains(length) else { break }
            stage = .candidate(Candidate(length: length, time: time, isPrompt: time <= promptUntil))
            return .undecided
        case .candidate(let candidate):
            if length == candidate.length, time <= candidate.time + promptTime + Self.acknowledgementDelay {
                stage = .tickets(length: length, count: 2, time: time)
                return .ticket
            }
            stage = .over
            return candidate.isPrompt ? .data : .dataAsBefore(candidate)
        case .tickets(let known, let count, let last):
            if length == known, count < Self.maximumTickets, time <= last + promptTime + Self.acknowledgementDelay {
                stage = .tickets(length: known, count: count + 1, time: time)
                return .ticket
            }
        }
        stage = .over
        return .data
    }

    /// Bytes of the server whose records are not known: data, as no tickets come among bulk. The candidate, if it was
    /// data as well.
    package mutating func dataFollows() -> Candidate? {
        defer { stage = .over }
        return candidate.flatMap { $0.isPrompt ? nil : $0 }
    }

    /// The client's first request begins: what came before it was no response.
    package mutating func requestBegan() { dismissCandidate() }

    /// The candidate was a ticket.
    package mutating func dismissCandidate() {
        if case .candidate(let candidate) = stage {
            stage = .tickets(length: candidate.length, count: 1, time: candidate.time)
        }
    }

    /// The candidate was a response.
    package mutating func takeCandidate() -> Candidate? {
        guard case .candidate(let candidate) = stage else { return nil }
        stage = .over
        return candidate
    }
}
