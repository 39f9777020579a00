/// An answer that is no stream, on its way through: only looked at.
package struct RelayedWhole: Sendable {
    /// What it says that went wrong, although its status does not; nil: nothing.
    package let error: String?
    /// Why the model stopped; nil: it does not say.
    package let finishReason: String?
    private let said: Usage?
    private let characters: Int

    /// Looks at a whole body; nil: it is no JSON object.
    package init?(_ body: [UInt8]) {
        guard let report = body.withUnsafeBytes({ ChunkReport($0) }) else { return nil }
        error = report.hasError ? body.withUnsafeBytes(ProviderError.message) : nil
        finishReason = report.finishReason.map { String(decoding: body[$0], as: UTF8.self) }
        said = report.usage.flatMap { range in
            body.withUnsafeBytes { Usage(relayed: UnsafeRawBufferPointer(rebasing: $0[range])) }
        }
        characters = report.characters
    }

    /// What the answer has cost: what the upstream says, or a guess by the length of the texts.
    package func usage(promptCharacters: Int) -> Usage {
        said ?? Usage(estimatedFromPrompt: promptCharacters, completion: characters)
    }
}
