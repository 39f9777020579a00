import CSystem
import Glibc

/// An open file descriptor with one owner; closed when the owner goes away.
package struct Descriptor: ~Copyable, Sendable {
    package let number: CInt

    package init(owning number: CInt) { self.number = number }

    deinit { close(number) }

    /// Gives the number away; the caller closes it.
    package consuming func release() -> CInt {
        let number = number
        discard self
        return number
    }

    package borrowing func duplicate() throws(Errno) -> Descriptor {
        Descriptor(owning: try Self.duplicate(number))
    }
}

extension Descriptor {
    /// Reads into `room`: 0 at the end of the file, nil if it would block.
    @inline(__always)
    package static func read(_ number: CInt, into room: UnsafeMutableRawBufferPointer) throws(Errno) -> Int? {
        while true {
            let count = Glibc.read(number, room.baseAddress, room.count)
            if count >= 0 { return count }
            if errno == EAGAIN { return nil }
            if errno != EINTR { throw Errno("read") }
        }
    }

    /// Reads at most as many bytes as `bytes` has; nil if it would block.
    package static func read(_ number: CInt, filling bytes: inout [UInt8]) throws(Errno) -> Int? {
        while true {
            let count = Glibc.read(number, &bytes, bytes.count)
            if count >= 0 { return count }
            if errno == EAGAIN { return nil }
            if errno != EINTR { throw Errno("read") }
        }
    }

    /// The number of bytes written, or nil if it would block.
    @inline(__always)
    package static func write(_ number: CInt, _ bytes: UnsafeRawBufferPointer) throws(Errno) -> Int? {
        while true {
            let count = Glibc.write(number, bytes.baseAddress, bytes.count)
            if count >= 0 { return count }
            if errno == EAGAIN { return nil }
            if errno != EINTR { throw Errno("write") }
        }
    }

    /// Writes everything to a blocking descriptor, such as the command's standard output.
    package static func writeAll(_ number: CInt, _ bytes: [UInt8]) throws(Errno) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = try retrying("write") {
                rest.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
            }
            rest = rest.dropFirst(count)
        }
    }

    package static func setNonBlocking(_ number: CInt, _ isNonBlocking: Bool = true) throws(Errno) {
        let flags = try retrying("fcntl") { fcntl(number, F_GETFL) }
        let wanted = isNonBlocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK
        try retrying("fcntl") { fcntl(number, F_SETFL, wanted) }
    }

    package static func setCloseOnExec(_ number: CInt) throws(Errno) {
        try retrying("fcntl") { fcntl(number, F_SETFD, FD_CLOEXEC) }
    }

    /// Another number for the same open file; the caller closes it.
    package static func duplicate(_ number: CInt) throws(Errno) -> CInt {
        try retrying("fcntl") { fcntl(number, F_DUPFD_CLOEXEC, 3) }
    }

    package static func isOpen(_ number: CInt) -> Bool { fcntl(number, F_GETFD) != -1 }
}

/// A pipe whose ends are non-blocking and close-on-exec (pipe(7)).
///
/// `capacity`: bytes the kernel should hold, at most its `pipe-max-size`.
package func makePipe(capacity: Int? = nil) throws(Errno) -> (read: CInt, write: CInt) {
    var ends: [CInt] = [-1, -1]
    try retrying("pipe") { pipe(&ends) }
    for end in ends {
        try Descriptor.setCloseOnExec(end)
        try Descriptor.setNonBlocking(end)
    }
    if let capacity { _ = gh_set_pipe_size(ends[0], CInt(capacity)) }
    return (ends[0], ends[1])
}

/// The number of descriptors this process may open, after the soft limit was raised to the hard one.
package func raiseDescriptorLimit() -> Int {
    var limit: UInt64 = 0
    _ = gh_raise_descriptor_limit(&limit)
    return Int(clamping: limit)
}
