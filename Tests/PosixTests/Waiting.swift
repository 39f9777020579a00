import Glibc

/// Whether `descriptor` has something to read or has ended, as poll(2) says; at most ten seconds.
func isReadable(_ descriptor: CInt) -> Bool { polled(descriptor, POLLIN) }

/// Whether there is room to write, or a connection attempt has ended.
func isWritable(_ descriptor: CInt) -> Bool { polled(descriptor, POLLOUT) }

private func polled(_ descriptor: CInt, _ events: CInt) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    while true {
        let count = poll(&entry, 1, 10_000)
        if count >= 0 { return count == 1 }
        if errno != EINTR { return false }
    }
}
