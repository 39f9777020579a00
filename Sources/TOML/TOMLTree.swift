/// The tables of a text while they grow.
///
/// A table is a number here, its index in `nodes`; 0 is the root. How a table came about decides what may
/// still be added to it: `[a.b]` may follow `[a.b.c]`, but not `a.b.c = 1`.
struct TOMLTree {
    private enum Origin {
        /// By a header that names it, or as an element of an array.
        case header
        /// On the way to the table that a header names.
        case passage
        /// By a dotted key.
        case dottedKey
    }

    private enum Content {
        case value(TOMLValue)
        case table(Int)
        case elements([Int])
    }

    private struct Member {
        let key: TOMLKey
        var content: Content
    }

    private struct Node {
        var origin: Origin
        var position: TOMLPosition
        var members: [Member] = []

        func index(of key: TOMLKey) -> Int? {
            // Not `==`, which takes two spellings of `é` for the same.
            members.firstIndex { $0.key.name.utf8.elementsEqual(key.name.utf8) }
        }
    }

    private var nodes = [Node(origin: .header, position: TOMLPosition(line: 1, column: 1))]
    private var current = 0

    /// The finished table.
    var table: TOMLTable {
        finished(0)
    }

    /// Lets what is assigned from now on vanish, until a table is opened.
    mutating func detach() {
        current = add(.header, at: TOMLPosition(line: 1, column: 1))
    }

    /// Makes `[path]` the current table.
    mutating func openTable(_ path: [TOMLKey], at position: TOMLPosition) throws(TOMLFault) {
        let (parent, key) = try descend(path, from: 0, as: .passage)
        guard let index = nodes[parent].index(of: key) else {
            current = add(.header, at: position)
            nodes[parent].members.append(Member(key: key, content: .table(current)))
            return
        }
        guard case .table(let node) = nodes[parent].members[index].content, nodes[node].origin == .passage
        else {
            throw fault(path, nodes[parent].members[index]) { .duplicate($0, first: $1) }
        }
        nodes[node].origin = .header
        nodes[node].position = position
        current = node
    }

    /// Makes a new element of `[[path]]` the current table.
    mutating func openElement(of path: [TOMLKey], at position: TOMLPosition) throws(TOMLFault) {
        let (parent, key) = try descend(path, from: 0, as: .passage)
        let index = nodes[parent].index(of: key)
        var elements: [Int] = []
        if let index {
            guard case .elements(let present) = nodes[parent].members[index].content else {
                throw fault(path, nodes[parent].members[index]) { .notExtensible($0, first: $1) }
            }
            elements = present
        }
        current = add(.header, at: position)
        elements.append(current)
        if let index {
            nodes[parent].members[index].content = .elements(elements)
        } else {
            nodes[parent].members.append(Member(key: key, content: .elements(elements)))
        }
    }

    /// Gives `path`, from the current table, its value.
    mutating func assign(_ value: TOMLValue, to path: [TOMLKey]) throws(TOMLFault) {
        let (parent, key) = try descend(path, from: current, as: .dottedKey)
        if let index = nodes[parent].index(of: key) {
            throw fault(path, nodes[parent].members[index]) { .duplicate($0, first: $1) }
        }
        nodes[parent].members.append(Member(key: key, content: .value(value)))
    }

    /// Goes down `path` to the table that holds its last key; tables on the way are made if need be.
    private mutating func descend(
        _ path: [TOMLKey],
        from start: Int,
        as origin: Origin,
    ) throws(TOMLFault) -> (parent: Int, key: TOMLKey) {
        var node = start
        for (depth, key) in path.dropLast().enumerated() {
            guard let index = nodes[node].index(of: key) else {
                let made = add(origin, at: key.position)
                nodes[node].members.append(Member(key: key, content: .table(made)))
                node = made
                continue
            }
            let member = nodes[node].members[index]
            guard let next = entrance(of: member, for: origin) else {
                throw fault(Array(path[...depth]), member) { .notExtensible($0, first: $1) }
            }
            node = next
        }
        return (node, path[path.count - 1])
    }

    /// The table that `member` leads to, or nil if it is closed for additions of this `origin`.
    private func entrance(of member: Member, for origin: Origin) -> Int? {
        switch (member.content, origin) {
        case (.value, _), (.elements, .dottedKey): nil
        case (.table(let node), .dottedKey): nodes[node].origin == .dottedKey ? node : nil
        case (.table(let node), .passage), (.table(let node), .header): node
        case (.elements(let elements), .passage), (.elements(let elements), .header): elements.last
        }
    }

    private mutating func add(_ origin: Origin, at position: TOMLPosition) -> Int {
        nodes.append(Node(origin: origin, position: position))
        return nodes.count - 1
    }

    private func fault(
        _ path: [TOMLKey],
        _ present: Member,
        _ error: (String, TOMLPosition) -> TOMLError,
    ) -> TOMLFault {
        let name = path.map { TOMLKey.serialized($0.name) }.joined(separator: ".")
        let last = path[path.count - 1]
        return TOMLFault(position: last.position, error: error(name, present.key.position))
    }

    private func finished(_ node: Int) -> TOMLTable {
        TOMLTable(
            entries: nodes[node].members.map { member in
                TOMLTable.Entry(
                    key: member.key.name,
                    keyPosition: member.key.position,
                    value: finished(member),
                )
            }
        )
    }

    private func finished(_ member: Member) -> TOMLValue {
        switch member.content {
        case .value(let value):
            value
        case .table(let node):
            TOMLValue(kind: .table(finished(node)), position: nodes[node].position)
        case .elements(let elements):
            TOMLValue(
                kind: .array(
                    elements.map { TOMLValue(kind: .table(finished($0)), position: nodes[$0].position) }
                ),
                position: nodes[elements[0]].position,
            )
        }
    }
}
