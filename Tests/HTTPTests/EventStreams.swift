import HTTP

/// A splitter, and what it made of the pieces of a stream.
struct EventStreams {
    var events: [String] = []
    /// Of each event, how many lines it has.
    var lines: [Int] = []
    var fault: EventStreamFault?
    /// So many events are taken.
    var wanted = Int.max
    private var splitter = EventStreamSplitter()

    init() {}

    init(_ pieces: [[UInt8]]) { for piece in pieces { take(piece) } }

    init(_ text: String) { take(Array(text.utf8)) }

    /// The bytes of all events, one behind the other.
    var bytes: [UInt8] { events.flatMap(\.utf8) }

    /// What the events say, without those that say nothing.
    var sayings: [ServerSentEvent] {
        events.map(serverSentEvent).filter { $0 != serverSentEvent("") }
    }

    var isInsideEvent: Bool { splitter.isInsideEvent }

    mutating func take(_ bytes: [UInt8]) {
        guard fault == nil else { return }
        var (events, lines, wanted) = (events, lines, wanted)
        bytes.withUnsafeBytes { all in
            do throws(EventStreamFault) {
                try splitter.split(all) { event, count in
                    lines.append(count)
                    events.append(String(decoding: event, as: UTF8.self))
                    wanted -= 1
                    return wanted > 0
                }
            } catch {
                fault = error
            }
        }
        (self.events, self.lines, self.wanted) = (events, lines, wanted)
    }
}

/// Reads an event from its text.
func serverSentEvent(_ text: String) -> ServerSentEvent {
    Array(text.utf8).withUnsafeBytes { ServerSentEvent($0) }
}

/// The text of the only line of data in an event.
func onlyData(of text: String) -> String? {
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBytes { ServerSentEvent.onlyData(of: $0) }
        .map { String(decoding: bytes[$0], as: UTF8.self) }
}

/// The text of the data in an event that is one line.
func data(ofLine text: String) -> String? {
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBytes { ServerSentEvent.data(ofLine: $0) }
        .map { String(decoding: bytes[$0], as: UTF8.self) }
}
