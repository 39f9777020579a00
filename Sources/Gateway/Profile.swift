package import Config

/// The points in which the systems that Gatehouse unites contradict each other: one row per system.
package struct Profile: Equatable, Sendable {
    /// What becomes of a request for a model that no row names.
    package enum ModelPolicy: Equatable, Sendable {
        /// Refused: the models are those of the configuration.
        case fixed
        /// Refused: the router decides by name.
        case routed
        /// Sent to the provider as it is, if there is one that takes any name.
        case passthrough
    }

    /// The Content-Type of an OpenAI stream.
    package let sseContentType: String
    /// The Content-Type of an Ollama stream.
    package let ollamaStreamContentType: String
    /// What `/health` calls the state in which nothing is wrong.
    package let healthyWord: String
    /// What becomes of a request for an unknown model.
    package let modelPolicy: ModelPolicy
    /// The status for an unknown model on OpenAI routes.
    package let unknownModelStatus: Int
    /// The status for valid JSON with invalid fields on OpenAI routes.
    package let invalidFieldStatus: Int
    /// The status when an agent failed.
    package let agentFailureStatus: Int

    /// The row of that name.
    package static func named(_ name: Configuration.Listener.Profile) -> Profile {
        switch name {
        case .default: .default
        case .proxy: .proxy
        case .straico: .straico
        }
    }

    /// The local provider.
    package static let `default` = Profile(
        sseContentType: "text/event-stream; charset=utf-8",
        ollamaStreamContentType: "application/json; charset=utf-8",
        healthyWord: "healthy",
        modelPolicy: .fixed,
        unknownModelStatus: 422,
        invalidFieldStatus: 422,
        agentFailureStatus: 500
    )

    /// The proxy of many providers.
    package static let proxy = Profile(
        sseContentType: "text/event-stream; charset=utf-8",
        ollamaStreamContentType: "application/x-ndjson",
        healthyWord: "healthy",
        modelPolicy: .routed,
        unknownModelStatus: 400,
        invalidFieldStatus: 422,
        agentFailureStatus: 502
    )

    /// The proxy of one provider, whose clients compare the media type as text.
    package static let straico = Profile(
        sseContentType: "text/event-stream",
        ollamaStreamContentType: "application/x-ndjson",
        healthyWord: "healthy",
        modelPolicy: .passthrough,
        unknownModelStatus: 400,
        invalidFieldStatus: 400,
        agentFailureStatus: 502
    )
}
