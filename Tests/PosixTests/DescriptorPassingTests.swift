import Glibc
import Posix
import Testing

@Suite struct DescriptorPassingTests {
    @Test(arguments: [0, 1, 2, 15, 16])
    func `descriptors arrive with the first byte, work, and are closed on exec`(count: Int) throws {
        let pair = try Pair()
        let pipes = try (0..<count).map { _ in try makePipe() }
        defer { for pipe in pipes { close(pipe.read) } }
        #expect(try pair.send("with", descriptors: pipes.map(\.write)) == 4)
        for pipe in pipes { close(pipe.write) }
        let (text, numbers) = try pair.receive()

        #expect(text == "with")
        #expect(numbers.count == count)
        for (pipe, number) in zip(pipes, numbers) {
            #expect(fcntl(number, F_GETFD) == FD_CLOEXEC)
            #expect(write(number, "!", 1) == 1)
            var byte: [UInt8] = [0]
            #expect(try Descriptor.read(pipe.read, filling: &byte) == 1)
            close(number)
            #expect(try Descriptor.read(pipe.read, filling: &byte) == 0)
        }
    }

    @Test func `more than 16 are not sent`() throws {
        let pair = try Pair()

        #expect(throws: Errno("sendmsg", code: EINVAL)) {
            _ = try pair.send("x", descriptors: [CInt](repeating: pair.left, count: 17))
        }
    }

    @Test func `more than 16 that come are all closed, and it is an error`() throws {
        let pair = try Pair()
        let (read, write) = try makePipe()
        defer { close(read) }
        sendDescriptors(over: pair.left, [CInt](repeating: write, count: 20))
        close(write)

        #expect(throws: Errno("recvmsg", code: EMSGSIZE)) { _ = try pair.receive() }
        var byte: [UInt8] = [0]
        #expect(try Descriptor.read(read, filling: &byte) == 0)
    }

    @Test func `a receive stops behind the bytes that descriptors came with`() throws {
        let pair = try Pair()
        _ = try pair.send("one", descriptors: [0])
        _ = try pair.send("two", descriptors: [0])
        _ = try pair.send("three", descriptors: [])
        let first = try pair.receive()
        let second = try pair.receive()

        #expect(first.text == "one")
        #expect(second.text == "two")
        #expect(try pair.receive().text == "three")
        for number in first.descriptors + second.descriptors { close(number) }
    }

    @Test func `nothing there would block, and a closed peer is the end`() throws {
        let pair = try Pair()
        var descriptors: [CInt] = []
        var room: [UInt8] = [0]
        let nothing = try room.withUnsafeMutableBytes { bytes throws(Errno) in
            try DescriptorPassing.receive(pair.right, into: bytes, descriptors: &descriptors)
        }
        shutdown(pair.left, CInt(SHUT_WR))

        #expect(nothing == nil)
        #expect(try pair.receive().text == "")
    }

    @Test func `what cannot be sent now would block and keeps its descriptors`() throws {
        let pair = try Pair()
        let flood = String(repeating: "x", count: 1 << 20)
        while try pair.send(flood, descriptors: []) != nil {}

        #expect(try pair.send("x", descriptors: [pair.left]) == nil)
        #expect(Descriptor.isOpen(pair.left))
    }

    @Test func `the peer of a Unix socket is this user's process`() throws {
        let pair = try Pair()
        let peer = try UnixPeer(of: pair.left)

        #expect(peer.uid == getuid())
        #expect(peer.pid == getpid())
        #expect(peer.groups.first == getgid())
    }

    @Test func `a TCP socket has no such peer`() throws {
        let listener = try Socket.listen(.ipv4([127, 0, 0, 1], port: 0))

        #expect(throws: Never.self) { try UnixPeer(of: listener.number) }
        #expect((try? UnixPeer(of: listener.number))?.pid == 0)
    }
}

/// Two connected sockets, closed at the end of a test.
private final class Pair {
    let left: CInt
    let right: CInt

    init() throws { (left, right) = try Socket.pair() }

    deinit {
        close(left)
        close(right)
    }

    func send(_ text: String, descriptors: [CInt]) throws -> Int? {
        try Array(text.utf8).withUnsafeBytes { bytes throws(Errno) in
            try DescriptorPassing.send(left, bytes, descriptors: descriptors)
        }
    }

    func receive() throws -> (text: String, descriptors: [CInt]) {
        try #require(isReadable(right))
        var room = [UInt8](repeating: 0, count: 4096)
        var descriptors: [CInt] = []
        let count = try room.withUnsafeMutableBytes { bytes throws(Errno) in
            try DescriptorPassing.receive(right, into: bytes, descriptors: &descriptors)
        }
        return (String(decoding: room.prefix(try #require(count)), as: UTF8.self), descriptors)
    }
}

/// One byte with more descriptors than ours may send (cmsg(3)), as a stranger would.
private func sendDescriptors(over socket: CInt, _ numbers: [CInt]) {
    let header = MemoryLayout<cmsghdr>.size
    var control = [UInt8](repeating: 0, count: header + numbers.count * 4)
    control.withUnsafeMutableBytes { room in
        var first = cmsghdr()
        (first.cmsg_len, first.cmsg_level, first.cmsg_type) = (room.count, SOL_SOCKET, CInt(SCM_RIGHTS))
        room.storeBytes(of: first, as: cmsghdr.self)
        for (index, number) in numbers.enumerated() {
            room.storeBytes(of: number, toByteOffset: header + index * 4, as: CInt.self)
        }
    }
    var byte: UInt8 = 1
    withUnsafeMutableBytes(of: &byte) { bytes in
        control.withUnsafeMutableBytes { control in
            var part = iovec(iov_base: bytes.baseAddress, iov_len: 1)
            withUnsafeMutablePointer(to: &part) { part in
                var message = msghdr()
                message.msg_iov = part
                message.msg_iovlen = 1
                message.msg_control = control.baseAddress
                message.msg_controllen = control.count
                _ = sendmsg(socket, &message, 0)
            }
        }
    }
}
