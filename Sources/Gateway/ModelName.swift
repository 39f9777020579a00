import JSON

/// The name of a model in a body that puts no question to it.
package enum ModelName {
    /// Where the texts stand that are to be embedded.
    package enum Input: String, Sendable {
        case input
        /// In Ollama's older endpoint.
        case prompt
    }

    /// That of `POST /api/show`, also under its older name.
    ///
    /// - Throws: `.notJSON`, or `.invalidFields` with every fault.
    package static func shown(_ body: [UInt8]) throws(GatewayError) -> String {
        let fields = FieldReader(object: try ChatRequest.document(body).root)
        var faults = FieldFaults()
        // The command-line client sends both, one of them empty.
        let isOlder = fields.member("model").map { $0.isString("") } ?? true && fields.member("name") != nil
        let name = fields.name(isOlder ? "name" : "model", &faults)
        _ = fields.bool("verbose", &faults)
        try faults.check()
        return name
    }

    /// That of a request for embeddings.
    ///
    /// - Throws: `.notJSON`, or `.invalidFields` with every fault.
    package static func embedding(_ body: [UInt8], _ input: Input) throws(GatewayError) -> String {
        let fields = FieldReader(object: try ChatRequest.document(body).root)
        var faults = FieldFaults()
        let name = fields.name("model", &faults)
        switch (input, fields.member(input.rawValue)?.kind) {
        case (_, .string), (.input, .array): break
        case (.input, _): faults.add("input", "must be a string or an array")
        case (.prompt, _): faults.add("prompt", "must be a string")
        }
        try faults.check()
        return name
    }
}
