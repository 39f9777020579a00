import Posix

/// What is to be written to a stream by many, in order, without anybody waiting.
///
/// Bytes go out at once as far as the kernel takes them; the rest follows as there is room.
package final class WriteQueue {
    private struct Item {
        var bytes: [UInt8]
        var sent = 0
        /// Ride on the first byte.
        var descriptors: [CInt] = []
    }

    private let stream: ByteStream
    private var items: [Item] = []
    private var head = 0
    private let wasEmptied: Signal

    /// Bytes that wait.
    package private(set) var count = 0

    /// Called once, when writing has failed; nothing more goes out then.
    package var onFailure: ((StreamError) -> Void)?
    private var hasFailed = false

    package init(_ stream: ByteStream, on loop: EventLoop) {
        self.stream = stream
        wasEmptied = Signal(on: loop)
    }

    package var isEmpty: Bool { head == items.count }

    /// `descriptors`: stay the caller's until they are gone; the queue sends duplicates and closes those.
    package func append(_ bytes: [UInt8], descriptors: [CInt] = []) {
        guard !hasFailed, !bytes.isEmpty else { return }
        items.append(Item(bytes: bytes, descriptors: duplicates(of: descriptors)))
        count += bytes.count
        if items.count - head == 1 { pump() }
    }

    deinit { discard() }

    /// Nothing more goes out; whoever waits for the queue goes on.
    package func close() {
        onFailure = nil
        fail(.closed)
    }

    /// Suspends until everything has gone out, until writing failed, or until `limit` has passed.
    package func flushed(within limit: Duration? = nil) async {
        while !isEmpty, !hasFailed { if !(await wasEmptied.wait(atMost: limit)) { return } }
    }

    private func pump() {
        do throws(StreamError) {
            while head < items.count {
                guard try advance() else { return awaitRoom() }
            }
            items.removeAll(keepingCapacity: true)
            head = 0
            stream.registration.onRoom = nil
            stream.registration.finishedWriting()
            wasEmptied.raise()
        } catch {
            fail(error)
        }
    }

    private func awaitRoom() {
        if head > 64 {
            items.removeFirst(head)
            head = 0
        }
        stream.registration.awaitRoom { [weak self] in self?.pump() }
    }

    /// Whether the first item is gone.
    private func advance() throws(StreamError) -> Bool {
        let written = try write(items[head])
        guard written > 0 else { return false }
        items[head].descriptors.forEach { _ = Descriptor(owning: $0) }
        items[head].descriptors = []
        items[head].sent += written
        count -= written
        guard items[head].sent == items[head].bytes.count else { return false }
        items[head].bytes = []
        head += 1
        return true
    }

    private func write(_ item: Item) throws(StreamError) -> Int {
        guard !item.descriptors.isEmpty else { return try stream.writeNow(item.bytes, from: item.sent) }
        do throws(Errno) {
            return try item.bytes.span.withUnsafeBytes { bytes throws(Errno) in
                try DescriptorPassing.send(stream.number, bytes, descriptors: item.descriptors) ?? 0
            }
        } catch {
            throw .failed(error)
        }
    }

    private func duplicates(of descriptors: [CInt]) -> [CInt] {
        descriptors.compactMap { number in
            let borrowed = Descriptor(owning: number)
            let copy = try? borrowed.duplicate()
            _ = borrowed.release()
            return copy?.release()
        }
    }

    private func discard() {
        for item in items[head...] { item.descriptors.forEach { _ = Descriptor(owning: $0) } }
    }

    private func fail(_ error: StreamError) {
        hasFailed = true
        discard()
        items = []
        head = 0
        count = 0
        onFailure?(error)
        onFailure = nil
        wasEmptied.raise()
    }
}
