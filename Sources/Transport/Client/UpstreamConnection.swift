import Events
import HTTP
import Posix

/// A connection to an upstream: one exchange after the other.
final class UpstreamConnection {
    /// As much of a head as anybody sends, and a body of any length.
    private static let limits = HTTPLimits(headBytes: 128 << 10, bodyBytes: nil, fieldCount: 1000)

    let stream: ByteStream
    let input: InputBuffer
    var parser = ResponseParser(limits: limits)
    /// Answers that were read to their end.
    var answered = 0
    /// Since when nobody uses it.
    var idleSince: Moment
    /// What is done when the other end closes it while nobody uses it.
    var onPeerClosed: (() -> Void)?

    init(_ stream: ByteStream, since now: Moment) {
        self.stream = stream
        idleSince = now
        input = stream.makeInput()
    }

    /// Whether nothing has come that nobody asked for, an end least of all.
    var isQuiet: Bool {
        let registration = stream.registration
        guard stream.isOpen, !registration.peerClosed, input.isEmpty else { return false }
        guard registration.mayRead else { return true }
        do throws(StreamError) { return try stream.readNow(into: input) == nil } catch { return false }
    }

    func close() { stream.close() }
}
