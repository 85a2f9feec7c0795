/// One conversation with Redis, without its socket: first the setup (AUTH, SELECT, ROLE), then commands whose replies
/// come in the order of the commands.
package struct RedisConnectionStateMachine: Sendable {
    /// Most commands that wait for a reply.
    package static let maximumCommands = 1_024

    package typealias CommandID = UInt64

    package enum Action: Sendable, Hashable {
        case send([[UInt8]])
        case succeed(CommandID, RedisReply)
        case fail(CommandID, CallLogError)
        /// The command was not done: the key is at another node of the cluster.
        case redirect(CommandID, RedisRedirection)
        /// The setup is over: commands may come.
        case ready
        /// The connection is of no more use; also the setup failed if it was not ``ready`` yet.
        case close(CallLogError)
    }

    private enum Step: Sendable {
        case authenticate
        case select
        case findRole
    }

    private enum State: Sendable {
        /// The socket is not connected.
        case disconnected
        /// The setup's replies are awaited, in this order.
        case settingUp([Step])
        /// Replies belong to the commands in flight.
        case ready
        /// Nothing is expected any more.
        case closed(CallLogError)
    }

    private let url: RedisURL
    private var state = State.disconnected
    /// Sent and not answered, oldest first; `nil` where nobody waits any more.
    private var inFlight: [CommandID?] = []
    private var head = 0

    package init(url: RedisURL) { self.url = url }

    /// The socket is connected, and encrypted where it should be.
    package mutating func connected() -> [Action] {
        switch state {
        case .disconnected: break
        // The handshake took until its time was over.
        case .closed: return []
        case .settingUp, .ready: preconditionFailure("a socket connects once")
        }
        var steps: [Step] = []
        var actions: [Action] = []
        if let password = url.password {
            steps.append(.authenticate)
            actions.append(.send((["AUTH"] + (url.user.map { [$0] } ?? []) + [password]).map { Array($0.utf8) }))
        }
        if url.database != 0 {
            steps.append(.select)
            actions.append(.send(["SELECT", String(url.database)].map { Array($0.utf8) }))
        }
        if url.mustFindMaster {
            steps.append(.findRole)
            actions.append(.send([Array("ROLE".utf8)]))
        }
        state = steps.isEmpty ? .ready : .settingUp(steps)
        return steps.isEmpty ? [.ready] : actions
    }

    /// - Parameter isAsking: the slot of the command's key is on its way to this node.
    package mutating func submit(_ id: CommandID, _ command: [[UInt8]], isAsking: Bool = false) -> [Action] {
        switch state {
        case .disconnected, .settingUp:
            preconditionFailure("a command is submitted once the connection is ready")
        case .closed(let error): return [.fail(id, error)]
        case .ready:
            guard inFlight.count - head < Self.maximumCommands else {
                return [.fail(id, CallLogError(.unavailable, "too many commands wait for Redis"))]
            }
            guard isAsking else {
                inFlight.append(id)
                return [.send(command)]
            }
            // It holds for the very next command. Nobody waits for its answer.
            inFlight += [nil, id]
            return [.send([Array("ASKING".utf8)]), .send(command)]
        }
    }

    /// Nobody waits for the command any more; its reply will be passed over.
    package mutating func forget(_ id: CommandID) {
        guard let place = inFlight[head...].firstIndex(of: id) else { return }
        inFlight[place] = nil
    }

    /// A command's time is over, or the setup's: later replies could not be told apart in time, so the connection ends.
    package mutating func timedOut() -> [Action] { end(CallLogError(.unavailable, "Redis did not answer in time")) }

    package mutating func received(_ reply: RedisReply) -> [Action] {
        switch state {
        case .disconnected: preconditionFailure("bytes come after the connection")
        case .closed: return []
        case .settingUp(let steps): return setupReply(reply, steps)
        case .ready:
            guard head < inFlight.count else {
                return end(CallLogError(.protocolViolation, "Redis answered something that was not asked"))
            }
            let id = inFlight[head]
            head += 1
            if head == inFlight.count {
                inFlight.removeAll(keepingCapacity: true)
                head = 0
            } else if head >= Self.maximumCommands {
                inFlight.removeFirst(head)
                head = 0
            }
            guard case .error(let text) = reply else { return id.map { [.succeed($0, reply)] } ?? [] }
            if let redirection = RedisRedirection(error: text) { return id.map { [.redirect($0, redirection)] } ?? [] }
            let error = CallLogError(redis: text)
            let failed: [Action] = id.map { [.fail($0, error)] } ?? []
            // What was the master is one no longer: the next connection finds the new one.
            return text.hasPrefix("READONLY") ? failed + end(error) : failed
        }
    }

    /// The socket is closed, or what came makes no sense.
    package mutating func disconnected(_ error: CallLogError) -> [Action] { end(error) }

    private mutating func setupReply(_ reply: RedisReply, _ steps: [Step]) -> [Action] {
        if case .findRole = steps[0] {
            if let error = Self.notMaster(reply) { return end(error) }
        } else if case .error(let text) = reply {
            // Of the text only the code: a server may quote the command, and with it the password.
            let code = text.prefix { $0 != " " }.prefix(32)
            switch CallLogError(redis: text).code {
            case .unavailable: return end(CallLogError(.unavailable, "Redis is not ready: \(code)"))
            case .refused, .protocolViolation, .closed: break
            }
            switch steps[0] {
            case .authenticate: return end(CallLogError(.refused, "Redis refused the user or password (\(code))"))
            case .select: return end(CallLogError(.refused, "Redis refused the database \(url.database) (\(code))"))
            case .findRole: break
            }
        } else if reply.text != "OK" {
            return end(CallLogError(.protocolViolation, "Redis answered the setup with something else than OK"))
        }
        let rest = Array(steps.dropFirst())
        state = rest.isEmpty ? .ready : .settingUp(rest)
        return rest.isEmpty ? [.ready] : []
    }

    /// What speaks against using the server; one that does not tell its role is taken for the master.
    private static func notMaster(_ reply: RedisReply) -> CallLogError? {
        switch reply {
        case .array(let parts) where parts.first?.text == "master": nil
        case .array: CallLogError(.unavailable, "this Redis is a replica")
        case .error(let text):
            CallLogError(redis: text).code == .unavailable
                ? CallLogError(.unavailable, "Redis is not ready: \(text.prefix { $0 != " " }.prefix(32))") : nil
        case .status, .string, .integer, .null:
            CallLogError(.protocolViolation, "Redis answered ROLE with something unexpected")
        }
    }

    private mutating func end(_ error: CallLogError) -> [Action] {
        if case .closed = state { return [] }
        state = .closed(error)
        let waiting = inFlight[head...].compactMap(\.self)
        inFlight = []
        head = 0
        return waiting.map { .fail($0, error) } + [.close(error)]
    }
}
