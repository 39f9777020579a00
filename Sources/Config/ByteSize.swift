/// Sizes as people write them: `0`, `512`, `64KiB`, `10MB`.
enum ByteSize {
    private static let units = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
        ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000), ("KB", 1_000), ("B", 1), ("", 1),
    ]

    /// The number of bytes that `text` names, or nil if it is no size or beyond 64 bits.
    static func parse(_ text: String) -> Int? {
        guard let (unit, factor) = units.first(where: { text.hasSuffix($0.0) }) else { return nil }
        return WholeNumber.parse(text.dropLast(unit.count), times: factor)
    }

    /// The shortest spelling of `size`, in powers of 1024.
    static func text(_ size: Int) -> String {
        guard size > 0, let (unit, factor) = units.prefix(3).first(where: { size.isMultiple(of: $0.1) })
        else {
            return String(size)
        }
        return "\(size / factor)\(unit)"
    }
}
