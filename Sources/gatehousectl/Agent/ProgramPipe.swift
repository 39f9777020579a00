import Posix

/// A pipe to or from a program: our end never waits, the program's does, as programs expect of their standard streams.
struct ProgramPipe: ~Copyable {
    /// Which way the bytes go.
    enum Direction {
        case toProgram
        case fromProgram
    }

    let ours: Descriptor
    let theirs: Descriptor

    init(_ direction: Direction) throws(Errno) {
        let (read, write) = try makePipe()
        let readEnd = Descriptor(owning: read)
        let writeEnd = Descriptor(owning: write)
        switch direction {
        case .toProgram:
            theirs = try Self.reopen(readEnd, flags: 0)
            ours = writeEnd
        case .fromProgram:
            theirs = try Self.reopen(writeEnd, flags: 1)
            ours = readEnd
        }
    }

    /// The same end through an open file of its own, because O_NONBLOCK belongs to the open file and a program such as
    /// cat(1) ends when a read would block (open(2), proc(5)); `flags` are 0 to read (O_RDONLY), 1 to write (O_WRONLY).
    private static func reopen(_ end: borrowing Descriptor, flags: CInt) throws(Errno) -> Descriptor {
        try FileSystem.open("/proc/self/fd/\(end.number)", flags)
    }
}
