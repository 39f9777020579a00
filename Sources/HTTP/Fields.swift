/// Where one field lies in the bytes of its head.
struct FieldEntry {
    let name: ByteRange
    let value: ByteRange
}

/// The fields of a received head in the order they came, as ranges into its bytes.
///
/// Names are compared in any case and without allocating; a String is made only where one is returned.
///
/// - Source: RFC 9110 §5.
package struct Fields: Sendable {
    /// The bytes of the whole head, start line included.
    let bytes: [UInt8]
    let entries: [FieldEntry]

    /// The number of field lines.
    package var count: Int { entries.count }

    /// The value of the first field of that name; nil: there is none.
    ///
    /// Bytes above 0x7F that are not UTF-8 appear as U+FFFD; `bytes(of:)` has them as they came.
    package subscript(_ name: String) -> String? {
        bytes(of: name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The bytes of the first value of that name; nil: there is none.
    package func bytes(of name: String) -> ArraySlice<UInt8>? {
        entry(name).map { bytes[$0.value.range] }
    }

    /// The values of all fields of that name, in order.
    package func values(of name: String) -> [String] {
        var values: [String] = []
        forEachEntry(name) { values.append(String(decoding: bytes[$0.value.range], as: UTF8.self)) }
        return values
    }

    /// Whether the first value of that name begins so, in any case; `beginning` is in lower case.
    package func begins(_ name: String, with beginning: StaticString) -> Bool {
        guard let value = entry(name)?.value.range, value.count >= beginning.utf8CodeUnitCount else {
            return false
        }
        return bytes.withUnsafeBytes {
            let start = $0[value].prefix(beginning.utf8CodeUnitCount)
            return FieldText.isEqual(UnsafeRawBufferPointer(rebasing: start), beginning)
        }
    }

    /// Whether a field of that name is there.
    package func contains(_ name: String) -> Bool {
        entry(name) != nil
    }

    /// Whether `token` is an element of the comma-separated lists of that name, in any case (RFC 9110 §5.6.1).
    package func contains(_ name: String, token: String) -> Bool {
        var isFound = false
        forEachEntry(name) { isFound = isFound || hasElement($0, token) }
        return isFound
    }

    /// Hands every field to `body`, in order, as strings.
    package func forEach(_ body: (_ name: String, _ value: String) -> Void) {
        for entry in entries {
            body(
                String(decoding: bytes[entry.name.range], as: UTF8.self),
                String(decoding: bytes[entry.value.range], as: UTF8.self)
            )
        }
    }

    /// Hands every field to `body`, in order, as the bytes that came; they are valid only during the call.
    package func forEachRaw(
        _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void
    ) {
        bytes.withUnsafeBytes { all in
            for entry in entries {
                body(
                    UnsafeRawBufferPointer(rebasing: all[entry.name.range]),
                    UnsafeRawBufferPointer(rebasing: all[entry.value.range])
                )
            }
        }
    }

    /// The first field of that name.
    private func entry(_ name: String) -> FieldEntry? {
        var name = name
        return name.withUTF8 { name in
            bytes.withUnsafeBytes { all in
                for entry in entries where Self.isNamed(entry, UnsafeRawBufferPointer(name), in: all) {
                    return entry
                }
                return nil
            }
        }
    }

    private func forEachEntry(_ name: String, _ body: (FieldEntry) -> Void) {
        var name = name
        name.withUTF8 { name in
            bytes.withUnsafeBytes { all in
                for entry in entries where Self.isNamed(entry, UnsafeRawBufferPointer(name), in: all) {
                    body(entry)
                }
            }
        }
    }

    @inline(__always)
    private static func isNamed(
        _ entry: FieldEntry,
        _ name: UnsafeRawBufferPointer,
        in all: UnsafeRawBufferPointer
    ) -> Bool {
        let range = entry.name.range
        guard range.count == name.count else { return false }
        return FieldText.isEqual(UnsafeRawBufferPointer(rebasing: all[range]), name)
    }

    private func hasElement(_ entry: FieldEntry, _ token: String) -> Bool {
        var token = token
        var isFound = false
        token.withUTF8 { token in
            bytes.withUnsafeBytes { all in
                FieldText.forEachElement(of: UnsafeRawBufferPointer(rebasing: all[entry.value.range])) {
                    element in
                    if FieldText.isEqual(element, UnsafeRawBufferPointer(token)) { isFound = true }
                }
            }
        }
        return isFound
    }
}
