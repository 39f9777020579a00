import Posix

/// The lines of a file, some at a time; `-` is standard input.
struct LineFile: ~Copyable {
    private static let standardInput: CInt = 0

    private let file: Descriptor
    private var rest: [UInt8] = []
    private var isAtEnd = false

    init(_ path: String) throws(Errno) {
        let opened = try Self.open(path)
        try Descriptor.setNonBlocking(opened.number, false)
        file = opened
    }

    private static func open(_ path: String) throws(Errno) -> Descriptor {
        guard path == "-" else { return try FileSystem.openFile(path) }
        return Descriptor(owning: try Descriptor.duplicate(standardInput))
    }

    /// About so many bytes of lines, none of them empty; nil: there are no more.
    mutating func next(bytes limit: Int) throws(Errno) -> [String]? {
        while true {
            let lines = try nextSlice(limit)
            if !lines.isEmpty { return lines }
            if isAtEnd { return nil }
        }
    }

    private mutating func nextSlice(_ limit: Int) throws(Errno) -> [String] {
        var room = [UInt8](repeating: 0, count: limit)
        let count = try Descriptor.read(file.number, filling: &room) ?? 0
        isAtEnd = count == 0
        rest += room.prefix(count)
        let newline = UInt8(ascii: "\n")
        let end = isAtEnd ? rest.count : rest.lastIndex(of: newline).map { $0 + 1 } ?? 0
        defer { rest.removeFirst(end) }
        return rest[..<end].split(separator: newline).map { String(decoding: $0, as: UTF8.self) }
    }
}
