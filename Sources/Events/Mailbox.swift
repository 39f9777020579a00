/// Values from many writers to one reader, in order; all on the loop.
package final class Mailbox<Message> {
    /// So many messages that were taken are kept at most.
    private static var spent: Int { 64 }

    private var messages: [Message] = []
    private var head = 0
    private let arrived: Signal

    package init(on loop: EventLoop) { arrived = Signal(on: loop) }

    package var count: Int { messages.count - head }

    package func post(_ message: Message) {
        messages.append(message)
        arrived.raise()
    }

    /// The next message, or nil after `duration` without one.
    package func next(atMost duration: Duration? = nil) async -> Message? {
        while true {
            if let message = take() { return message }
            guard await arrived.wait(atMost: duration) else { return take() }
        }
    }

    /// The next message if there is one now.
    package func take() -> Message? {
        guard head < messages.count else { return nil }
        let message = messages[head]
        head += 1
        if head == messages.count {
            messages.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= Self.spent {
            messages.removeFirst(head)
            head = 0
        }
        return message
    }
}
