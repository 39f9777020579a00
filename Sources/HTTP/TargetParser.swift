/// Checks a request target and finds its parts.
///
/// - Source: RFC 9112 §3.2 (the four forms), RFC 3986 §3 (characters), §6.2.2 (why encoded dots are dots).
struct TargetParser {
    let head: UnsafeRawBufferPointer
    private var hasEscapes = false
    private var hasDots = false

    init(head: UnsafeRawBufferPointer) {
        self.head = head
    }

    /// The parts of the target at `range`, which is not empty.
    mutating func parse(_ range: Range<Int>, method: Method) throws(HTTPFault) -> Target {
        var target = Target(whole: ByteRange(range), path: ByteRange(range))
        guard range.count > 1 || head[range.lowerBound] != Byte.asterisk else {
            guard method == .options else { throw .asteriskWithoutOptions }
            return target
        }
        var start = range.lowerBound
        if head[start] != Byte.slash {
            let authority = try authority(range)
            target.authority = ByteRange(authority)
            start = authority.upperBound
        }
        var end = start
        while end < range.upperBound, head[end] != Byte.question {
            hasDots = hasDots || head[end] == Byte.dot
            end += 1
        }
        try check(start..<end, allowing: .path)
        if hasDots || hasEscapes { try refuseDotSegments(start..<end) }
        if end < range.upperBound {
            try check(end + 1..<range.upperBound, allowing: .query)
            target.query = ByteRange(end + 1..<range.upperBound)
        }
        if hasEscapes, !PercentEncoding.isUTF8(head[range]) { throw .targetNotUTF8 }
        target.path = ByteRange(start..<end)
        if start == end, let authority = target.authority?.range {
            // An absolute URL without path means "/" (RFC 9110 §4.2.3); the second one of "//" lends itself.
            target.path = ByteRange(authority.lowerBound - 1..<authority.lowerBound)
        }
        return target
    }

    /// The authority of an absolute URL, behind `http://`.
    private func authority(_ range: Range<Int>) throws(HTTPFault) -> Range<Int> {
        guard let scheme = ["http://", "https://"].first(where: { hasPrefix($0, range) }) else {
            throw fault(ofOther: range)
        }
        let start = range.lowerBound + scheme.utf8CodeUnitCount
        var end = start
        while end < range.upperBound, head[end] != Byte.slash, head[end] != Byte.question { end += 1 }
        guard !head[start..<end].contains(UInt8(ascii: "@")) else { throw .userInfoInTarget }
        let authority = UnsafeRawBufferPointer(rebasing: head[start..<end])
        guard HostSyntax.isValid(authority) else { throw .invalidHost }
        return start..<end
    }

    private func hasPrefix(_ scheme: StaticString, _ range: Range<Int>) -> Bool {
        guard range.count >= scheme.utf8CodeUnitCount else { return false }
        let start = head[range].prefix(scheme.utf8CodeUnitCount)
        return FieldText.isEqual(UnsafeRawBufferPointer(rebasing: start), scheme)
    }

    /// What is wrong with a target in no known form: first the characters, since they say more.
    private func fault(ofOther range: Range<Int>) -> HTTPFault {
        for index in range where !ByteSet.query.contains(head[index]) && head[index] != Byte.percent {
            return Self.fault(of: head[index])
        }
        return .invalidTarget
    }

    private mutating func check(_ range: Range<Int>, allowing set: ByteSet) throws(HTTPFault) {
        var index = range.lowerBound
        while index < range.upperBound {
            if set.contains(head[index]) {
                index += 1
            } else if head[index] == Byte.percent {
                try checkEscape(at: index, before: range.upperBound)
                index += 3
            } else {
                throw Self.fault(of: head[index])
            }
        }
    }

    private mutating func checkEscape(at index: Int, before end: Int) throws(HTTPFault) {
        guard index + 2 < end, let byte = PercentEncoding.byte(head[index + 1], head[index + 2]) else {
            throw .invalidPercentEncoding
        }
        guard byte != 0 else { throw .nulInTarget }
        hasEscapes = true
    }

    private static func fault(of byte: UInt8) -> HTTPFault {
        if byte == UInt8(ascii: "#") { return .fragmentInTarget }
        if Byte.isWhitespace(byte) { return .whitespaceInTarget }
        return byte >= 0x80 ? .nonASCIITarget : .invalidTargetCharacter
    }

    /// Refuses "." and ".." between slashes; an encoded slash or backslash separates too, since it does once decoded.
    private func refuseDotSegments(_ range: Range<Int>) throws(HTTPFault) {
        var dots = 0
        var hasOther = false
        var index = range.lowerBound
        while index < range.upperBound {
            var byte = head[index]
            if byte == Byte.percent {
                byte = PercentEncoding.byte(head[index + 1], head[index + 2]) ?? byte
                index += 2
            }
            index += 1
            if byte == Byte.slash || byte == Byte.backslash {
                if !hasOther, dots == 1 || dots == 2 { throw .dotSegment }
                (dots, hasOther) = (0, false)
            } else if byte == Byte.dot {
                dots += 1
            } else {
                hasOther = true
            }
        }
        if !hasOther, dots == 1 || dots == 2 { throw .dotSegment }
    }
}
