import JSON

/// What one event of OpenAI's stream says, as far as it matters to whoever passes it on.
///
///     {"id":"c","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}],"usage":null}
///
/// Found in one pass over the text, without a tape: this runs for every event.
struct ChunkReport {
    /// Of the text's own member `usage`.
    enum OwnUsage {
        case absent
        /// `null`, with the comma that belongs to it.
        case null(Range<Int>)
        case object
    }

    /// The text's own usage.
    private(set) var ownUsage = OwnUsage.absent
    /// An object called `usage`, wherever it stands: some providers have it in a choice, or in a member of their own.
    private(set) var usage: Range<Int>?
    /// An object `timings` of the text's own: what llama.cpp has instead.
    private(set) var timings: Range<Int>?
    /// Why the model stopped, between its quotes; of several choices, the first that says so.
    private(set) var finishReason: Range<Int>?
    /// Whether the text has a member `error` of its own that says something.
    private(set) var hasError = false
    /// Whether the text's own `choices` are there, and empty.
    private(set) var hasNoChoices = false
    /// The Unicode scalars of what is said.
    private(set) var characters = 0

    /// How far objects have been followed to their ends, so that no byte is looked at again and again.
    private var followed = 0

    /// `delta` says nothing itself: it is where one event begins to differ from another.
    private static let members = JSONSkimmer.Filter(names: [
        "text", "usage", "error", "delta", "content", "refusal", "choices", "timings", "arguments",
        "reasoning", "finish_reason", "reasoning_content",
    ])

    /// Nil: the text is no whole object.
    init?(_ text: UnsafeRawBufferPointer) {
        var opening = ChunkOpening()
        self.init(text, after: &opening)
    }

    /// The same of an event that may begin as another did.
    init?(_ text: UnsafeRawBufferPointer, after opening: inout ChunkOpening) {
        var skimmer: JSONSkimmer
        if opening.begins(text) {
            skimmer = JSONSkimmer(text, Self.members, at: opening.count, depth: opening.depth)
        } else {
            skimmer = JSONSkimmer(text, Self.members)
            let start = skimmer.skipBlanks(from: 0)
            guard start < text.count, text[start] == UInt8(ascii: "{") else { return nil }
        }
        while let member = skimmer.next() {
            if Spelling.matches(text, member.name, "delta"), isSilent {
                opening.learn(UnsafeRawBufferPointer(rebasing: text[..<member.value]), depth: member.depth)
            }
            note(member, text, skimmer)
        }
        guard skimmer.isWhole else { return nil }
    }

    /// Whether nothing that matters was found, nor looked for further on.
    private var isSilent: Bool {
        guard case .absent = ownUsage else { return false }
        return followed == 0 && usage == nil && timings == nil && finishReason == nil && !hasError
            && !hasNoChoices && characters == 0
    }

    /// Whether it is there for its usage alone, as `stream_options.include_usage` has it.
    var isOnlyUsage: Bool {
        if case .object = ownUsage { hasNoChoices } else { false }
    }

    @inline(__always)
    private mutating func note(
        _ member: JSONSkimmer.Member,
        _ text: UnsafeRawBufferPointer,
        _ skimmer: JSONSkimmer
    ) {
        let first = member.value < text.count ? text[member.value] : 0
        switch member.name.count {
        case 4 where Spelling.matches(text, member.name, "text"),
            7 where Spelling.matches(text, member.name, "content"),
            7 where Spelling.matches(text, member.name, "refusal"),
            9 where Spelling.matches(text, member.name, "arguments"),
            9 where Spelling.matches(text, member.name, "reasoning"),
            17 where Spelling.matches(text, member.name, "reasoning_content"):
            guard first == UInt8(ascii: "\""), let end = skimmer.stringEnd(from: member.value) else { return }
            characters += TextLength.scalars(
                ofToken: UnsafeRawBufferPointer(rebasing: text[member.value..<end])
            )
        case 5 where Spelling.matches(text, member.name, "usage"): noteUsage(member, first, text, skimmer)
        case 5 where member.depth == 1 && Spelling.matches(text, member.name, "error"):
            hasError = first != UInt8(ascii: "n") && first != UInt8(ascii: "f")
        case 7 where member.depth == 1 && Spelling.matches(text, member.name, "choices"):
            let next = skimmer.skipBlanks(from: member.value + 1)
            hasNoChoices = first == UInt8(ascii: "[") && next < text.count && text[next] == UInt8(ascii: "]")
        case 7 where member.depth == 1 && Spelling.matches(text, member.name, "timings"):
            timings = object(member, first, text, skimmer)
        case 13
        where member.depth == 3 && finishReason == nil && Spelling.matches(text, member.name, "finish_reason"):
            guard first == UInt8(ascii: "\""), let end = skimmer.stringEnd(from: member.value) else { return }
            finishReason = member.value + 1..<end - 1
        default: break
        }
    }

    private mutating func noteUsage(
        _ member: JSONSkimmer.Member,
        _ first: UInt8,
        _ text: UnsafeRawBufferPointer,
        _ skimmer: JSONSkimmer,
    ) {
        if let range = object(member, first, text, skimmer) {
            usage = range
            if member.depth == 1 { ownUsage = .object }
        } else if member.depth == 1, first == UInt8(ascii: "n") {
            ownUsage = .null(Self.removal(of: member, text, skimmer))
        }
    }

    /// Where an object stands; nil: it is none, or stands inside one that was followed already.
    private mutating func object(
        _ member: JSONSkimmer.Member,
        _ first: UInt8,
        _ text: UnsafeRawBufferPointer,
        _ skimmer: JSONSkimmer,
    ) -> Range<Int>? {
        guard first == UInt8(ascii: "{"), member.value >= followed else { return nil }
        let end = skimmer.valueEnd(from: member.value)
        followed = end ?? text.count
        return end.map { member.value..<$0 }
    }

    /// The member with the comma before it and what stands around that, or the comma behind it if it is the first.
    private static func removal(
        of member: JSONSkimmer.Member,
        _ text: UnsafeRawBufferPointer,
        _ skimmer: JSONSkimmer
    ) -> Range<Int> {
        let end = min(member.value + 4, text.count)
        let start = member.name.lowerBound - 1
        let before = lastByte(before: start, text)
        if text[before] == UInt8(ascii: ",") { return lastByte(before: before, text) + 1..<end }
        let comma = skimmer.skipBlanks(from: end)
        guard comma < text.count, text[comma] == UInt8(ascii: ",") else { return start..<end }
        return start..<skimmer.skipBlanks(from: comma + 1)
    }

    /// The last one that is no white space.
    private static func lastByte(before place: Int, _ text: UnsafeRawBufferPointer) -> Int {
        var at = place - 1
        while at > 0, text[at] <= UInt8(ascii: " ") { at -= 1 }
        return at
    }
}
