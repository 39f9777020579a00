import Events
import Posix

/// One attempt to reach a host, at all its addresses.
///
/// They are tried in their order, the next whenever one has failed or a quarter of a second has passed; the first that
/// answers is taken.
///
/// - Source: RFC 8305 §5 (happy eyeballs).
final class Dial {
    private struct Attempt {
        let address: SocketAddress
        let stream: ByteStream
    }

    private static let headStart = Duration.milliseconds(250)

    private let loop: EventLoop
    private let happened: Signal
    private var waiting: [SocketAddress]
    private var attempts: [Attempt] = []
    private var reason = "no address"
    /// When the next address is tried, whatever becomes of those before.
    private var nextStart = Moment.now
    private var isCancelled = false

    init(_ addresses: [SocketAddress], on loop: EventLoop) {
        self.loop = loop
        waiting = addresses.reversed()
        happened = Signal(on: loop)
    }

    /// A connection that is there, its deadline unset.
    func run(by deadline: Moment) async throws(UpstreamFault) -> ByteStream {
        defer { for attempt in attempts { attempt.stream.close() } }
        while !isCancelled {
            if let stream = takeConnected() { return stream }
            if attempts.isEmpty || Moment.now >= nextStart, let address = waiting.popLast() {
                nextStart = .now + Self.headStart
                start(address)
                continue
            }
            guard !attempts.isEmpty else { throw .unreachable(reason) }
            let rest = (waiting.isEmpty ? deadline : min(deadline, nextStart)) - .now
            guard rest > .zero else { throw .connectTimeout }
            _ = await happened.wait(atMost: rest)
        }
        throw .cancelled
    }

    func cancel() {
        isCancelled = true
        happened.raise()
    }

    private func start(_ address: SocketAddress) {
        do throws(Errno) {
            let descriptor = try Socket.connect(address)
            Socket.setNoDelay(descriptor.number)
            let stream = try ByteStream(descriptor, .tcp, on: loop)
            attempts.append(Attempt(address: address, stream: stream))
            stream.registration.awaitRoom { [unowned self] in happened.raise() }
        } catch {
            fail(address, error)
        }
    }

    /// The first that has connected; those that have failed are let go.
    private func takeConnected() -> ByteStream? {
        for attempt in attempts where attempt.stream.registration.mayWrite {
            attempts.removeAll { $0.stream === attempt.stream }
            guard let error = Socket.error(of: attempt.stream.number) else { return attempt.stream }
            attempt.stream.close()
            fail(attempt.address, error)
        }
        return nil
    }

    private func fail(_ address: SocketAddress, _ error: Errno) {
        reason = "\(address): \(error)"
        nextStart = .now
    }
}
