package import VenusProxy
import Yams

/// Reads the text of a policy's file, YAML: what is wrong with it is told with the line, the key and what would be
/// right.
package enum PolicyText {
    /// Throws ``PolicyTextError``.
    package static func policy(_ yaml: String) throws(PolicyTextError) -> EgressPolicy {
        var reading = PolicyReading()
        let policy = reading.policy(yaml)
        guard reading.faults.isEmpty else { throw PolicyTextError(faults: reading.faults) }
        return policy
    }
}

/// Everything that is wrong with a policy's file.
package struct PolicyTextError: Error, Sendable, Hashable, CustomStringConvertible {
    package struct Fault: Sendable, Hashable {
        /// From 1.
        package var line: Int
        /// What is wrong and what would be right, with the key.
        package var problem: String
    }

    /// At least one.
    package var faults: [Fault]

    /// Faults that a message tells; further ones are counted.
    private static let shownFaults = 5

    package var description: String {
        faults.prefix(Self.shownFaults).map { "line \($0.line): \($0.problem)" }.joined(separator: "; ")
            + (faults.count > Self.shownFaults ? "; and \(faults.count - Self.shownFaults) more" : "")
    }
}

/// Goes through the YAML and gathers faults.
private struct PolicyReading {
    private(set) var faults: [PolicyTextError.Fault] = []

    private static let conditions = ["hosts", "ports", "addresses", "services", "methods"]

    mutating func policy(_ yaml: String) -> EgressPolicy {
        var policy = EgressPolicy()
        do {
            guard let root = try Yams.compose(yaml: yaml), root != Node("") else {
                fail(nil, "the file is empty; expected `default: allow` or `default: deny`, and `rules`")
                return policy
            }
            guard case .mapping(let mapping) = root else {
                fail(root, "expected keys: mode, default, rules")
                return policy
            }
            read(mapping, into: &policy)
        } catch let error as YamlError {
            fail(error)
        } catch {
            fail(nil, "the file is not YAML")
        }
        return policy
    }

    private mutating func read(_ mapping: Node.Mapping, into policy: inout EgressPolicy) {
        var hasDefault = false
        for (key, node) in mapping {
            switch key.scalar?.string ?? "" {
            case "mode":
                if let mode = choice(node, "mode", EgressPolicy.Mode.allCases) { policy.mode = mode }
            case "default":
                hasDefault = true
                if let action = choice(node, "default", PolicyRule.Action.allCases) { policy.fallback = action }
            case "rules":
                guard case .sequence(let sequence) = node else {
                    if node != Node("") {
                        fail(node, "rules: expected a list: lines that begin with `- allow:` or `- deny:`")
                    }
                    continue
                }
                policy.rules = sequence.compactMap { rule($0) }
            case let name:
                fail(key, "\(name.shownInError): there is no such key\(hint(name, ["mode", "default", "rules"]))")
            }
        }
        if !hasDefault {
            fail(nil, "default: is missing; expected `allow` or `deny`, for calls that no rule matches")
        }
        if policy.rules.count > EgressPolicy.maximumRules {
            fail(nil, "rules: there are \(policy.rules.count); at most \(EgressPolicy.maximumRules) are taken")
        }
        let size = policy.rules.map(\.size).reduce(0, +)
        if size > EgressPolicy.maximumSize {
            fail(nil, "rules: they have \(size) conditions; at most \(EgressPolicy.maximumSize) are taken")
        }
    }

