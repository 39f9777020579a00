import JSON

/// What an operator's program asks about a session: the bodies of `/control/register` and `/control/revoke`.
package enum SessionRequest {
    /// A session for an agent.
    package struct Registration: Equatable, Sendable {
        /// Who it is for: 1 to 64 letters, digits, `-` and `_`.
        package let agentID: String
        /// The session's id, if the caller wants a certain one.
        package let sessionID: String?
        /// How long it is to last.
        package let seconds: Int
        /// What it is for, as people read it.
        package let label: String?

        /// Reads a body.
        ///
        /// Scopes and token are for bridges that let agents in by sessions; here their keys do that, so both are
        /// only looked at. `limit`: as many seconds as a session can last.
        ///
        /// - Throws: `.notJSON`, or `.invalidFields` with every fault.
        package init(_ body: [UInt8], limit: Int) throws(GatewayError) {
            let document = try ChatRequest.document(body)
            let fields = FieldReader(object: document.root)
            var faults = FieldFaults()
            agentID = fields.member("agent_id")?.string ?? ""
            if !(1...64).contains(agentID.utf8.count) || !SessionRequest.isPlain(agentID) {
                faults.add("agent_id", "must be 1 to 64 letters, digits, '-' and '_'")
            }
            sessionID = SessionRequest.id(fields, &faults)
            label = fields.member("label").flatMap(\.string)
            if let label = fields.member("label"),
                !(label.string.map { $0.unicodeScalars.count <= 64 } ?? false)
            {
                faults.add("label", "must be a string of at most 64 characters")
            }
            fields.string("session_token", &faults)
            seconds = fields.count("ttl_seconds", limit: limit, &faults) ?? limit
            if let scopes = fields.member("allowed_scopes"),
                scopes.kind != .array || scopes.elements.contains(where: { $0.kind != .string })
            {
                faults.add("allowed_scopes", "must be an array of strings")
            }
            try faults.check()
        }
    }

    /// The session that is to end.
    ///
    /// - Throws: `.notJSON`, or `.invalidFields` with every fault.
    package static func revocation(_ body: [UInt8]) throws(GatewayError) -> String {
        let fields = FieldReader(object: try ChatRequest.document(body).root)
        var faults = FieldFaults()
        let id = fields.name("session_id", &faults)
        fields.string("reason", &faults)
        try faults.check()
        return id
    }

    private static func id(_ fields: FieldReader, _ faults: inout FieldFaults) -> String? {
        guard let value = fields.member("session_id") else { return nil }
        guard let id = value.string, id.utf8.count == 48, id.hasPrefix("sess-"), isPlain(id)
        else {
            faults.add("session_id", "must be 'sess-' and 43 characters, as the sessions of this daemon")
            return nil
        }
        return id
    }

    /// Letters, digits, `-` and `_`.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == 0x2D
                || byte == 0x5F
        }
    }
}
