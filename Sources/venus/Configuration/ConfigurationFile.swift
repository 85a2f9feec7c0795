import Foundation
import Yams

/// The values of a YAML file, each with its place, and what is wrong with the file.
struct ConfigurationFile {
    /// No configuration of a person is as large; a larger file is something else.
    static let maximumBytes = 1 << 20

    struct Value {
        var text: String
        var line: Int
        var column: Int

        init(text: String, _ mark: Mark?) {
            self.text = text
            line = mark?.line ?? 1
            column = mark?.column ?? 1
        }
    }

    let path: String
    private(set) var values: [ConfigurationKey: Value] = [:]
    private(set) var errors: [ConfigurationError] = []

    /// Reads a file that has to be there.
    init(path: String) {
        self.path = path
        guard let data = FileManager.default.contents(atPath: path) else {
            let exists = FileManager.default.fileExists(atPath: path)
            let problem = exists ? "the file cannot be read; check its permissions" : "there is no such file"
            errors.append(ConfigurationError(place: path, problem: problem))
            return
        }
        guard data.count <= Self.maximumBytes else {
            errors.append(ConfigurationError(place: path, problem: "the file is larger than 1 MiB"))
            return
        }
        guard let yaml = String(data: data, encoding: .utf8) else {
            errors.append(ConfigurationError(place: path, problem: "the file is not UTF-8 text"))
            return
        }
        parse(yaml)
    }

    init(path: String, yaml: String) {
        self.path = path
        parse(yaml)
    }

    private mutating func parse(_ yaml: String) {
        do {
            guard let root = try Yams.compose(yaml: yaml), !root.isEmptyScalar else { return }
            guard case .mapping(let mapping) = root else {
                fail(at: root.mark, "the file holds no keys; expected lines like `environment: production`")
                return
            }
            read(mapping, section: nil)
        } catch let error as YamlError {
            fail(error)
        } catch {
            errors.append(ConfigurationError(place: path, problem: "the file is not YAML"))
        }
    }

    private mutating func read(_ mapping: Node.Mapping, section: String?) {
        for (keyNode, node) in mapping {
            guard let name = keyNode.scalar?.string else {
                fail(at: keyNode.mark, "a key has to be a name")
                continue
            }
            let path = section.map { "\($0).\(name)" } ?? name
            if section == nil, ConfigurationKey.sections.contains(name) {
                switch node {
                case .mapping(let inner): read(inner, section: name)
                case .scalar where node.isEmptyScalar: break
                case .scalar, .sequence, .alias:
                    fail(at: node.mark, key: name, "is a section; expected its keys, indented, on the lines below")
                }
            } else if let key = ConfigurationKey.named(path) {
                read(node, for: key)
            } else {
                let nearest = Suggestion.nearest(to: path, among: Self.candidates(in: section))
                let hint = nearest.map { "did you mean \($0)?" } ?? Self.listing(of: section)
                fail(at: keyNode.mark, key: path.shownInError, "there is no such key; \(hint)")
            }
        }
    }

    private mutating func read(_ node: Node, for key: ConfigurationKey) {
        let mark = node.mark
        switch node {
        case .scalar(let scalar):
            guard !node.isEmptyScalar else { return }
            values[key] = Value(text: scalar.string, mark)
        case .sequence where key == .interceptionClientCertificates:
            // As it stands: whoever knows the key reads it.
            guard let text = try? Yams.serialize(node: node) else {
                fail(at: mark, key: key.name, "expected a list")
                return
            }
            values[key] = Value(text: text, mark)
        case .sequence(let sequence):
            guard let separator = key.separator else {
                fail(at: mark, key: key.name, "expected one value, not a list")
                return
            }
            let items = sequence.compactMap { key == .proxyUpstreams ? Self.upstream($0) : $0.scalar?.string }
            guard items.count == sequence.count, !items.contains(where: { $0.contains(separator) }) else {
                fail(
                    at: mark, key: key.name,
                    key == .proxyUpstreams
                        ? "expected a list of { url: URL, for: [PATTERN, …] }, a `;` written as %3B"
                        : "expected a list of texts without `\(separator)`")
                return
            }
            values[key] = Value(text: items.joined(separator: String(separator)), mark)
        case .mapping: fail(at: mark, key: key.name, "expected a value, not further keys")
        case .alias: fail(at: mark, key: key.name, "expected a value, not an alias")
        }
    }

    /// `{ url: URL, for: PATTERN or [PATTERN, …] }`, or a text, as the text that a variable would hold.
    private static func upstream(_ node: Node) -> String? {
        guard case .mapping(let mapping) = node else { return node.scalar?.string }
        guard let url = mapping["url"]?.scalar?.string, mapping.count == (mapping["for"] == nil ? 1 : 2) else {
            return nil
        }
        guard let destinations = mapping["for"] else { return url }
        let patterns = destinations.sequence?.map { $0.scalar?.string } ?? [destinations.scalar?.string]
        guard !patterns.isEmpty, patterns.allSatisfy({ $0 != nil }) else { return nil }
        return url + " for " + patterns.compactMap(\.self).joined(separator: " ")
    }

    /// Keys that a person may have meant, wherever they belong.
    private static func candidates(in section: String?) -> [String] {
        ConfigurationKey.all.map(\.name) + (section == nil ? ConfigurationKey.sections.sorted() : [])
    }

    private static func listing(of section: String?) -> String {
        guard let section else {
            let names = ConfigurationKey.all.map(\.name).filter { !$0.contains(".") } + ConfigurationKey.sections
            return "expected one of " + names.sorted().joined(separator: ", ")
        }
        let names = ConfigurationKey.all.map(\.name).filter { $0.hasPrefix(section + ".") }
        return "expected one of " + names.joined(separator: ", ")
    }

    private mutating func fail(at mark: Mark?, key: String? = nil, _ problem: String) {
        let place = mark.map { "\(path):\($0.line):\($0.column)" } ?? path
        errors.append(ConfigurationError(place: place, key: key, problem: problem))
    }

    private mutating func fail(_ error: YamlError) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            fail(at: mark, "the file is not YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.sorted().map(\.shownInError).joined(separator: ", ")
            fail(at: context.mark, "these keys are given twice: \(names); keep one of each")
        case .no, .memory, .reader, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            fail(at: nil, "the file is not YAML")
        }
    }
}

extension Node {
    /// An empty value, `~` or `null`: as if the key were not there.
    fileprivate var isEmptyScalar: Bool {
        guard case .scalar(let scalar) = self, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }
}

extension String {
    /// For an error message: control characters escaped, no longer than a line bears.
    var shownInError: String {
        let limit = 80
        let shown = unicodeScalars.prefix(limit).map { scalar in
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
        }
        return shown.joined() + (unicodeScalars.count > limit ? "…" : "")
    }
}