    private mutating func rule(_ node: Node) -> PolicyRule? {
        let expected = "expected `allow:` or `deny:` with conditions: \(Self.conditions.joined(separator: ", "))"
        guard case .mapping(let mapping) = node, mapping.count == 1, let (key, body) = mapping.first,
            let action = key.scalar.flatMap({ PolicyRule.Action(rawValue: $0.string) })
        else {
            fail(node, "rules: \(expected)")
            return nil
        }
        guard case .mapping(let conditions) = body, !conditions.isEmpty else {
            fail(body, "\(action.rawValue): has no conditions; \(expected); what holds for the rest is `default`")
            return nil
        }
        var rule = PolicyRule(action)
        rule.line = key.mark?.line ?? 0
        for (key, node) in conditions {
            let name = key.scalar?.string ?? ""
            switch name {
            case "hosts": rule.hosts = values(node, name) { text throws(PolicyFault) in try HostPattern(text) }
            case "ports":
                rule.ports = values(node, name) { text throws(PolicyFault) in
                    guard let range = PortRange(text) else {
                        throw PolicyFault("is no port; expected one like 443, or 8000-8999")
                    }
                    return range
                }
            case "addresses": rule.addresses = addresses(node)
            case "services":
                rule.services = values(node, name) { text throws(PolicyFault) in
                    // A proxy's own service may be called as it likes; only those with keys have rules for their names.
                    guard 1...ServiceKey.maximumNameBytes ~= text.utf8.count else {
                        throw PolicyFault("names no service: a name has 1 to \(ServiceKey.maximumNameBytes) bytes")
                    }
                    return Array(text.utf8)
                }
            case "methods":
                rule.methods = values(node, name) { text throws(PolicyFault) in
                    guard RequestMethod.isName(text) else {
                        let isName = RequestMethod.isName(text.uppercased())
                        throw PolicyFault(
                            isName
                                ? "is no method: they are in capitals, \(text.uppercased())"
                                : "is no registered method; _OTHER stands for all that are not")
                    }
                    return Array(text.utf8)
                }
            default: fail(key, "\(name.shownInError): there is no such condition\(hint(name, Self.conditions))")
            }
        }
        return rule
    }

    private mutating func addresses(_ node: Node) -> AddressCondition {
        var condition = AddressCondition()
        let networks: [IPNetwork?] = values(node, "addresses") { text throws(PolicyFault) in
            if AddressClass(name: text) != nil { return nil }
            // A word rather than an address.
            guard text.contains(where: { $0 == "." || $0 == ":" }) else {
                let names = AddressClass.allCases.map(\.name).joined(separator: ", ")
                throw PolicyFault("is no class of addresses; expected an address, a network, or one of \(names)")
            }
            return try IPNetwork(text)
        }
        condition.networks = networks.compactMap { $0 }
        for text in texts(node) {
            if let one = AddressClass(name: text) { condition.classes.insert(AddressClasses(one)) }
        }
        return condition
    }

    /// The values of a condition: a list of them, or one alone.
    private mutating func values<Value>(
        _ node: Node, _ key: String, parse: (String) throws(PolicyFault) -> Value
    ) -> [Value] {
        let items: [Node]
        switch node {
        case .sequence(let sequence): items = Array(sequence)
        case .scalar(let scalar) where !scalar.string.isEmpty: items = [node]
        case .scalar, .mapping, .alias: items = []
        }
        if items.isEmpty { fail(node, "\(key): expected a list; without the condition, leave the key out") }
        return items.compactMap { item -> Value? in
            guard let text = item.scalar?.string else {
                fail(item, "\(key): expected a value; names that begin with * have to be in quotes")
                return nil
            }
            do throws(PolicyFault) { return try parse(text) } catch {
                fail(item, "\(key): \(text.shownInError) \(error.reason)")
                return nil
            }
        }
    }

    private func texts(_ node: Node) -> [String] {
        if let text = node.scalar?.string { return [text] }
        return node.sequence?.compactMap { $0.scalar?.string } ?? []
    }

    private mutating func choice<Value: RawRepresentable<String>>(
        _ node: Node, _ key: String, _ choices: [Value]
    ) -> Value? {
        if let value = node.scalar.flatMap({ Value(rawValue: $0.string) }) { return value }
        fail(node, "\(key): expected one of \(choices.map(\.rawValue).joined(separator: ", "))")
        return nil
    }

    private func hint(_ name: String, _ names: [String]) -> String {
        if let near = Suggestion.nearest(to: name, among: names) { return "; did you mean \(near)?" }
        return "; expected one of \(names.joined(separator: ", "))"
    }

    private mutating func fail(_ node: Node?, _ problem: String) {
        faults.append(.init(line: node?.mark?.line ?? 1, problem: problem))
    }

    private mutating func fail(_ error: YamlError) {
        let quotes = "; names that begin with * have to be in quotes"
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            faults.append(.init(line: mark.line, problem: "the file is not YAML: \(problem)\(quotes)"))
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.sorted().map(\.shownInError).joined(separator: ", ")
            faults.append(.init(line: context.mark.line, problem: "these keys are given twice: \(names)"))
        case .no, .memory, .reader, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            fail(nil, "the file is not YAML\(quotes)")
        }
    }
}
