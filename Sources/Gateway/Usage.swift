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
    /// Those of the request that whoever answered had cached; 0 if it does not say.
    package let cachedTokens: Int
    /// The agent's own object, with members that we do not know; nil: there is none, or it lacks the total.
    private let raw: [UInt8]?

    /// Both together.
    package var totalTokens: Int { promptTokens + completionTokens }

    private init(_ prompt: Int, _ completion: Int, cached: Int, isExact: Bool = true, raw: [UInt8]? = nil) {
        promptTokens = prompt
        completionTokens = completion
        cachedTokens = min(max(0, cached), prompt)
        self.isExact = isExact
        self.raw = raw
    }

    /// A quarter of the Unicode scalars, at least one token each.
    package init(estimatedFromPrompt prompt: Int, completion: Int) {
        self.init(max(1, prompt / 4), max(1, completion / 4), cached: 0, isExact: false)
    }

    /// OpenAI's `usage`; nil if it is absent or its two counts are not numbers that can be.
    package init?(_ value: JSONValue?) {
        guard let value, let prompt = Self.count("prompt_tokens", of: value),
            let completion = Self.count("completion_tokens", of: value)
        else { return nil }
        let raw = value.int("total_tokens") == nil ? nil : JSONLine.flattened(value.raw)
        self.init(prompt, completion, cached: Self.cached(of: value), raw: raw)
    }

    /// The `usage`, or llama.cpp's `timings`, of an answer that is passed on, as it is spelled; nil: it is neither.
    ///
    /// Without a count for the answer it is one that says nothing, as with embeddings.
    package init?(relayed text: UnsafeRawBufferPointer) {
        guard let counts = UsageCounts(text) else { return nil }
        if let prompt = Self.believed(counts.prompt) {
            guard let completion = counts.hasCompletion ? Self.believed(counts.completion) : 0 else {
                return nil
            }
            self.init(prompt, completion, cached: counts.cached ?? 0)
        } else if let read = Self.believed(counts.promptTimed),
            let written = Self.believed(counts.completionTimed)
        {
            let cached = Self.believed(counts.cachedTimed) ?? 0
            self.init(read + cached, written, cached: cached)
        } else {
            return nil
        }
    }

    private static func count(_ name: String, of value: JSONValue) -> Int? {
        believed(value.int(name))
    }

    private static func believed(_ count: Int?) -> Int? {
        count.flatMap { (0...most).contains($0) ? $0 : nil }
    }

    private static func cached(of value: JSONValue) -> Int {
        value["prompt_tokens_details"]?.int("cached_tokens") ?? 0
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
