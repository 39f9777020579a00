import JSON

/// What the daemon claims to be.
package enum Version {
    /// The body of `GET /api/version`: the release of Ollama whose API is served, since clients compare it.
    package static let ollama = JSONWriter.object { $0.member("version", "0.12.6") }

    /// The body of `GET /`, by which clients of Ollama know that somebody is at home.
    package static let ollamaRoot = Array("Ollama is running".utf8)
}
