import JSON

/// What whoever answers a request has said, in OpenAI's terms.
///
/// In a box, for every function that waits for one would otherwise keep room for it.
package indirect enum AnswerEvent: Sendable {
    /// The whole answer: the array of choices, and why the first of them ended.
    case whole(choices: [UInt8], usage: Usage?, finishReason: String?)
    /// A piece of the answer.
    case delta(AnswerDelta)
    /// Nothing follows.
    case end(usage: Usage?)

    /// What an agent's message says about its answer; nil: it is no part of one.
    package init?(_ frame: AgentFrame) {
        switch frame {
        case .result(_, let result):
            self = .whole(
                choices: Choices.completed(result.choices),
                usage: result.usage,
                finishReason: result.choices.elements.first?["finish_reason"]?.string
            )
        case .chunk(_, let chunk):
            self = .delta(AnswerDelta(chunk))
        case .register, .registered, .invoke, .error, .cancel, .leave, .ping, .pong, .unknown:
            return nil
        }
    }
}
