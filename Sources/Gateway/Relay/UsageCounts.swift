import JSON

/// What a provider's usage counts, under the names that they have there; nil: it does not say, or no whole number.
///
///     {"prompt_tokens":3,"completion_tokens":2,"total_tokens":5,"prompt_tokens_details":{"cached_tokens":0}}
struct UsageCounts {
    private(set) var prompt: Int?
    private(set) var completion: Int?
    /// Whether there is something of the name that the answer's tokens have, if only `null`.
    private(set) var hasCompletion = false
    private(set) var cached: Int?
    /// What llama.cpp's `timings` have instead: `prompt_n`, `predicted_n` and `cache_n`.
    private(set) var promptTimed: Int?
    private(set) var completionTimed: Int?
    private(set) var cachedTimed: Int?

    private init() {}

    /// Those of an object; of others nothing is known.
    init(_ value: JSONValue) {
        prompt = value.int("prompt_tokens")
        completion = value.int("completion_tokens")
        hasCompletion = value["completion_tokens"] != nil
        cached = value["prompt_tokens_details"]?.int("cached_tokens")
        promptTimed = value.int("prompt_n")
        completionTimed = value.int("predicted_n")
        cachedTimed = value.int("cache_n")
    }

    /// The same of a text; nil: it is no JSON.
    init?(_ text: UnsafeRawBufferPointer) {
        self.init()
        var reader = JSONPlainReader(text)
        var isInDetails = false
        while let member = reader.next() { note(member, text, &isInDetails) }
        if reader.isWhole { return }
        guard let document = try? JSONDocument(parsing: Array(text)) else { return nil }
        self = UsageCounts(document.root)
    }

    /// Of members with the same name the last counts.
    @inline(__always)
    private mutating func note(
        _ member: JSONPlainReader.Member,
        _ text: UnsafeRawBufferPointer,
        _ isInDetails: inout Bool
    ) {
        let (name, number) = (member.name, member.number)
        if member.depth == 2 {
            if isInDetails, Spelling.matches(text, name, "cached_tokens") { cached = number }
        } else if member.depth == 1 {
            isInDetails = Spelling.matches(text, name, "prompt_tokens_details")
            if isInDetails { cached = nil }
            switch name.count {
            case 13 where Spelling.matches(text, name, "prompt_tokens"): prompt = number
            case 17 where Spelling.matches(text, name, "completion_tokens"):
                (completion, hasCompletion) = (number, true)
            case 8 where Spelling.matches(text, name, "prompt_n"): promptTimed = number
            case 11 where Spelling.matches(text, name, "predicted_n"): completionTimed = number
            case 7 where Spelling.matches(text, name, "cache_n"): cachedTimed = number
            default: break
            }
        }
    }
}
