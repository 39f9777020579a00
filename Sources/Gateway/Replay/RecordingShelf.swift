import JSON

/// The recordings that a provider replays, and which of them answers a request.
package struct RecordingShelf: Sendable {
    /// A request, as far as it decides which recording answers it.
    package struct Question: Equatable, Sendable {
        /// Who wants a stream to end with its usage.
        package enum Wish: Sendable {
            case nobody
            case client
            /// We do, for the client does not.
            case ourselves
        }

        /// What is asked for; nil: nothing that is passed on.
        package let kind: RelayRequest.Kind?
        /// Whether a stream is asked for.
        package let streams: Bool
        /// Who wants its usage.
        package let wish: Wish
        let body: [UInt8]

        /// `asksForUsage`: whether the wish for usage in the body is ours.
        package init(target: String, body: [UInt8], asksForUsage: Bool) {
            kind = RelayRequest.Kind(target: target)
            self.body = body
            let root = (try? JSONDocument(parsing: body))?.root
            streams = root?["stream"]?.bool ?? false
            let isAsked = root?["stream_options"]?["include_usage"]?.bool ?? false
            wish = asksForUsage ? .ourselves : isAsked ? .client : .nobody
        }
    }

    /// What answers a request.
    package enum Choice: Equatable, Sendable {
        case recording(Recording)
        /// The provider was not asked for the usage of such streams, and had the question taken for an error.
        case mustNotAsk
        /// There is none of the kind.
        case nothing
    }

    private struct Entry {
        let question: Question
        let recording: Recording
        var uses = 0
    }

    private var entries: [Entry] = []

    /// A shelf on which nothing is.
    package init() {}

    /// How many there are.
    package var count: Int { entries.count }

    /// Adds one behind the others.
    package mutating func append(_ recording: Recording) {
        let request = recording.request
        let question = Question(
            target: request.target,
            body: request.body,
            asksForUsage: request.asksForUsage
        )
        entries.append(Entry(question: question, recording: recording))
    }

    /// One of the same request, else one of its kind; the least used of those, the first of several.
    package mutating func choose(_ question: Question) -> Choice {
        let isAlike = { (entry: Entry) in
            entry.question.kind == question.kind && entry.question.streams == question.streams
        }
        let alike = entries.indices.filter { isAlike(entries[$0]) }
        let same = alike.filter { entries[$0].question == question }
        if !same.isEmpty { return take(same) }
        let unasked = alike.filter { entries[$0].question.wish == .nobody }
        switch question.wish {
        case .ourselves:
            let asked = alike.filter { entries[$0].question.wish == .ourselves }
            if asked.isEmpty, !unasked.isEmpty { return .mustNotAsk }
            return take(asked.isEmpty ? alike : asked)
        case .client:
            let asked = alike.filter { entries[$0].question.wish != .nobody }
            return take(asked.isEmpty ? alike : asked)
        case .nobody: return take(unasked.isEmpty ? alike : unasked)
        }
    }

    private mutating func take(_ places: [Int]) -> Choice {
        guard let place = places.min(by: { entries[$0].uses < entries[$1].uses }) else { return .nothing }
        entries[place].uses += 1
        return .recording(entries[place].recording)
    }
}
