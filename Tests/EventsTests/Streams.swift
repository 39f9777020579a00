import Events
import Posix

/// Two streams that are connected to each other.
func connectedStreams(_ kind: Registration.Kind = .unixData, on loop: EventLoop) throws -> (
    ByteStream, ByteStream
) {
    let (left, right) = try Socket.pair()
    return (
        try ByteStream(Descriptor(owning: left), kind, on: loop),
        try ByteStream(Descriptor(owning: right), kind, on: loop)
    )
}

extension InputBuffer {
    /// Everything unread, taken.
    func takeAll() -> [UInt8] {
        defer { consume(count) }
        return Array(unread)
    }
}
