/// What becomes of the members of one object.
///
///     { "a": 1, "b": 2 }    remove a   { "b": 2 }
///                           remove b   { "a": 1 }
///                           set c      { "a": 1, "b": 2,"c":3 }
struct JSONObjectPatching {
    private enum Change {
        case none
        case removed
        case replaced([UInt8], order: Int)
    }

    private struct Member {
        /// Its name's place on the tape; the value's is the next.
        let name: Int
        var change = Change.none

        var isKept: Bool {
            switch change {
            case .none, .replaced: true
            case .removed: false
            }
        }
    }

    /// The object's place on the tape.
    let object: Int
    private let document: JSONDocument
    private var members: [Member] = []
    private var appended: [(name: String, bytes: [UInt8])] = []

    init(document: JSONDocument, object: Int) {
        self.document = document
        self.object = object
        members.reserveCapacity(16)
        var name = object + 1
        while name < Int(document.nodes[object].next) {
            members.append(Member(name: name))
            name = Int(document.nodes[name + 1].next)
        }
    }

    mutating func set(_ name: String, to bytes: [UInt8], order: Int) {
        var isFound = false
        for place in members.indices where members[place].isKept && isNamed(place, name) {
            members[place].change = .replaced(bytes, order: order)
            isFound = true
        }
        guard !isFound else { return }
        appended.removeAll { $0.name == name }
        appended.append((name, bytes))
    }

    mutating func remove(_ name: String) {
        for place in members.indices where isNamed(place, name) { members[place].change = .removed }
        appended.removeAll { $0.name == name }
    }

    func appendPatches(to patches: inout [JSONPatching.Patch]) {
        let firstKept = members.firstIndex(where: \.isKept) ?? members.count
        if let removal = leadingRemoval(upTo: firstKept) { patches.append(removal) }
        for place in firstKept..<members.count {
            switch members[place].change {
            case .none: break
            case .removed:
                let range = valueRange(place - 1).upperBound..<valueRange(place).upperBound
                patches.append(JSONPatching.Patch(range: range, bytes: [], order: 0))
            case .replaced(let bytes, let order):
                patches.append(JSONPatching.Patch(range: valueRange(place), bytes: bytes, order: order))
            }
        }
        if let insertion = insertion(needsComma: firstKept < members.count) { patches.append(insertion) }
    }

    /// The members before the first that stays, with the comma behind each.
    private func leadingRemoval(upTo firstKept: Int) -> JSONPatching.Patch? {
        guard firstKept > 0 else { return nil }
        let start = nameRange(0).lowerBound
        let isAll = firstKept == members.count
        let end = isAll ? valueRange(firstKept - 1).upperBound : nameRange(firstKept).lowerBound
        return JSONPatching.Patch(range: start..<end, bytes: [], order: 0)
    }

    private func insertion(needsComma: Bool) -> JSONPatching.Patch? {
        guard !appended.isEmpty else { return nil }
        let start =
            members.isEmpty
            ? document.nodes[object].range.lowerBound + 1 : valueRange(members.count - 1).upperBound
        var bytes: [UInt8] = []
        for (name, value) in appended {
            if needsComma || !bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
            bytes += JSONWriter.quoted(name)
            bytes.append(UInt8(ascii: ":"))
            bytes += value
        }
        return JSONPatching.Patch(range: start..<start, bytes: bytes, order: 0)
    }

    private func isNamed(_ place: Int, _ name: String) -> Bool {
        document.isString(members[place].name, name.utf8.span)
    }

    private func nameRange(_ place: Int) -> Range<Int> { document.nodes[members[place].name].range }

    private func valueRange(_ place: Int) -> Range<Int> { document.nodes[members[place].name + 1].range }
}
