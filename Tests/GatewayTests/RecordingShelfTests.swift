import Gateway
import Testing

@Suite
struct RecordingShelfTests {
    private static let target = "/v1/chat/completions"
    private static let wish = #""stream_options":{"include_usage":true}"#

    @Test(arguments: [
        ("/v1/chat/completions", RelayRequest.Kind.chat), ("/v1/completions", .completion),
        ("/openai/deployments/x/chat/completions?api-version=1", .chat), ("/embeddings", .embedding),
    ])
    func `what is asked for is the end of the path`(target: String, kind: RelayRequest.Kind) {
        #expect(RelayRequest.Kind(target: target) == kind)
        #expect(RelayRequest.Kind(target: "/x" + target) == kind)
        #expect(RelayRequest.Kind(target: "/v1/models?\(target)") == nil)
    }

    @Test
    func `the same request comes first, then its kind in turn`() {
        var shelf = Self.shelf([#"{"a":1}"#, #"{"a":2}"#, #"{"stream":true}"#, #"{"a":3}"#])

        #expect(Self.places(&shelf, [#"{"a":2}"#, #"{"a":2}"#]) == [1, 1])
        #expect(Self.places(&shelf, ["{}", "{}", "{}", "{}"]) == [0, 3, 0, 3])
        #expect(Self.places(&shelf, [#"{"stream":true,"b":1}"#]) == [2])
    }

    @Test
    func `of several of the same request the least used is taken`() {
        var shelf = Self.shelf(["{}", "{}", "{}"])

        #expect(Self.places(&shelf, ["{}", "{}", "{}", "{}"]) == [0, 1, 2, 0])
    }

    @Test
    func `there is nothing of another kind`() {
        var shelf = Self.shelf(["{}"])

        #expect(shelf.choose(.init(target: "/embeddings", body: [], asksForUsage: false)) == .nothing)
        #expect(shelf.choose(Self.question(#"{"stream":true}"#)) == .nothing)
    }

    @Test
    func `streams that were not asked for their usage must not be asked for it`() {
        var shelf = Self.shelf([#"{"stream":true}"#])

        #expect(
            shelf.choose(Self.question("{\"stream\":true,\(Self.wish)}", asksForUsage: true)) == .mustNotAsk
        )
        #expect(Self.places(&shelf, [#"{"stream":true}"#, "{\"stream\":true,\(Self.wish)}"]) == [0, 0])
    }

    @Test
    func `whoever wants usage gets what has it, and others what has none`() {
        let asked = "{\"stream\":true,\(Self.wish)"
        var shelf = RecordingShelf()
        shelf.append(RecordingTests.recording(["0"], body: #"{"stream":true,"a":1}"#))
        shelf.append(RecordingTests.recording(["1"], body: asked + #","a":1}"#, asksForUsage: true))
        shelf.append(RecordingTests.recording(["2"], body: asked + #","a":2}"#))

        #expect(Self.place(shelf.choose(Self.question(asked + "}", asksForUsage: true))) == 1)
        #expect(Self.place(shelf.choose(Self.question(asked + "}"))) == 2)
        #expect(Self.place(shelf.choose(Self.question(#"{"stream":true}"#))) == 0)
    }

    private static func question(_ body: String, asksForUsage: Bool = false) -> RecordingShelf.Question {
        .init(target: "/chat/completions", body: Array(body.utf8), asksForUsage: asksForUsage)
    }

    /// Recordings of those requests, each answered with its own number.
    private static func shelf(_ bodies: [String]) -> RecordingShelf {
        var shelf = RecordingShelf()
        for (index, body) in bodies.enumerated() {
            shelf.append(RecordingTests.recording([String(index)], body: body))
        }
        return shelf
    }

    /// The numbers of what answers those requests.
    private static func places(_ shelf: inout RecordingShelf, _ bodies: [String]) -> [Int?] {
        bodies.map { place(shelf.choose(question($0))) }
    }

    private static func place(_ choice: RecordingShelf.Choice) -> Int? {
        guard case .recording(let recording) = choice else { return nil }
        return Int(String(decoding: recording.answer, as: UTF8.self))
    }
}
