package import JSON

/// An answer that is no stream, on its way through: only looked at.
package struct RelayedWhole: Sendable {
    /// What it says that went wrong, although its status does not; nil: nothing.
    package let error: String?
    /// Why the model stopped; nil: it does not say.
    package let finishReason: String?
    private let said: Usage?
    private let characters: Int

    /// Looks at a whole body.
    ///
    /// - Throws: `.malformed`, if it is no JSON object.
    package init(_ body: [UInt8]) throws(JSONError) {
        let root = try JSONDocument(parsing: body).root
        guard root.kind == .object else { throw .expectedValue(offset: 0) }
        error = ProviderError.message(in: root)
        let choices = root["choices"]
        finishReason = choices?.elements.first?["finish_reason"]?.string
        said = Usage(relayed: root["usage"])
        characters = choices.map(Self.characters) ?? 0
    }

    /// What the answer has cost: what the upstream says, or a guess by the length of the texts.
    package func usage(promptCharacters: Int) -> Usage {
        said ?? Usage(estimatedFromPrompt: promptCharacters, completion: characters)
    }

    private static func characters(_ choices: JSONValue) -> Int {
        choices.elements.reduce(0) { sum, choice in
            let message = choice["message"]
            let text = (message?["content"] ?? choice["text"]).map(TextLength.scalars) ?? 0
            return sum + text + (message?["tool_calls"]?.raw.count ?? 0)
        }
    }
}
