import HTTP
import Testing

struct EventStreamSplitterTests {
    struct Row: Sendable {
        let text: String
        let events: [String]
        var isInside = false

        init(_ events: String..., rest: String = "", isInside: Bool = false) {
            text = events.joined() + rest
            (self.events, self.isInside) = (events, isInside)
        }
    }

    static let rows = [
        Row(),
        Row("data: a\n\n"),
        Row("data: a\n\n", "data: b\n\n", "data: [DONE]\n\n"),
        Row("data: a\r\r", "data: b\r\r"),
        Row("data: a\r\n\r\n", "data: b\r\n\r\n"),
        Row("data: a\r\n\n", "data: b\n\r\n", "data: c\r\n\n"),
        Row("event: e\ndata: a\ndata: b\nid: 1\n\n", "x\n\n"),
        Row(": ping\n\n", "data: a\n\n", ": OPENROUTER PROCESSING\n\n"),
        Row("\u{FEFF}data: a\n\n", "data: \u{FEFF}\n\n"),
        Row("data: a\u{2028}b\u{2029}c\u{85}d\u{0B}e\u{0C}f\n\n"),
        Row("data: Gr\u{FC}\u{DF}e \u{1F600}\n\n", "data: \0\n\n"),
        Row("data: \u{10A}\u{10D}\u{A0A}\u{D0D}\n\n"),
        Row("\n", "\n", "data: a\n\n", "\n"),
        Row("\r\n", "\r\n", "data: a\r\n\r\n"),
        Row("data: a\n\n", rest: "data: b", isInside: true),
        Row("data: a\n\n", rest: "data: b\n", isInside: true),
        Row("data: a\r\n\r\n", rest: "data: b\r\n", isInside: true),
        Row(rest: ":", isInside: true),
        Row("data: 12345678\n\n", "data: 123456789012345678901234567890\n\n", rest: "d", isInside: true),
    ]

    @Test(arguments: rows)
    func `an event ends with its empty line`(row: Row) {
        let streams = EventStreams(row.text)

        #expect(streams.events == row.events)
        #expect(streams.isInsideEvent == row.isInside)
        #expect(streams.fault == nil)
    }

