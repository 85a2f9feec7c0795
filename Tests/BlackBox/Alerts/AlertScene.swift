import Foundation
import Glibc
import TestSupport

/// A `venus up` whose one dependency is called without pause, and a receiver of messages about it.
struct AlertScene {
    let venus: VenusUp
    let origin: Origin
    let receiver: ChildProcess
    let caller: SteadyCalls
    /// The receiver's id.
    let webhook: String
    /// Of the server that runs now.
    private(set) var api: VenusAPI

    /// - Parameters:
    ///   - behaviours: of the receiver, one a message; 200 ever after.
    ///   - gather: how long alerts gather before the first message.
    init(_ behaviours: [String] = [], gather: String = "0s") async throws {
        origin = try Origin()
        venus = try await VenusUp(
            environment: AlertBench.environment.merging(["VENUS_ALERTS_GATHER": gather]) { $1 })
        api = try await venus.signIn()
        (receiver, webhook) = try await AlertBench.receiver(of: api, in: venus.directory, behaviours)
        caller = SteadyCalls(through: venus.proxyPort, origin)
    }

    var messages: [AlertBench.Message] { get throws { try AlertBench.messages(receiver) } }

    /// Waits until the receiver was sent so many messages.
    func told(_ count: Int, _ what: String) async throws {
        try await eventually(within: .seconds(90), "\(what)") {
            guard try messages.count >= count else {
                throw TestFailure(
                    "\(try messages)\n\(try await api.get("/alerts?state=pending"))\n\(venus.process.transcript)")
            }
            return true
        }
    }

    /// Messages that the receiver has not taken.
    var waiting: Int? { get async throws { try await api.get("/webhooks")["items"].array.first?["waiting"].int } }

    func stored() async throws {
        try await eventually(within: .seconds(10), "that it is stored that the message was taken") {
            try await waiting == 0
        }
    }

    func isOver(_ what: String) async throws {
        try await eventually(within: .seconds(60), "\(what)") { try await api.get("/alerts")["items"].array.isEmpty }
    }

    /// Kills it, so that nothing is said of a goodbye, and starts it again.
    mutating func kill() async throws {
        venus.process.signal(SIGKILL)
        try await venus.process.waitForExit()
        try await start()
    }

    mutating func start() async throws {
        try await venus.start()
        api = try await venus.signIn()
    }
}
