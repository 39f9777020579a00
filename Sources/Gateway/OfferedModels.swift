package import Config
import JSON

/// The list of its models with which a provider answers.
///
///     {"object":"list","data":[{"id":"gpt-4o","object":"model"}]}     OpenAI
///     {"models":["gpt-4o"]}     {"models":[{"name":"gpt-4o"}]}        others
package enum OfferedModels {
    /// The most bytes that a list may have.
    package static let byteLimit = 4 << 20
    /// The most names that a list may have.
    package static let countLimit = 10_000

    /// The names in the body of an answer, sorted, each once; entries that are none are left out.
    ///
    /// - Throws: `.notJSON`, `.noList`, `.tooLong`, `.tooMany`.
    package static func parse(_ body: [UInt8]) throws(ModelOfferFault) -> [String] {
        guard body.count <= byteLimit else { throw .tooLong }
        guard let document = try? JSONDocument(parsing: body) else { throw .notJSON }
        let names: [String?]
        if let list = elements("data", of: document.root) {
            names = try entries(list).map { $0["id"]?.string }
        } else if let list = elements("models", of: document.root) {
            names = try entries(list).map { $0.string ?? $0["name"]?.string }
        } else {
            throw .noList
        }
        return Set(names.compactMap(\.self).filter(Configuration.isForeignModel)).sorted()
    }

    /// What somebody may use who is allowed all of `choices`: of `configured`, in its order, then of each list.
    ///
    /// Each name once; lists are sorted, as ``parse(_:)`` returns them.
    package static func visible(
        _ configured: [String],
        and lists: [[String]],
        to choices: [Configuration.Names],
    ) -> [String] {
        let sets = choices.compactMap(\.set)
        func isAllowed(_ name: String) -> Bool { sets.allSatisfy { $0.contains(name) } }
        let first = configured.filter(isAllowed)
        guard !lists.isEmpty else { return first }
        var seen = Set(first)
        return first + lists.joined().filter { isAllowed($0) && seen.insert($0).inserted }
    }

    private static func elements(_ name: String, of root: JSONValue) -> JSONElements? {
        root[name].flatMap { $0.kind == .array ? $0.elements : nil }
    }

    /// All of them, unless they are too many.
    private static func entries(_ list: JSONElements) throws(ModelOfferFault) -> [JSONValue] {
        let entries = Array(list.prefix(countLimit + 1))
        guard entries.count <= countLimit else { throw .tooMany }
        return entries
    }
}

extension Configuration.Names {
    /// For many questions; nil: every name is chosen.
    fileprivate var set: Set<String>? {
        switch self {
        case .all: nil
        case .only(let names): Set(names)
        }
    }
}
