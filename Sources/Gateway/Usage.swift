package import JSON

/// The tokens that an answer cost.
package struct Usage: Equatable, Sendable {
    /// The most tokens that are believed of one answer, each way.
    private static let most = 1_000_000_000

    /// Those of the request.
    package let promptTokens: Int
    /// Those of the answer.
    package let completionTokens: Int
    /// Whether they were counted by whoever answered, not guessed from the length of the texts.
    package let isExact: Bool
    /// The agent's own object, with members that we do not know; nil: there is none, or it lacks the total.
    private let raw: [UInt8]?

    /// Those of the request that whoever answered had cached; 0 if it does not say.
    package var cachedTokens: Int {
        guard let raw, let document = try? JSONDocument(parsing: raw) else { return 0 }
        let cached = document.root["prompt_tokens_details"]?["cached_tokens"]?.int ?? 0
        return min(max(0, cached), promptTokens)
    }

    /// Both together.
    package var totalTokens: Int { promptTokens + completionTokens }

    /// A quarter of the Unicode scalars, at least one token each.
    package init(estimatedFromPrompt prompt: Int, completion: Int) {
        promptTokens = max(1, prompt / 4)
        completionTokens = max(1, completion / 4)
        isExact = false
        raw = nil
    }

    /// OpenAI's `usage`; nil if it is absent or its two counts are not numbers that can be.
    package init?(_ value: JSONValue?) {
        let limit = Self.most
        guard let prompt = value?["prompt_tokens"]?.int, let completion = value?["completion_tokens"]?.int,
            (0...limit).contains(prompt), (0...limit).contains(completion)
        else { return nil }
        promptTokens = prompt
        completionTokens = completion
        isExact = true
        raw = value.flatMap { $0["total_tokens"]?.int == nil ? nil : JSONLine.flattened($0.raw) }
    }

    /// The `usage` of an answer that is passed on; without a count for the answer it is one that says nothing, as with
    /// embeddings.
    package init?(relayed value: JSONValue?) {
        guard let value else { return nil }
        if let usage = Usage(value) ?? Usage(timings: value) {
            self = usage
            return
        }
        guard let prompt = value["prompt_tokens"]?.int, (0...Self.most).contains(prompt),
            value["completion_tokens"] == nil
        else { return nil }
        promptTokens = prompt
        completionTokens = 0
        isExact = true
        raw = nil
    }

    /// The `timings` of llama.cpp: tokens taken from its cache, read, and written.
    private init?(timings value: JSONValue) {
        guard let read = value["prompt_n"]?.int, let written = value["predicted_n"]?.int,
            (0...Self.most).contains(read), (0...Self.most).contains(written)
        else { return nil }
        let cached = min(max(0, value["cache_n"]?.int ?? 0), Self.most)
        promptTokens = read + cached
        completionTokens = written
        isExact = true
        raw = JSONWriter.object {
            $0.member("prompt_tokens", read + cached)
            $0.member("completion_tokens", written)
            $0.member("total_tokens", read + cached + written)
            $0.member("prompt_tokens_details", object: { $0.member("cached_tokens", cached) })
        }
    }

    /// OpenAI's `usage`, on one line; one that nobody counted says so.
    var bytes: [UInt8] {
        raw
            ?? JSONWriter.object {
                $0.member("prompt_tokens", promptTokens)
                $0.member("completion_tokens", completionTokens)
                $0.member("total_tokens", totalTokens)
                if !isExact { $0.member("estimated", true) }
            }
    }
}
