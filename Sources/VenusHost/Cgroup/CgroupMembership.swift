/// `/proc/self/cgroup`: which control groups a process is in.
package struct CgroupMembership: Sendable, Hashable {
    /// Its path in version 2's tree.
    package var unified: String?
    /// By version 1's controller: `memory`, `cpu`.
    package var byController: [String: String] = [:]

    package init(_ text: inout ProcText) {
        while var line = text.nextLine() {
            guard let hierarchy = line.next(upTo: UInt8(ascii: ":")), ProcFields.number(hierarchy) != nil,
                let controllers = line.next(upTo: UInt8(ascii: ":"))
            else {
                text.passOverGarbledLine()
                continue
            }
            let path = String(decoding: line.remainder, as: UTF8.self)
            if controllers.isEmpty {
                unified = path
            } else {
                for controller in controllers.split(separator: UInt8(ascii: ",")) where byController.count < 64 {
                    byController[String(decoding: controller, as: UTF8.self)] = path
                }
            }
        }
    }
}
