import Gateway
import HTTP
import JSON

/// What became of a stream that was passed on.
struct Passed: Equatable {
    var output = ""
    var fault: RelayedStream.Fault?
    var hasSpoken = false
    var isDone = false
    var finishReason: String?
    var usage: Usage
    var count = 0
    /// Why it is not to be believed complete, with a marked end and without.
    var framed: String?
    var unframed: String?

    init(_ pieces: [ArraySlice<UInt8>], removesUsage: Bool, promptCharacters: Int = 40) {
        var stream = RelayedStream(removesUsage: removesUsage)
        var bytes: [UInt8] = []
        for piece in pieces { piece.withUnsafeBytes { stream.take($0, into: &bytes) } }
        stream.finish(into: &bytes)
        output = text(bytes)
        (fault, hasSpoken, isDone) = (stream.fault, stream.hasSpoken, stream.isDone)
        (finishReason, count) = (stream.finishReason, stream.count)
        usage = stream.usage(promptCharacters: promptCharacters)
        framed = stream.incompleteness(isFramed: true)
        unframed = stream.incompleteness(isFramed: false)
    }

    init(_ text: String, removesUsage: Bool = true) {
        self.init([Array(text.utf8)[...]], removesUsage: removesUsage)
    }

    /// How it ends if it is cut in two, everywhere, and if its bytes come one by one.
    static func inPieces(_ text: String, removesUsage: Bool = true) -> [Passed] {
        let bytes = Array(text.utf8)
        let single = Passed(bytes.indices.map { bytes[$0...$0] }, removesUsage: removesUsage)
        return bytes.indices.reduce(into: [single]) { all, place in
            all.append(Passed([bytes[..<place], bytes[place...]], removesUsage: removesUsage))
        }
    }
}

/// Events with these data.
func events(_ data: String..., end: String = "\n") -> String {
    data.map { "data: \($0)\(end)\(end)" }.joined()
}

/// A chunk of OpenAI's that says `content`, with more members behind its choices.
func chunk(_ content: String, finish: String = "null", _ more: String = "") -> String {
    #"{"id":"c","choices":[{"index":0,"delta":{"content":\#(text(JSONWriter.quoted(content)))},"#
        + #""finish_reason":\#(finish)}]\#(more)}"#
}

/// The chunk that is there for the usage alone.
func usageChunk(_ prompt: Int = 3, _ completion: Int = 2) -> String {
    #"{"id":"c","choices":[],"usage":\#(usage(prompt, completion))}"#
}

func usage(_ prompt: Int, _ completion: Int) -> String {
    #"{"prompt_tokens":\#(prompt),"completion_tokens":\#(completion),"total_tokens":\#(prompt + completion)}"#
}
