/// Takes out of a text what a browser would run if the text were shown as a page.
///
///     Sanitizer.sanitized("Hello <script>alert('x')</script> world")      "Hello  world"
///
/// Script elements, `javascript:` and attributes such as `onerror=` are removed, again and again until nothing changes,
/// so that what is left cannot come together to another one. Code that a model is asked about may need them: so no
/// prompt is treated like this unless the listener says so.
///
/// - Source: the local provider's rules, made whole: its own left `onerror` in.
package enum Sanitizer {
    /// The longest text that is left, in Unicode scalars.
    package static let limit = ChatLimits.local.contentScalars

    /// Texts made to come together again and again are not followed for ever.
    private static let passes = 8
    /// Each of what is removed has one of these.
    private static let needed: Set<UInt8> = [0x3C, 0x3A, 0x3D]

    /// The text, cut to `limit` and without what could run.
    package static func sanitized(_ text: String, limit: Int = limit) -> String {
        var bytes = Array(String(text.unicodeScalars.prefix(limit)).utf8)
        for _ in 0..<passes {
            let next = pass(bytes)
            if next.count == bytes.count { return String(decoding: bytes, as: UTF8.self) }
            bytes = next
        }
        bytes.removeAll(where: needed.contains)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Everything that is there now is removed once, from left to right.
    private static func pass(_ bytes: [UInt8]) -> [UInt8] {
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        var scanner = Scanner(bytes: bytes)
        while let byte = scanner.next(behind: kept.last) { kept.append(byte) }
        return kept
    }

    private struct Scanner {
        let bytes: [UInt8]
        var position = 0
        /// Whether an element, and a tag, end behind here; what is not there is looked for once.
        var hasClosing = true
        var hasTagEnd = true

        /// The next byte that stays.
        mutating func next(behind previous: UInt8?) -> UInt8? {
            while position < bytes.count, skip(behind: previous) {}
            guard position < bytes.count else { return nil }
            defer { position += 1 }
            return bytes[position]
        }

        private mutating func skip(behind previous: UInt8?) -> Bool {
            switch bytes[position] | 0x20 {
            case UInt8(ascii: "<") | 0x20: skipTag()
            case UInt8(ascii: "j"): skip("javascript:")
            case UInt8(ascii: "o"): !isWord(previous) && skipHandler()
            default: false
            }
        }

        private mutating func skip(_ text: StaticString) -> Bool {
            guard reads(text, at: position) else { return false }
            position += text.utf8CodeUnitCount
            return true
        }

        /// A script element whole, or one of its tags alone.
        private mutating func skipTag() -> Bool {
            guard reads("<script", at: position) || reads("</script", at: position) else { return false }
            let isOpening = reads("<script", at: position)
            guard let end = end(ofTagAt: position) else { return false }
            position = end
            guard isOpening, hasClosing else { return true }
            var place = position
            while place < bytes.count, !reads("</script", at: place) { place += 1 }
            if place < bytes.count, let end = self.end(ofTagAt: place) {
                position = end
            } else {
                hasClosing = false
            }
            return true
        }

        /// `onload=`, `onerror =`.
        private mutating func skipHandler() -> Bool {
            guard reads("on", at: position) else { return false }
            var place = position + 2
            while place < bytes.count, isWord(bytes[place]) { place += 1 }
            guard place > position + 2 else { return false }
            while place < bytes.count, bytes[place] == 0x20 || (0x09...0x0D).contains(bytes[place]) {
                place += 1
            }
            guard place < bytes.count, bytes[place] == UInt8(ascii: "=") else { return false }
            position = place + 1
            return true
        }

        private mutating func end(ofTagAt start: Int) -> Int? {
            guard hasTagEnd else { return nil }
            let end = bytes[start...].firstIndex(of: UInt8(ascii: ">")).map { $0 + 1 }
            hasTagEnd = end != nil
            return end
        }

        private func reads(_ text: StaticString, at place: Int) -> Bool {
            let count = text.utf8CodeUnitCount
            guard place + count <= bytes.count else { return false }
            return (0..<count).allSatisfy { lowercased(bytes[place + $0]) == text.utf8Start[$0] }
        }

        private func lowercased(_ byte: UInt8) -> UInt8 {
            byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
        }

        private func isWord(_ byte: UInt8?) -> Bool {
            guard let byte else { return false }
            return byte == UInt8(ascii: "_") || byte &- 0x30 < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26
        }
    }
}
