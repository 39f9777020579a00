/// What a request may ask of a model.
package struct ChatLimits: Equatable, Sendable {
    /// The longest answer in tokens, or nil for no limit.
    package var maxTokens: Int?
    /// As many answers to one request as we can keep apart.
    package static let mostChoices = 8

    /// The most answers to one request, or nil for no limit.
    package var choices: Int?
    /// The longest content of one message, in Unicode scalars.
    package var contentScalars = 100_000

    /// The limits of models that agents or the gateway itself answer for.
    package static let local = ChatLimits(maxTokens: 8192, choices: mostChoices)
    /// The limits of models that a provider answers for, which has its own.
    package static let upstream = ChatLimits()
}
