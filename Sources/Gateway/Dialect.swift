/// The form that answers and errors take.
package enum Dialect: String, CaseIterable, Sendable {
    /// `{"error":{"message","type","param","code"},"detail"}`.
    case openai
    /// `{"error":"text"}`.
    case ollama
    /// One line of text, for endpoints that are no API.
    case plain

    /// The dialect of a client that asked for a path no endpoint has.
    package init(guessingFrom path: ArraySlice<UInt8>) {
        self = path.count >= 5 && path.prefix(5) == Self.ollamaStart ? .ollama : .openai
    }

    private static let ollamaStart = ArraySlice("/api/".utf8)
}
