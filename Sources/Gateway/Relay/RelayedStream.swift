import HTTP
import JSON

/// An answer's stream on its way through: every event as it came, but for the usage that only we have asked for.
///
/// Only whole events go on, so that one of ours can follow the last of them, whenever the upstream dies.
package struct RelayedStream: Sendable {
    /// What makes the stream worth nothing.
    package enum Fault: Equatable, Sendable {
        /// An event is an error; what it says.
        case error(String)
        /// Something else than events of OpenAI's.
        case malformed(String)
    }

    private static let done = [UInt8]("[DONE]".utf8)

    /// Whether usage is taken out again, for the client has not asked for it.
    private let removesUsage: Bool
    private var splitter = EventStreamSplitter()
    private var opening = ChunkOpening()
    private var usageBytes: [UInt8] = []
    private var characters = 0
    private var reason: [UInt8] = []
    /// Whether the last event was taken out.
    private var wasTakenOut = false
    /// The last event came up to a CR, whose LF may still come.
    private var isAfterReturn = false

    /// What makes the stream worth nothing; nothing more is taken then.
    package private(set) var fault: Fault?
    /// Whether an event has come that is neither a comment nor a fault.
    package private(set) var hasSpoken = false
    /// Whether `[DONE]` has come.
    package private(set) var isDone = false
    /// The bytes that have come.
    package private(set) var count = 0

    /// A stream of which nothing has come.
    package init(removesUsage: Bool) { self.removesUsage = removesUsage }

    /// Takes what has come, and appends what goes on to `output`: of an error in a stream that had begun, that too.
    package mutating func take(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        guard fault == nil else { return }
        count += bytes.count
        var splitter = splitter
        // Else the bytes that it holds would be copied with every piece.
        self.splitter = EventStreamSplitter()
        do throws(EventStreamFault) {
            try splitter.split(bytes) { event, lines in
                pass(event, isOneLine: lines == 1, into: &output)
                return fault == nil
            }
        } catch {
            fault = .malformed(
                "a line of the stream is longer than \(EventStreamSplitter.lineLimit >> 20) MiB"
            )
        }
        self.splitter = splitter
    }

    /// Why the model stopped; nil: it has not said so.
    package var finishReason: String? { reason.isEmpty ? nil : String(decoding: reason, as: UTF8.self) }

    /// What the answer has cost so far: what the upstream says, or a guess by the length of the texts.
    package func usage(promptCharacters: Int) -> Usage {
        let said = usageBytes.withUnsafeBytes { Usage(relayed: $0) }
        return said ?? Usage(estimatedFromPrompt: promptCharacters, completion: characters)
    }

    /// Why the stream is not to be believed complete, now that it has ended; nil: it is.
    ///
    /// `isFramed`: whether the end of the body was marked, so that it is no cut.
    package func incompleteness(isFramed: Bool) -> String? {
        guard hasSpoken else { return "the stream ended before it had begun" }
        if isDone { return nil }
        if splitter.isInsideEvent { return "the stream ended inside an event" }
        return isFramed && !reason.isEmpty ? nil : "the stream ended before the answer was finished"
    }

    /// Appends what has come behind the last event of a stream that is complete: the LF that its CR lacked.
    package func finish(into output: inout [UInt8]) {
        if !splitter.isInsideEvent, !wasTakenOut { output += splitter.rest }
    }

    @inline(__always)
    private mutating func pass(
        _ event: UnsafeRawBufferPointer,
        isOneLine: Bool,
        into output: inout [UInt8],
    ) {
        var event = event
        if isAfterReturn, event.first == UInt8(ascii: "\n") {
            event = UnsafeRawBufferPointer(rebasing: event.dropFirst())
            if !wasTakenOut { output.append(UInt8(ascii: "\n")) }
        }
        isAfterReturn = event.last == UInt8(ascii: "\r")
        wasTakenOut = false
        let line = isOneLine ? ServerSentEvent.data(ofLine: event) : nil
        if let range = line ?? ServerSentEvent.onlyData(of: event) {
            note(
                UnsafeRawBufferPointer(rebasing: event[range]),
                at: range.lowerBound,
                of: event,
                into: &output
            )
        } else if let data = ServerSentEvent(event).data {
            // In several lines: nothing is taken out of them.
            data.withUnsafeBytes { note($0, at: nil, of: event, into: &output) }
        } else {
            output.append(contentsOf: event)
        }
    }

    /// `start`: where the data lies in the event; nil: it lies in pieces.
    @inline(__always)
    private mutating func note(
        _ data: UnsafeRawBufferPointer,
        at start: Int?,
        of event: UnsafeRawBufferPointer,
        into output: inout [UInt8],
    ) {
        if data.first == UInt8(ascii: "["), data.starts(with: Self.done) {
            isDone = true
            return output.append(contentsOf: event)
        }
        // The first is looked at closely, the others only as far as they matter.
        guard let report = ChunkReport(data, after: &opening),
            hasSpoken || (try? JSONDocument(parsing: Array(data))) != nil
        else {
            fault = .malformed("an event of the stream is no JSON object")
            return
        }
        if report.hasError {
            fault = .error(ProviderError.message(in: data))
            // Whoever reads the stream already is told in the upstream's own words.
            if hasSpoken { output.append(contentsOf: event) }
            return
        }
        hasSpoken = true
        characters += report.characters
        if let range = report.usage ?? report.timings { usageBytes = Array(data[range]) }
        if let range = report.finishReason { reason = Array(data[range]) }
        forward(event, report, start, into: &output)
    }

    private mutating func forward(
        _ event: UnsafeRawBufferPointer,
        _ report: ChunkReport,
        _ start: Int?,
        into output: inout [UInt8],
    ) {
        guard removesUsage, let start else { return output.append(contentsOf: event) }
        switch report.ownUsage {
        case .null(let range):
            output.append(contentsOf: UnsafeRawBufferPointer(rebasing: event[..<(start + range.lowerBound)]))
            output.append(contentsOf: UnsafeRawBufferPointer(rebasing: event[(start + range.upperBound)...]))
        case .object where report.isOnlyUsage: wasTakenOut = true
        case .object, .absent: output.append(contentsOf: event)
        }
    }
}
