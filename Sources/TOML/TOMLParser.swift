/// The statements of a text, line by line, and the tables they build.
struct TOMLParser {
    /// How deep arrays and inline tables may be nested.
    private static let depthLimit = 64

    private var cursor: TOMLCursor
    private var tree = TOMLTree()
    private var faults: [TOMLFault] = []

    /// A parser of `bytes`, which must be UTF-8.
    init(_ bytes: [UInt8]) {
        cursor = TOMLCursor(bytes)
    }

    /// All tables and all faults.
    mutating func parse() -> (table: TOMLTable, faults: [TOMLFault]) {
        while cursor.next != nil {
            do throws(TOMLFault) {
                try statement()
            } catch {
                faults.append(error)
                cursor.skipLine()
            }
        }
        return (tree.table, faults)
    }

    private mutating func statement() throws(TOMLFault) {
        cursor.skipBlanks()
        if cursor.isAt("[") {
            try header()
        } else if cursor.next != nil, !cursor.isAt("#"), !cursor.isAtNewline {
            try cursor.checkText()
            let (path, value) = try assignment(depth: 0)
            try tree.assign(value, to: path)
        }
        cursor.skipBlanks()
        try cursor.skipComment()
        guard cursor.takeNewline() || cursor.next == nil else { throw cursor.fault(.trailingText) }
    }

    private mutating func header() throws(TOMLFault) {
        // Until the header turns out well, its keys belong nowhere: they would be faults of another table.
        tree.detach()
        let position = cursor.position
        let isArray = cursor.take("[[")
        if !isArray { cursor.advance() }
        let path = try TOMLKey.parse(at: &cursor)
        guard isArray ? cursor.take("]]") : cursor.take("]") else { throw cursor.fault(.unclosedHeader) }
        if isArray {
            try tree.openElement(of: path, at: position)
        } else {
            try tree.openTable(path, at: position)
        }
    }

    private mutating func assignment(depth: Int) throws(TOMLFault) -> (path: [TOMLKey], value: TOMLValue) {
        let path = try TOMLKey.parse(at: &cursor)
        guard cursor.take("=") else { throw cursor.fault(.missingEquals) }
        cursor.skipBlanks()
        return (path, try value(depth: depth))
    }

    private mutating func value(depth: Int) throws(TOMLFault) -> TOMLValue {
        guard depth < Self.depthLimit else { throw cursor.fault(.tooDeep(limit: Self.depthLimit)) }
        let position = cursor.position
        let kind: TOMLValue.Kind =
            switch cursor.next {
            case UInt8(ascii: "\""), UInt8(ascii: "'"): .string(try TOMLString.parse(at: &cursor))
            case UInt8(ascii: "["): .array(try array(depth: depth + 1))
            case UInt8(ascii: "{"): .table(try inlineTable(depth: depth + 1))
            default: try TOMLScalar.parse(at: &cursor)
            }
        return TOMLValue(kind: kind, position: position)
    }

    private mutating func array(depth: Int) throws(TOMLFault) -> [TOMLValue] {
        cursor.advance()
        var values: [TOMLValue] = []
        while true {
            try cursor.skipTrivia()
            if cursor.take("]") { return values }
            values.append(try value(depth: depth))
            try cursor.skipTrivia()
            if cursor.take("]") { return values }
            guard cursor.take(",") else { throw cursor.fault(.missingComma(end: "]")) }
        }
    }

    private mutating func inlineTable(depth: Int) throws(TOMLFault) -> TOMLTable {
        cursor.advance()
        var inner = TOMLTree()
        cursor.skipBlanks()
        if cursor.take("}") { return inner.table }
        while true {
            try checkInline()
            let (path, value) = try assignment(depth: depth)
            try inner.assign(value, to: path)
            cursor.skipBlanks()
            if cursor.take("}") { return inner.table }
            try checkInline()
            let comma = cursor
            guard cursor.take(",") else { throw cursor.fault(.missingComma(end: "}")) }
            cursor.skipBlanks()
            if cursor.isAt("}") { throw comma.fault(.trailingComma) }
        }
    }

    private func checkInline() throws(TOMLFault) {
        if cursor.isAtNewline { throw cursor.fault(.newlineInInlineTable) }
    }
}