    /// A CR ends its line at once; a LF that turns out to belong to it leads the next event.
    @Test(arguments: rows)
    func `the events are the same wherever the stream is cut`(row: Row) {
        let bytes = Array(row.text.utf8)
        let whole = EventStreams(row.text)
        let hasReturn = bytes.contains(UInt8(ascii: "\r"))
        var cuts = (1...9).map { bytes.pieces(of: $0) }
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let parts = [bytes[..<first], bytes[first..<second], bytes[second...]]
                cuts.append(parts.map { [UInt8]($0) })
            }
        }

        for pieces in cuts {
            let streams = EventStreams(pieces)
            #expect(streams.sayings == whole.sayings)
            #expect(bytes.starts(with: streams.bytes))
            #expect(streams.isInsideEvent == row.isInside)
            #expect(hasReturn || streams.events == row.events)
            #expect(streams.lines == streams.events.map(lineCount))
        }
    }

    /// The lines that are not empty.
    private func lineCount(of event: String) -> Int {
        event.utf8.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.count
    }

    @Test(arguments: 0...70)
    func `a line ends at its first LF or CR, wherever that is`(length: Int) {
        for end in ["\n\n", "\r\r", "\r\n\r\n"] {
            for place in 0...length {
                let line = String(repeating: "x", count: place)
                let rest = String(repeating: "\u{0B}", count: length - place)
                let streams = EventStreams("x" + line + end + rest)
                #expect(streams.events == ["x" + line + end])
                #expect(streams.lines == [1])
            }
        }
    }

    @Test func `a CR and the LF behind it are one line end though they come apart`() {
        #expect(EventStreams([Array("data: a\r".utf8), Array("\ndata: b\r".utf8)]).events == [])
        let streams = EventStreams([Array("data: a\r\n\r".utf8), Array("\ndata: b\n\n".utf8)])
        #expect(streams.events == ["data: a\r\n\r", "\ndata: b\n\n"])
        let empty = EventStreams([Array("data: a\r".utf8), [], Array("\n".utf8), [], Array("\n".utf8)])
        #expect(empty.events == ["data: a\r\n\n"])
    }

    @Test func `a LF that is left of a CR LF is not the beginning of an event`() {
        let streams = EventStreams([Array("data: a\r\n\r".utf8), Array("\n".utf8)])
        #expect(streams.events == ["data: a\r\n\r"])
        #expect(!streams.isInsideEvent)
    }

    @Test(arguments: 0..<64)
    func `nothing is lost, added or changed`(seed: UInt64) {
        var dice = SeededGenerator(state: seed)
        let alphabet = ["\n", "\r", "\r\n", "\r\n\r\n", "\n\n", "data: x", ": c", "id:1", "\u{2028}", "é"]
        let mark = Bool.random(using: &dice) ? "\u{FEFF}" : ""
        let bytes = (0..<Int.random(in: 1...200, using: &dice)).reduce(into: Array(mark.utf8)) { bytes, _ in
            bytes += Array((alphabet.randomElement(using: &dice) ?? "").utf8)
        }
        let whole = EventStreams([bytes])
        for _ in 0..<16 {
            let cuts = (0..<Int.random(in: 0...20, using: &dice)).map { _ in
                Int.random(in: 0...bytes.count, using: &dice)
            }
            var streams = EventStreams()
            var start = 0
            for cut in cuts.sorted() + [bytes.count] {
                streams.take([UInt8](bytes[start..<cut]))
                start = cut
            }
            #expect(bytes.starts(with: streams.bytes))
            #expect(streams.isInsideEvent == whole.isInsideEvent)
            #expect(streams.sayings == whole.sayings)
            #expect(EventStreams([Array(bytes.dropFirst(streams.bytes.count))]).sayings.isEmpty)
        }
    }

    @Test func `nothing is taken behind the event that is refused`() {
        var streams = EventStreams()
        streams.wanted = 2
        streams.take(Array("data: a\n\ndata: b\n\ndata: c\n\n".utf8))
        #expect(streams.events == ["data: a\n\n", "data: b\n\n"])
    }

    private static let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 64 << 10)

    /// A splitter that has taken the longest line there may be, but for its end.
    private static var longest: EventStreams {
        var streams = EventStreams()
        for _ in 0..<EventStreamSplitter.lineLimit / piece.count { streams.take(piece) }
        return streams
    }

    @Test(arguments: ["\n\n", "\r\r", "\r\n\r\n", "\ndata: y\n\n"])
    func `a line of 16 MiB passes`(end: String) {
        var streams = Self.longest
        streams.take(Array(end.utf8))

        let (lengths, fault, isInside) = (
            streams.events.map(\.utf8.count), streams.fault, streams.isInsideEvent
        )
        #expect(fault == nil)
        #expect(lengths == [EventStreamSplitter.lineLimit + end.utf8.count])
        #expect(!isInside)
    }

    @Test(arguments: ["x", "xxxxxxxxxxxxxxxxx", "x\n\n", "xy\r\n\r\ndata: y\n\n"], [1, 100])
    func `a line that is one byte longer is refused, wherever it is cut`(end: String, size: Int) {
        var streams = Self.longest
        for piece in Array(end.utf8).pieces(of: size) { streams.take(piece) }

        let (count, fault) = (streams.events.count, streams.fault)
        #expect(count == 0)
        #expect(fault == .lineTooLong)
    }

    @Test func `an event of several lines may be longer than a line`() {
        var streams = Self.longest
        streams.take([UInt8(ascii: "\n")] + Self.piece)
        streams.take(Array("\n\n".utf8))

        let count = streams.bytes.count
        #expect(count == EventStreamSplitter.lineLimit + 1 + Self.piece.count + 2)
    }
}
