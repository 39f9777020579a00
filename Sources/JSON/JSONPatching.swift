/// Turns edits into patches of the text that do not overlap.
struct JSONPatching {
    /// Bytes that take the place of a range; an empty range inserts.
    struct Patch {
        let range: Range<Int>
        let bytes: [UInt8]
        /// The number of the edit that asked for it.
        let order: Int
    }

    private let document: JSONDocument
    private var patches: [Patch] = []
    private var objects: [JSONObjectPatching] = []
    private var order = 0

    init(document: JSONDocument) {
        self.document = document
    }

    mutating func add(_ edit: JSONEdit) {
        order += 1
        switch edit {
        case .set(let name, let object, let bytes):
            guard let place = place(of: object) else { return }
            objects[place].set(name, to: bytes, order: order)
        case .remove(let name, let object):
            guard let place = place(of: object) else { return }
            objects[place].remove(name)
        case .replace(let value, let bytes):
            patches.append(Patch(range: document.nodes[value.index].range, bytes: bytes, order: order))
        }
    }

    mutating func patched() -> [UInt8] {
        for object in objects { object.appendPatches(to: &patches) }
        patches.sort(by: JSONPatching.isBefore)
        var output: [UInt8] = []
        output.reserveCapacity(patches.reduce(document.bytes.count) { $0 + $1.bytes.count })
        var at = 0
        // What begins before `at` lies inside a place already replaced.
        for patch in patches where patch.range.lowerBound >= at {
            output += document.bytes[at..<patch.range.lowerBound]
            output += patch.bytes
            at = patch.range.upperBound
        }
        output += document.bytes[at...]
        return output
    }

    /// The outer before the inner, the later edit of one place before the earlier.
    private static func isBefore(_ one: Patch, _ other: Patch) -> Bool {
        guard one.range.lowerBound == other.range.lowerBound else {
            return one.range.lowerBound < other.range.lowerBound
        }
        guard one.range.upperBound == other.range.upperBound else {
            return one.range.upperBound > other.range.upperBound
        }
        return one.order > other.order
    }

    /// Nil if the value is not an object.
    private mutating func place(of value: JSONValue) -> Int? {
        guard document.nodes[value.index].kind == .object else { return nil }
        if let place = objects.firstIndex(where: { $0.object == value.index }) { return place }
        objects.append(JSONObjectPatching(document: document, object: value.index))
        return objects.count - 1
    }
}
