/// The rows of a router without what they lead to, so that the search is not generic.
struct RouteTable: Sendable {
    struct Row: Sendable {
        let method: Method
        let pattern: RoutePattern
        let group: String
        let isWebSocket: Bool
        /// The place in the table, which decides between groups, and what a match gives.
        let place: Int

        func accepts(_ method: Method, _ wantsWebSocket: Bool) -> Bool {
            guard !isWebSocket else { return wantsWebSocket && method == .get }
            return self.method == method || method == .head && self.method == .get
        }

        /// Whether it matches the same requests.
        func isSame(as other: Row) -> Bool {
            pattern.shape == other.pattern.shape && method == other.method && group == other.group
                && isWebSocket == other.isWebSocket
        }

        /// More specific patterns first; among equal ones WebSocket and HEAD, which GET rows would hide.
        func isBefore(_ other: Row) -> Bool {
            if pattern.ranks != other.pattern.ranks {
                return pattern.ranks.lexicographicallyPrecedes(other.pattern.ranks)
            }
            if isWebSocket != other.isWebSocket { return isWebSocket }
            if (method == .head) != (other.method == .head) { return method == .head }
            return place < other.place
        }
    }

    private let literals: [Row]
    private let patterns: [Row]
    /// The literal paths, one behind the other, and where each lies: a search touches nothing but these two.
    private let text: [UInt8]
    private let ranges: [Range<Int>]

    init(_ rows: [Row]) {
        let rows = rows.sorted { $0.isBefore($1) }
        literals = rows.filter { $0.pattern.isLiteral }
        patterns = rows.filter { !$0.pattern.isLiteral }
        var text: [UInt8] = []
        var ranges: [Range<Int>] = []
        for row in literals {
            let start = text.count
            text.append(contentsOf: row.pattern.shape.utf8)
            ranges.append(start..<text.count)
        }
        (self.text, self.ranges) = (text, ranges)
    }

    /// The place of the row for a request and what its parameters stand for; nil: there is none.
    func find(
        _ method: Method,
        _ path: ArraySlice<UInt8>,
        _ groups: [String],
        _ wantsWebSocket: Bool
    ) -> (place: Int, parameters: RouteParameters)? {
        var parameters = RouteParameters()
        for index in ranges.indices where isLiteral(index, path) {
            let row = literals[index]
            guard row.accepts(method, wantsWebSocket), groups.contains(row.group) else { continue }
            return (row.place, parameters)
        }
        for row in patterns where row.accepts(method, wantsWebSocket) && groups.contains(row.group) {
            guard row.pattern.matches(path, &parameters) else { continue }
            return (row.place, parameters)
        }
        return nil
    }

    /// All rows with this path, whatever their method; "*" stands for every path (RFC 9110 §9.3.7).
    func rows(_ path: ArraySlice<UInt8>, _ groups: [String]) -> [Row] {
        let isAsterisk = path.elementsEqual(CollectionOfOne(Byte.asterisk))
        var parameters = RouteParameters()
        return (literals + patterns).filter { row in
            groups.contains(row.group) && (isAsterisk || row.pattern.matches(path, &parameters))
        }
    }

    private func isLiteral(_ index: Int, _ path: ArraySlice<UInt8>) -> Bool {
        let range = ranges[index]
        return range.count == path.count && text[range].elementsEqual(path)
    }
}
