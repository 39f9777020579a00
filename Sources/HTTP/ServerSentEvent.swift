/// What the lines of one event say.
///
/// - Source: HTML Living Standard §9.2.6 (interpreting an event stream).
package struct ServerSentEvent: Equatable, Sendable {
    /// The kind of event; nil: it is not said, which means `message`.
    package private(set) var name: String?
    /// The lines of data, LF between them; nil: there is none, and nothing is to be done about the event.
    package private(set) var data: [UInt8]?
    /// What to ask for after a lost connection; nil: as before.
    package private(set) var id: String?
    /// How long to wait before connecting again, in milliseconds; nil: as before.
    package private(set) var retryMilliseconds: Int?

    /// Reads an event as ``EventStreamSplitter`` hands it out.
    package init(_ event: UnsafeRawBufferPointer) {
        Self.forEachField(of: event) { name, value in
            switch name.count {
            case 2 where Self.isEqual(name, "id"):
                // One with NUL is ignored.
                if !value.contains(0) { id = String(decoding: value, as: UTF8.self) }
            case 4 where Self.isEqual(name, "data"):
                if data == nil {
                    data = Array(value)
                } else {
                    data?.append(Byte.lineFeed)
                    data?.append(contentsOf: value)
                }
            case 5 where Self.isEqual(name, "event"): self.name = String(decoding: value, as: UTF8.self)
            case 5 where Self.isEqual(name, "retry"):
                if value.allSatisfy(Byte.isDigit), let number = Int(String(decoding: value, as: UTF8.self)) {
                    retryMilliseconds = number
                }
            default: break
            }
        }
    }

    /// Where the data lies in an event with a single line of it; nil: there is none, or there are several.
    ///
    /// What nearly every event of a model is; nothing is allocated.
    package static func onlyData(of event: UnsafeRawBufferPointer) -> Range<Int>? {
        var found: Range<Int>?
        var isOnly = true
        forEachField(of: event) { name, value in
            guard name.count == 4, isEqual(name, "data") else { return }
            if found != nil { isOnly = false }
            let start = value.baseAddress.map { $0 - (event.baseAddress ?? $0) } ?? 0
            found = start..<start + value.count
        }
        return isOnly ? found : nil
    }

    /// The same of an event that is one line, and the empty one; nil: the line is another than `data:`.
    package static func data(ofLine event: UnsafeRawBufferPointer) -> Range<Int>? {
        let name: StaticString = "data:"
        var start = name.utf8CodeUnitCount
        guard event.count > start, isEqual(UnsafeRawBufferPointer(rebasing: event[..<start]), name) else {
            return nil
        }
        var end = event.count
        while end > start, event[end - 1] == Byte.lineFeed || event[end - 1] == Byte.carriageReturn {
            end -= 1
        }
        if start < end, event[start] == Byte.space { start += 1 }
        return start..<end
    }

    @inline(__always)
    private static func forEachField(
        of event: UnsafeRawBufferPointer,
        _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void,
    ) {
        // A byte order mark may begin the stream.
        var at = event.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while at < event.count {
            let end = LineEnd.next(in: event, from: at)
            let line = event[at..<end]
            at = end + 1
            guard let first = line.first, first != Byte.colon else { continue }
            let colon = line.firstIndex(of: Byte.colon) ?? end
            var start = min(colon + 1, end)
            if start < end, event[start] == Byte.space { start += 1 }
            body(
                UnsafeRawBufferPointer(rebasing: event[line.startIndex..<colon]),
                UnsafeRawBufferPointer(rebasing: event[start..<end])
            )
        }
    }

    private static func isEqual(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        for index in 0..<bytes.count where bytes[index] != text.utf8Start[index] { return false }
        return true
    }
}
