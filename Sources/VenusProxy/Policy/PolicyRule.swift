/// One rule of a policy: what it says to calls that meet all of its conditions. A condition that is absent is met.
package struct PolicyRule: Sendable, Hashable {
    package enum Action: String, Sendable, Hashable, CaseIterable { case allow, deny }

    package var action: Action
    /// Where it stands in its file, from 1; 0: in none.
    package var line = 0
    package var hosts: [HostPattern]?
    package var ports: [PortRange]?
    package var addresses: AddressCondition?
    /// Names as UTF-8.
    package var services: [[UInt8]]?
    /// As ``RequestMethod`` has them; `_OTHER` for those that are not registered.
    package var methods: [[UInt8]]?

    package init(_ action: Action) { self.action = action }

    /// Whether all conditions but that of the address are met.
    package func matchesApartFromAddress(_ subject: PolicySubject) -> Bool {
        if let ports, !ports.contains(where: { $0.contains(subject.port) }) { return false }
        if let hosts, !hosts.contains(where: { $0.matches(subject.host) }) { return false }
        if let services, !services.contains(where: { Self.equal($0, subject.service) }) { return false }
        let method = UnsafeBufferPointer(start: subject.method.utf8Start, count: subject.method.utf8CodeUnitCount)
        if let methods, !methods.contains(where: { Self.equal($0, method) }) { return false }
        return true
    }

    /// Patterns, ranges and names in all of its conditions.
    package var size: Int {
        (hosts?.count ?? 0) + (ports?.count ?? 0) + (addresses?.networks.count ?? 0) + (services?.count ?? 0)
            + (methods?.count ?? 0)
    }

    private static func equal(_ name: [UInt8], _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard name.count == bytes.count else { return false }
        for place in name.indices where name[place] != bytes[place] { return false }
        return true
    }
}

/// A rule's condition on the address that is about to be dialled.
package struct AddressCondition: Sendable, Hashable {
    package var classes: AddressClasses = []
    package var networks: [IPNetwork] = []

    package init(classes: AddressClasses = [], networks: [IPNetwork] = []) {
        self.classes = classes
        self.networks = networks
    }

    /// Whether a rule with this condition concerns the address. One that denies does where any form of the address is
    /// meant; one that allows only where all are, so that no spelling and no tunnel leads past it. `isMetadata`: the
    /// name says that it is, whatever the address.
    func concerns(_ address: IPAddress, _ forms: AddressForms, isMetadata: Bool, _ action: PolicyRule.Action) -> Bool {
        if networks.contains(where: { $0.contains(address) }) { return true }
        switch action {
        case .deny: return isMetadata && classes.contains(.metadata) || forms.contains { denies($0) }
        case .allow: return forms.allSatisfy { allows($0, isMetadata: isMetadata) }
        }
    }

    private func denies(_ form: IPAddress) -> Bool {
        let own = form.ownClass
        if classes.contains(own) || classes.contains(.metadata) && form.isMetadata { return true }
        // The unspecified address leads to this machine as well.
        if own == .unspecified, classes.contains(.loopback) { return true }
        return networks.contains { $0.contains(form) }
    }

    private func allows(_ form: IPAddress, isMetadata: Bool) -> Bool {
        let classIsMeant =
            isMetadata || form.isMetadata ? classes.contains(.metadata) : classes.contains(form.ownClass)
        return classIsMeant || networks.contains { $0.contains(form) }
    }
}
