package import Events
import JSON
package import Posix

/// A connection between two of our processes that carries many numbered streams at once.
///
/// Symmetric: whoever dialled opens odd streams, the other even ones. The frame that opens a stream and the one that
/// ends it carry whole bodies and cost no credit; all queued bytes of a link together are bounded.
package final class DataLink {
    package enum Side: Sendable {
        case dialled
        case accepted
    }

    /// The most bytes that wait to go out; beyond it no stream is opened.
    package static let queueLimit = 32 << 20
    /// The most bytes of a frame beside what it carries.
    static let envelope = 256

    private let stream: ByteStream
    private let input: InputBuffer
    private let queue: WriteQueue
    private let loop: EventLoop
    private let side: Side
    private var nextID: Int
    private var streams: [Int: DataStream] = [:]

    /// Takes the streams that the peer opens.
    package var onOpen: ((DataStream) -> Void)?

    package init(_ descriptor: consuming Descriptor, side: Side, on loop: EventLoop) throws(Errno) {
        stream = try ByteStream(descriptor, .unixData, on: loop)
        input = stream.makeInput()
        queue = WriteQueue(stream, on: loop)
        self.loop = loop
        self.side = side
        nextID = side == .dialled ? 1 : 2
    }

    /// The peer wants no new streams; those that run go on.
    package private(set) var isLeft = false
    /// Called when the peer begins to leave.
    package var onLeft: (() -> Void)?

    package var isOpen: Bool { stream.isOpen }
    package var openStreams: Int { streams.count }

    /// Opens a stream with a whole request; nil when the link is closed or its queue is full.
    ///
    /// `head`: what the peer's process needs to know, a JSON object.
    ///
    /// `body`: what goes on to others as it is, checked JSON.
    package func open(kind: String, head: [UInt8], body: [UInt8]) -> DataStream? {
        guard isOpen, !isLeft, queue.count + body.count < Self.queueLimit,
            head.count + body.count + Self.envelope <= Frame.dataLimit
        else { return nil }
        let opened = DataStream(id: nextID, kind: kind, opening: nil, link: self, loop: loop)
        nextID += 2
        streams[opened.id] = opened
        send(
            JSONWriter.object {
                $0.member("id", opened.id)
                $0.member("open", kind)
                $0.member("head", raw: head)
                $0.member("body", raw: body)
            }
        )
        return opened
    }

    /// Exchanges greetings: the side that dialled speaks first.
    ///
    /// `answersWithin`: how long the peer may take.
    ///
    /// The result: the peer's greeting; nil if it closed, was silent or said something else.
    package func greet(_ own: DataHello, answersWithin limit: Duration) async -> DataHello? {
        stream.setDeadline(after: limit)
        defer { stream.deadline = nil }
        if side == .dialled { send(greeting: "hello", own) }
        do {
            switch (side, try await nextFrame()?.frame) {
            case (.accepted, .hello(let peer)?):
                guard peer.version == own.version, peer.nonce == own.nonce else { return nil }
                send(greeting: "welcome", own)
                return peer
            case (.dialled, .welcome(let peer)?):
                return peer.version == own.version && peer.nonce == own.nonce ? peer : nil
            case (_, _): return nil
            }
        } catch {
            return nil
        }
    }

    /// Hands frames to their streams until the peer closes or breaks the rules; then every stream is told `lost`.
    ///
    /// - Returns: what was wrong, nil for a plain end.
    @discardableResult
    package func run() async -> (any Error)? {
        var fault: (any Error)?
        do {
            while let (frame, size) = try await nextFrame() { try handle(frame, size) }
        } catch {
            fault = error
        }
        close()
        return fault
    }

    /// Asks the peer to open no more streams.
    package func leave() { send(JSONWriter.object { $0.member("leave", true) }) }

    package func close() {
        stream.close()
        queue.close()
        let lost = streams.values
        streams = [:]
        for stream in lost { stream.receive(.lost) }
    }

    /// Suspends until everything queued has gone out, or `limit` has passed.
    package func flushed(within limit: Duration) async { await queue.flushed(within: limit) }

    // MARK: For the streams

    func send(_ payload: [UInt8]) { queue.append(Frame.framed(payload)) }

    func forget(_ id: Int) { streams[id] = nil }

    // MARK: Frames

    private func send(greeting name: String, _ hello: DataHello) {
        guard let payload = try? JSONMessageEncoder().encode(hello) else { return }
        send(JSONWriter.object { $0.member(name, raw: payload) })
    }

    private func nextFrame() async throws -> (frame: DataFrame, size: Int)? {
        while true {
            let bytes = input.unread
            if let range = try Frame.next(in: bytes, limit: Frame.dataLimit) {
                let payload = Array(UnsafeRawBufferPointer(rebasing: bytes[range]))
                input.consume(range.upperBound)
                return (try DataFrame(parsing: payload), payload.count)
            }
            guard try await stream.read(into: input) > 0 else {
                if input.isEmpty { return nil }
                throw FrameError.truncated
            }
        }
    }

    /// Frames of streams that are over here, and still were on their way, are passed over.
    private func handle(_ frame: DataFrame, _ size: Int) throws(FrameError) {
        switch frame {
        case .leave: peerLeaves()
        case .hello, .welcome: throw .notAMessage("a second greeting")
        case .open(let id, let kind, let head, let body): try accept(id, kind, head, body)
        case .chunk(let id, let chunk): streams[id]?.receive(chunk, size: size)
        case .part(let id, let text): streams[id]?.receive(part: text, size: size)
        case .end(let id, let value): streams[id]?.receive(.end(value))
        case .error(let id, let code, let message):
            if code == DataStream.leaving { peerLeaves() }
            streams[id]?.receive(.failed(code: code, message: message))
        case .cancel(let id): streams[id]?.receive(.cancelled)
        case .credit(let id, let bytes): streams[id]?.receive(credit: bytes)
        }
    }

    private func peerLeaves() {
        guard !isLeft else { return }
        isLeft = true
        onLeft?()
    }

    private func accept(_ id: Int, _ kind: String, _ head: JSONValue, _ body: JSONValue) throws(FrameError) {
        let isTheirs = id > 0 && (id % 2 == 1) == (side == .accepted)
        guard isTheirs, streams[id] == nil else {
            throw .notAMessage("stream \(id) is not the peer's to open")
        }
        let opened = DataStream(id: id, kind: kind, opening: (head, body), link: self, loop: loop)
        streams[id] = opened
        onOpen?(opened)
    }
}
