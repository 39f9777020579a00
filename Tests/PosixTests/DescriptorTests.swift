import Glibc
import Posix
import Testing

@Suite struct DescriptorTests {
    @Test func `it closes when its owner goes away`() throws {
        let (read, write) = try makePipe()
        do {
            let owner = Descriptor(owning: write)
            let isOpen = Descriptor.isOpen(owner.number)
            #expect(isOpen)
        }

        var bytes: [UInt8] = [0]
        #expect(try Descriptor.read(read, filling: &bytes) == 0)
        _ = Descriptor(owning: read)
    }

    @Test func `a released number stays open`() throws {
        let (read, write) = try makePipe()
        let number = Descriptor(owning: write).release()

        #expect(Descriptor.isOpen(number))
        for number in [read, write] { _ = Descriptor(owning: number) }
    }

    @Test func `a duplicate outlives the original and is closed on exec`() throws {
        let (read, write) = try makePipe()
        defer { close(read) }
        let copy = try Descriptor(owning: write).duplicate().release()
        let sent = try [UInt8]("x".utf8).withUnsafeBytes { bytes throws(Errno) in
            try Descriptor.write(copy, bytes)
        }

        #expect(sent == 1)
        #expect(copy > 2)
        #expect(fcntl(copy, F_GETFD) == FD_CLOEXEC)
        close(copy)
    }

    @Test func `an empty pipe has nothing now, and a full one no room`() throws {
        let (read, write) = try makePipe(capacity: 4096)
        defer { for number in [read, write] { close(number) } }
        var byte: [UInt8] = [0]
        let flood = [UInt8](repeating: 1, count: 65_536)

        #expect(try Descriptor.read(read, filling: &byte) == nil)
        let first = try flood.withUnsafeBytes { bytes throws(Errno) in try Descriptor.write(write, bytes) }
        let second = try flood.withUnsafeBytes { bytes throws(Errno) in try Descriptor.write(write, bytes) }
        #expect(first == 4096)
        #expect(second == nil)
    }

    @Test func `both ends of a pipe are closed on exec and never wait`() throws {
        let (read, write) = try makePipe()
        for number in [read, write] {
            #expect(fcntl(number, F_GETFD) == FD_CLOEXEC)
            #expect(fcntl(number, F_GETFL) & O_NONBLOCK != 0)
            _ = Descriptor(owning: number)
        }
    }

    @Test func `all is written to a blocking descriptor`() throws {
        let folder = try TemporaryFolder()
        let file = try FileSystem.open("\(folder.path)/file", O_WRONLY | O_CREAT)
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
        try Descriptor.writeAll(file.number, bytes)

        #expect(try FileSystem.read("\(folder.path)/file") == bytes)
    }

    @Test func `reading a bad descriptor is an error, not an end`() {
        #expect(throws: Errno("read", code: EBADF)) {
            var byte: [UInt8] = [0]
            return try Descriptor.read(-1, filling: &byte)
        }
    }
}
