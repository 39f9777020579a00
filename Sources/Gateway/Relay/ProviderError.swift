package import JSON

/// What a provider says in its own words about something that went wrong.
package enum ProviderError {
    /// The longest part of it that is repeated, in characters.
    private static let limit = 500

    /// What is said in `{"error": …}`: its message, or the whole of it; empty if there is no such member.
    package static func message(in body: UnsafeRawBufferPointer) -> String {
        guard let document = try? JSONDocument(parsing: Array(body)) else { return "" }
        return message(in: document.root) ?? ""
    }

    /// Nil: the value has no error that says anything.
    package static func message(in root: JSONValue) -> String? {
        guard let error = root["error"], !error.isNull, error.bool != false else { return nil }
        let said = error["message"]?.string ?? error.string ?? String(decoding: error.raw, as: UTF8.self)
        return String(said.unicodeScalars.prefix(limit).map(Character.init))
    }
}
