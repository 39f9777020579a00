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
        // Each end of a pipe is an open file of its own, and a program such as cat(1) ends when a read would block.
        switch direction {
        case .toProgram:
            try Descriptor.setNonBlocking(readEnd.number, false)
            theirs = readEnd
            ours = writeEnd
        case .fromProgram:
            try Descriptor.setNonBlocking(writeEnd.number, false)
            theirs = writeEnd
            ours = readEnd
        }
    }
}
