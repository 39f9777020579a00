/// The code of a Swift source: its text with comments and the insides of string literals blanked.
///
/// Line breaks stay, so line numbers hold. What stands in an interpolation is code and stays too. A literal that is
/// not closed ends with its line (a regular expression that contains a quotation mark looks like one).
///
///     let a = "fork(\(try! b()))"  // no fork()      becomes
///     let a = "     \(try! b()) "
struct SwiftCode {
    private enum Place {
        /// With the number of open parentheses since the interpolation began.
        case code(depth: Int)
        case literal(hashes: Int, isMultiline: Bool)
    }

    private let source: [UInt8]
    private var code: [UInt8] = []
    private var places = [Place.code(depth: 0)]

    /// `source` without comments and literals.
    static func blanked(_ source: String) -> String {
        var scan = SwiftCode(source: Array(source.utf8))
        scan.code.reserveCapacity(scan.source.count)
        while let place = scan.places.last, scan.code.count < scan.source.count {
            switch place {
            case .code(let depth): scan.takeCode(depth: depth)
            case .literal(let hashes, let isMultiline):
                scan.takeLiteral(hashes: hashes, isMultiline: isMultiline)
            }
        }
        return String(decoding: scan.code, as: UTF8.self)
    }

    private init(source: [UInt8]) {
        self.source = source
    }

    private mutating func takeCode(depth: Int) {
        switch next {
        case "/" where isNext("//"):
            while let byte = next, byte != "\n" { blank(1) }
        case "/" where isNext("/*"):
            takeBlockComment()
        case "#", "\"":
            takeOpening()
        case "(":
            places[places.count - 1] = .code(depth: depth + 1)
            keep(1)
        case ")":
            if depth == 1, places.count > 1 {
                places.removeLast()
            } else {
                places[places.count - 1] = .code(depth: depth - 1)
            }
            keep(1)
        default:
            keep(1)
        }
    }

    private mutating func takeBlockComment() {
        var depth = 0
        repeat {
            let step = isNext("/*") ? 1 : isNext("*/") ? -1 : 0
            depth += step
            blank(step == 0 ? 1 : 2)
        } while depth > 0 && next != nil
    }

    private mutating func takeOpening() {
        let hashes = source[code.count...].prefix { $0 == UInt8(ascii: "#") }.count
        keep(hashes)
        guard next == "\"" else {
            return
        }
        let isMultiline = isNext("\"\"\"")
        places.append(.literal(hashes: hashes, isMultiline: isMultiline))
        keep(isMultiline ? 3 : 1)
    }

    private mutating func takeLiteral(hashes: Int, isMultiline: Bool) {
        let fence = String(repeating: "#", count: hashes)
        let closing = (isMultiline ? "\"\"\"" : "\"") + fence
        if isNext(closing) {
            places.removeLast()
            keep(closing.utf8.count)
        } else if next == "\n", !isMultiline {
            places.removeLast()
        } else if next == "\\", isNext("\\" + fence + "(") {
            places.append(.code(depth: 1))
            keep(hashes + 2)
        } else {
            blank(next == "\\" && isNext("\\" + fence) ? hashes + 2 : 1)
        }
    }

    /// Nil at the end.
    private var next: Unicode.Scalar? {
        code.count < source.count ? Unicode.Scalar(source[code.count]) : nil
    }

    private func isNext(_ text: String) -> Bool {
        source[code.count...].starts(with: text.utf8)
    }

    private mutating func keep(_ count: Int) {
        code += source[code.count...].prefix(count)
    }

    private mutating func blank(_ count: Int) {
        code += source[code.count...].prefix(count).map { byte in
            byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: " ")
        }
    }
}
