/// Finds the row of the endpoint table for a request.
///
/// Paths are compared as bytes, as they were sent; a literal path costs no allocation. Among rows that match, a
/// literal segment wins over a parameter and a parameter over the rest, from left to right.
package struct Router<Endpoint> {
    /// What was found.
    package enum Match {
        /// A row, and what its parameters stand for.
        case found(Endpoint, RouteParameters)
        /// OPTIONS without a row of its own: what the path knows, for Allow (RFC 9110 §9.3.7).
        case options(allow: [Method])
        /// The path is known, not with this method; what it knows, for Allow (RFC 9110 §15.5.6).
        case methodNotAllowed(allow: [Method])
        /// The path only serves WebSocket, and the request does not ask for it (RFC 9110 §15.5.22).
        case upgradeRequired
        /// No row has this path.
        case notFound
    }

    private let table: RouteTable
    private let endpoints: [Endpoint]

    /// A router over the rows of a table.
    ///
    /// - Throws: the first row that is malformed or in vain.
    package init(_ routes: [Route<Endpoint>]) throws(RouteFault) {
        var rows: [RouteTable.Row] = []
        for route in routes {
            guard !route.isWebSocket || route.method == .get else { throw .webSocketNotGet(route.pattern) }
            let row = RouteTable.Row(
                method: route.method,
                pattern: try RoutePattern(route.pattern),
                group: route.group,
                isWebSocket: route.isWebSocket,
                place: rows.count
            )
            guard !rows.contains(where: { $0.isSame(as: row) }) else { throw .duplicate(route.pattern) }
            rows.append(row)
        }
        table = RouteTable(rows)
        endpoints = routes.map(\.endpoint)
    }

    /// The row for a request.
    ///
    /// - Parameters:
    ///   - method: HEAD is answered by a row for GET if it has none of its own.
    ///   - path: As it was sent: `RequestHead.rawPath`.
    ///   - groups: Those that the listener shows; rows of others do not exist.
    ///   - wantsWebSocket: Whether the request asks to upgrade; a plain row may still answer it.
    /// - Returns: The endpoint, or why there is none.
    package func match(
        _ method: Method,
        path: ArraySlice<UInt8>,
        groups: [String],
        wantsWebSocket: Bool = false
    ) -> Match {
        guard let found = table.find(method, path, groups, wantsWebSocket) else {
            return explainMiss(method, table.rows(path, groups))
        }
        return .found(endpoints[found.place], found.parameters)
    }

    private func explainMiss(_ method: Method, _ known: [RouteTable.Row]) -> Match {
        guard !known.isEmpty else { return .notFound }
        var allow: [Method] = []
        for row in known {
            allow.append(row.method)
            if row.method == .get { allow.append(.head) }
        }
        allow.append(.options)
        var unique: [Method] = []
        for method in allow where !unique.contains(method) { unique.append(method) }
        if method == .options { return .options(allow: unique) }
        // GET is known and yet no row took it: only a row that waits for an upgrade does that, or "*".
        let isUpgradeMissing =
            (method == .get || method == .head) && known.allSatisfy { $0.isWebSocket || $0.method != .get }
        return isUpgradeMissing && unique.contains(.get) ? .upgradeRequired : .methodNotAllowed(allow: unique)
    }
}

extension Router.Match: Sendable where Endpoint: Sendable {}
extension Router: Sendable where Endpoint: Sendable {}
