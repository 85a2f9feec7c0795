import Testing
import VenusCallLog

@Suite("A conversation with Redis")
struct RedisConnectionStateMachineTests {
    typealias Machine = RedisConnectionStateMachine

    private static let ok = RedisReply.status(Array("OK".utf8))
    private static let ping = [Array("PING".utf8)]

    private func ready(_ url: String = "redis://h") throws -> Machine {
        var machine = Machine(url: try RedisURL(url))
        #expect(machine.connected() == [.ready])
        return machine
    }

    @Test("user, password and database are set up before anything else")
    func setup() throws {
        var machine = Machine(url: try RedisURL("redis://app:secret@h/2"))
        #expect(
            machine.connected() == [
                .send(["AUTH", "app", "secret"].map { Array($0.utf8) }), .send(["SELECT", "2"].map { Array($0.utf8) }),
            ])
        #expect(machine.received(Self.ok) == [])
        #expect(machine.received(Self.ok) == [.ready])
    }

    @Test("a password alone is sent alone")
    func passwordAlone() throws {
        var machine = Machine(url: try RedisURL("redis://:secret@h"))
        #expect(machine.connected() == [.send(["AUTH", "secret"].map { Array($0.utf8) })])
        #expect(machine.received(Self.ok) == [.ready])
    }

    @Test("a refused password ends the connection, and what the server quotes is not passed on")
    func refusedPassword() throws {
        var machine = Machine(url: try RedisURL("redis://:hunter2@h"))
        _ = machine.connected()
        let reply = RedisReply.error("ERR unknown command 'AUTH', with args beginning with: 'hunter2'")
        #expect(
            machine.received(reply) == [.close(CallLogError(.refused, "Redis refused the user or password (ERR)"))])
    }

    @Test("a server that is still loading is unavailable, not refusing")
    func loading() throws {
        var machine = Machine(url: try RedisURL("redis://:hunter2@h"))
        _ = machine.connected()
        let actions = machine.received(.error("LOADING Redis is loading the dataset in memory"))
        #expect(actions == [.close(CallLogError(.unavailable, "Redis is not ready: LOADING"))])
    }

    @Test("replies go to the commands in their order, errors as errors")
    func replies() throws {
        var machine = try ready()
        for id in 1...3 as ClosedRange<UInt64> { #expect(machine.submit(id, Self.ping) == [.send(Self.ping)]) }
        #expect(machine.received(.integer(7)) == [.succeed(1, .integer(7))])
        let refused = machine.received(.error("OOM command not allowed"))
        #expect(refused == [.fail(2, CallLogError(.refused, "Redis refused: OOM command not allowed"))])
        #expect(machine.received(.null) == [.succeed(3, .null)])
    }

    @Test("the reply of a command that nobody waits for goes to nobody else")
    func forgotten() throws {
        var machine = try ready()
        _ = machine.submit(1, Self.ping)
        _ = machine.submit(2, Self.ping)
        machine.forget(1)
        #expect(machine.received(.integer(1)) == [])
        #expect(machine.received(.integer(2)) == [.succeed(2, .integer(2))])
    }

    @Test("a broken connection fails every command in flight, once, and every later one")
    func broken() throws {
        var machine = try ready()
        _ = machine.submit(1, Self.ping)
        _ = machine.submit(2, Self.ping)
        let error = CallLogError(.unavailable, "gone")
        #expect(machine.disconnected(error) == [.fail(1, error), .fail(2, error), .close(error)])
        #expect(machine.disconnected(error) == [])
        #expect(machine.timedOut() == [])
        #expect(machine.received(.null) == [])
        #expect(machine.submit(3, Self.ping) == [.fail(3, error)])
    }

    @Test("a reply that nobody asked for ends the connection")
    func unasked() throws {
        var machine = try ready()
        guard case .close(let error) = machine.received(.null).first else {
            Issue.record("the connection goes on")
            return
        }
        #expect(error.code == .protocolViolation)
    }

    @Test("commands in flight are bounded")
    func bounded() throws {
        var machine = try ready()
        for id in 0..<UInt64(Machine.maximumCommands) { #expect(machine.submit(id, Self.ping) == [.send(Self.ping)]) }
        guard case .fail(5_000, let error) = machine.submit(5_000, Self.ping).first else {
            Issue.record("there is no bound")
            return
        }
        #expect(error.code == .unavailable)
        // One answer makes room for one more, over and over.
        for id in 0..<UInt64(3 * Machine.maximumCommands) {
            #expect(machine.received(.null) == [.succeed(id, .null)])
            #expect(machine.submit(id + UInt64(Machine.maximumCommands), Self.ping) == [.send(Self.ping)])
        }
    }

    @Test("a cluster's redirection says where the key is; an error that only looks like one is an error")
    func redirection() throws {
        var machine = try ready()
        for id in 1...4 as ClosedRange<UInt64> { _ = machine.submit(id, Self.ping) }
        let moved = try #require(RedisRedirection(error: "MOVED 866 10.0.0.1:6380"))
        #expect(moved.kind == .moved && moved.slot == 866 && moved.address.description == "10.0.0.1:6380")
        #expect(machine.received(.error("MOVED 866 10.0.0.1:6380")) == [.redirect(1, moved)])
        let ask = try #require(RedisRedirection(error: "ASK 1 ::1:7000"))
        #expect(ask.kind == .ask && ask.address.description == "[::1]:7000")
        #expect(machine.received(.error("ASK 1 ::1:7000")) == [.redirect(2, ask)])
        #expect(RedisRedirection(error: "MOVED 1 :7000")?.address.host == "")
        for text in [
            "MOVED 16384 h:1", "MOVED -1 h:1", "MOVED 1 h:0", "MOVED 1 h", "MOVED", "ASK 1 h:1 x", "ERR 1 h:1",
        ] {
            #expect(RedisRedirection(error: text) == nil, "\(text)")
        }
        guard case .fail(3, _) = machine.received(.error("MOVED 1 h")).first else {
            Issue.record("a broken redirection is taken for one")
            return
        }
        #expect(machine.received(.null) == [.succeed(4, .null)])
    }

    @Test("a command for a slot on its way is announced, and the answer to that is nobody's")
    func asking() throws {
        var machine = try ready()
        #expect(machine.submit(1, Self.ping, isAsking: true) == [.send([Array("ASKING".utf8)]), .send(Self.ping)])
        #expect(machine.submit(2, Self.ping) == [.send(Self.ping)])
        #expect(machine.received(Self.ok) == [])
        #expect(machine.received(.integer(1)) == [.succeed(1, .integer(1))])
        #expect(machine.received(.integer(2)) == [.succeed(2, .integer(2))])
    }

    @Test("of several servers only the master is used; one that may not tell is taken for it")
    func role() throws {
        func connected() throws -> Machine {
            var machine = Machine(url: try RedisURL("redis://:secret@a,b"))
            #expect(
                machine.connected() == [
                    .send(["AUTH", "secret"].map { Array($0.utf8) }), .send([Array("ROLE".utf8)]),
                ])
            #expect(machine.received(Self.ok) == [])
            return machine
        }
        func answer(_ role: String) -> RedisReply { .array([.string(Array(role.utf8)), .integer(0)]) }
        var machine = try connected()
        #expect(machine.received(answer("master")) == [.ready])
        for role in ["slave", "sentinel"] {
            machine = try connected()
            #expect(machine.received(answer(role)) == [.close(CallLogError(.unavailable, "this Redis is a replica"))])
        }
        machine = try connected()
        #expect(machine.received(.error("NOPERM this user has no permissions to run the 'role' command")) == [.ready])
        machine = try connected()
        guard case .close(let error) = machine.received(.integer(1)).first else {
            Issue.record("an answer that is no role is taken for one")
            return
        }
        #expect(error.code == .protocolViolation)
    }

    @Test("a master that is one no longer ends the connection, so that the next finds the new one")
    func demoted() throws {
        var machine = try ready()
        _ = machine.submit(1, Self.ping)
        _ = machine.submit(2, Self.ping)
        let error = CallLogError(.unavailable, "this Redis is a replica")
        #expect(
            machine.received(.error("READONLY You can't write against a read only replica."))
                == [.fail(1, error), .fail(2, error), .close(error)])
    }
}
