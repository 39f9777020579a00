import JSON

/// Turns what is answered into the bytes that the client of a request is sent.
///
/// `encode` for each event, then `finish` or, if there is no proper end, `failure`; nothing after that.
package struct AnswerEncoder: Sendable {
    private var form: any AnswerForm
    /// What was asked, as long as nothing else holds its length.
    private let conversation: Conversation?
    private let promptCharacters: Int
    /// How many answers were asked for; what is said of others is nobody's.
    private let choices: Int
    private var completionCharacters = 0
    private var reported: Usage?
    /// Why the model stopped, as far as whoever answers has said.
    package private(set) var finishReason: String?
    /// The bytes of everything that was encoded.
    package private(set) var encodedBytes = 0

    /// An encoder for the answer to one request.
    ///
    /// - Parameters:
    ///   - request: What was asked.
    ///   - id: The name of the answer: `chatcmpl-…`.
    ///   - startedAt: When the request came, in nanoseconds since 1970.
    ///   - profile: The profile of the listener.
    package init(request: ChatRequest, id: String, startedAt: Int64, profile: Profile) {
        // A stream may last for an hour, so it does not hold on to the request.
        conversation = request.streams ? nil : request.conversation
        choices = request.choices
        promptCharacters = request.streams ? request.promptCharacters : request.toolBytes
        switch (request.form, request.streams) {
        case (.openAI, true):
            form = OpenAIStream(request: request, id: id, startedAt: startedAt, profile: profile)
        case (.openAI, false):
            form = OpenAIWhole(request: request, id: id, startedAt: startedAt, profile: profile)
        case (.completion, true):
            form = CompletionStream(request: request, id: id, startedAt: startedAt, profile: profile)
        case (.completion, false):
            form = CompletionWhole(request: request, id: id, startedAt: startedAt, profile: profile)
        case (.ollamaChat, true), (.ollamaGenerate, true):
            form = OllamaStream(line: OllamaLine(request, startedAt: startedAt), profile: profile)
        case (.ollamaChat, false), (.ollamaGenerate, false):
            form = OllamaWhole(line: OllamaLine(request, startedAt: startedAt), profile: profile)
        }
    }

    /// The Content-Type of the answer.
    package var contentType: String { form.contentType }

    /// The bytes of the answer that are held back until it is whole.
    package var heldBytes: Int { form.heldBytes }

    /// What the answer has cost so far: what whoever answered says, or an estimate.
    package var usage: Usage {
        if let reported { return reported }
        let prompt = promptCharacters + (conversation?.characters ?? 0)
        return Usage(estimatedFromPrompt: prompt, completion: completionCharacters)
    }

    /// What is to be sent now; empty while a whole answer is collected.
    ///
    /// `now`, in nanoseconds since 1970, is for answers that carry times.
    package mutating func encode(_ event: AnswerEvent, at now: Int64) -> [UInt8] {
        let event = asked(event)
        count(event)
        return form.encode(event, at: now)
    }

    /// What is to be sent when the answer is complete at `now`: the rest, or all of it.
    package mutating func finish(at now: Int64) -> [UInt8] { form.finish(usage: usage, at: now) }

    /// What is to be sent when the answer will never be complete; the connection is not to be used again.
    ///
    /// In a stream it is one error event, and no end that was not earned.
    package func failure(_ error: GatewayError) -> [UInt8] { form.failure(error) }

    private func asked(_ event: AnswerEvent) -> AnswerEvent {
        guard case .delta(let delta) = event, delta.pieces.contains(where: { $0.index >= choices }) else {
            return event
        }
        let pieces = delta.pieces.filter { $0.index < choices }
        return .delta(AnswerDelta(pieces, usage: delta.usage, isLast: delta.isLast))
    }

    private mutating func count(_ event: AnswerEvent) {
        switch event {
        case .whole(let choices, let usage, let reason):
            finishReason = reason
            encodedBytes += choices.count
            if usage == nil { completionCharacters += Choices.characters(choices) }
            reported = usage ?? reported
        case .delta(let delta):
            for piece in delta.pieces {
                encodedBytes += piece.object?.raw.count ?? 0
                completionCharacters += piece.content.map(TextLength.scalars) ?? 0
                completionCharacters += piece.object?["tool_calls"]?.raw.count ?? 0
                finishReason = piece.finishReason ?? finishReason
            }
            reported = delta.usage ?? reported
        case .end(let usage):
            reported = usage ?? reported
        }
    }
}
