package import Events
import JSON
package import Posix

/// One side of a conversation over a Unix socket: whole messages in, whole messages out.
///
/// What each side may say is an enum, so that a message in the wrong direction does not compile. On the wire a message
/// is an object with one member, the case's name; `fds` beside it counts the descriptors that ride along.
package final class Link<Incoming: Decodable, Outgoing: Encodable> {
    private let stream: ByteStream
    private let input: InputBuffer
    private let queue: WriteQueue
    private let limit: Int

    package init(
        _ descriptor: consuming Descriptor,
        limit: Int = Frame.lifecycleLimit,
        on loop: EventLoop,
    ) throws(Errno) {
        stream = try ByteStream(descriptor, .unixLifecycle, on: loop)
        input = stream.makeInput()
        queue = WriteQueue(stream, on: loop)
        self.limit = limit
    }

    package var isOpen: Bool { stream.isOpen }
    package var number: CInt { stream.number }

    /// Bytes that wait to go out.
    package var backlog: Int { queue.count }

    /// When a ``receive()`` ends with `timedOut`; nil: never.
    package func setDeadline(after duration: Duration?) { stream.setDeadline(after: duration) }

    /// Queues the message; to a closed link it is lost, which the next ``receive()`` tells.
    ///
    /// - Returns: false when the message is too long for the link, and was not queued.
    @discardableResult
    package func send(_ message: Outgoing, descriptors: [CInt] = []) -> Bool {
        guard isOpen, var payload = try? JSONMessageEncoder().encode(message) else { return true }
        if !descriptors.isEmpty {
            payload.replaceSubrange(0..<1, with: Array("{\"fds\":\(descriptors.count),".utf8))
        }
        guard payload.count <= limit, descriptors.count <= DescriptorPassing.limit else { return false }
        queue.append(Frame.framed(payload), descriptors: descriptors)
        return true
    }

    /// The next message, and the descriptors that came with it; nil when the peer has closed.
    ///
    /// - Throws: a ``FrameError``, or a ``StreamError`` other than the end.
    package func receive() async throws -> (message: Incoming, descriptors: [CInt])? {
        while true {
            if let message = try next() { return message }
            guard stream.descriptors.count <= DescriptorPassing.limit else {
                throw FrameError.descriptors(expected: 0)
            }
            guard try await stream.read(into: input) > 0 else {
                if input.isEmpty { return nil }
                throw FrameError.truncated
            }
        }
    }

    /// Suspends until everything queued has gone out, or `limit` has passed.
    package func flushed(within limit: Duration? = nil) async { await queue.flushed(within: limit) }

    package func close() {
        stream.close()
        queue.close()
    }

    private func next() throws(FrameError) -> (message: Incoming, descriptors: [CInt])? {
        let bytes = input.unread
        guard let range = try Frame.next(in: bytes, limit: limit) else { return nil }
        let payload = Array(UnsafeRawBufferPointer(rebasing: bytes[range]))
        input.consume(range.upperBound)
        do {
            let document = try JSONDocument(parsing: payload)
            let message = try JSONMessageDecoder().decode(Incoming.self, from: document.root)
            return (message, try takeDescriptors(document.root["fds"]?.int ?? 0))
        } catch let error as FrameError {
            throw error
        } catch {
            throw .notAMessage("\(error)")
        }
    }

    /// The descriptors of the frame that ends where the unread bytes begin.
    ///
    /// They ride on its first byte, so one that came up to here and was not announced is nobody's.
    private func takeDescriptors(_ count: Int) throws(FrameError) -> [CInt] {
        guard (0...DescriptorPassing.limit).contains(count), stream.descriptors.count >= count else {
            throw .descriptors(expected: count)
        }
        let end = stream.bytesRead - input.count
        if let next = stream.descriptors.dropFirst(count).first, next.readWith <= end {
            throw .descriptors(expected: count)
        }
        let taken = stream.descriptors.prefix(count).map(\.number)
        stream.descriptors.removeFirst(count)
        return taken
    }
}
