/// Where a coder stands: `configure.listeners[2].port`.
///
/// The last key is kept apart so that a container can name its parts without copying its own path.
struct JSONCodingPath {
    let parents: [any CodingKey]
    /// Nil at the root.
    let key: (any CodingKey)?

    init(_ parents: [any CodingKey] = [], _ key: (any CodingKey)? = nil) {
        self.parents = parents
        self.key = key
    }

    var keys: [any CodingKey] { key.map { parents + [$0] } ?? parents }

    var text: String {
        keys.reduce(into: "") { text, key in
            if key is JSONIndexKey {
                text += "[\(key.stringValue)]"
            } else {
                text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
    }
}

/// The place of an element in an array.
struct JSONIndexKey: CodingKey {
    let index: Int

    init(_ index: Int) {
        self.index = index
    }

    init?(intValue: Int) {
        self.init(intValue)
    }

    init?(stringValue: String) {
        guard let index = Int(stringValue) else { return nil }
        self.init(index)
    }

    var intValue: Int? { index }
    var stringValue: String { index.description }
}

/// The member that `superEncoder` and `superDecoder` use, as in Foundation.
enum JSONSuperKey: String, CodingKey {
    case `super`
}
