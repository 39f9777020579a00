import HTTP

/// What a parser made of some bytes, in a form that can be compared.
struct Reading: Equatable {
    struct Message: Equatable {
        var start: String
        var fields: [String] = []
        var body: [UInt8] = []
        var isComplete = false

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    var messages: [Message] = []
    var fault: HTTPFault?
    /// How many bytes were consumed.
    var consumed = 0

    /// Reads requests from pieces that arrive one after the other, as a connection would.
    static func requests(_ pieces: [[UInt8]], limits: HTTPLimits = HTTPLimits()) -> Reading {
        var parser = RequestParser(limits: limits)
        var reading = Reading()
        reading.feed(pieces) { (bytes, position, reading) throws(HTTPFault) in
            guard let event = try parser.next(bytes, position: &position) else { return false }
            switch event {
            case .head(let head):
                reading.begin("\(head.method.name) \(head.target) \(head.minorVersion)", head.fields)
            case .body(let range): reading.append(bytes, range)
            case .end: reading.end()
            }
            return true
        }
        return reading
    }

    /// Reads responses to one method from pieces, the connection closing behind the last one if `closes`.
    static func responses(
        _ pieces: [[UInt8]],
        to method: Method = .get,
        closes: Bool = false,
        limits: HTTPLimits = HTTPLimits()
    ) -> Reading {
        var parser = ResponseParser(limits: limits)
        parser.begin(answering: method)
        var reading = Reading()
        reading.feed(pieces) { (bytes, position, reading) throws(HTTPFault) in
            guard let event = try parser.next(bytes, position: &position) else { return false }
            reading.take(event, bytes)
            return true
        }
        guard closes, reading.fault == nil else { return reading }
        do throws(HTTPFault) {
            if let event = try parser.finish() {
                reading.take(event, UnsafeRawBufferPointer(start: nil, count: 0))
            }
        } catch {
            reading.fault = error
        }
        return reading
    }

    private typealias Step = (UnsafeRawBufferPointer, inout Int, inout Reading) throws(HTTPFault) -> Bool

    private mutating func feed(_ pieces: [[UInt8]], _ step: Step) {
        var buffer: [UInt8] = []
        for piece in pieces where fault == nil {
            buffer += piece
            var position = 0
            buffer.withUnsafeBytes { bytes in
                do throws(HTTPFault) {
                    while try step(bytes, &position, &self) {}
                } catch {
                    fault = error
                }
            }
            consumed += position
            buffer.removeFirst(position)
        }
    }

    private mutating func take(_ event: ResponseParser.Event, _ bytes: UnsafeRawBufferPointer) {
        switch event {
        case .head(let head): begin("\(head.status) \(head.minorVersion)", head.fields)
        case .body(let range): append(bytes, range)
        case .end: end()
        }
    }

    private mutating func begin(_ start: String, _ fields: Fields) {
        var message = Message(start: start)
        fields.forEach { message.fields.append("\($0): \($1)") }
        messages.append(message)
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        messages[messages.count - 1].body += bytes[range]
    }

    private mutating func end() {
        messages[messages.count - 1].isComplete = true
    }
}

extension Array where Element == UInt8 {
    /// The bytes in pieces of `size`.
    func pieces(of size: Int) -> [[UInt8]] {
        stride(from: 0, to: count, by: size).map { [UInt8](self[$0..<Swift.min($0 + size, count)]) }
    }

    /// The bytes in two pieces.
    func split(at place: Int) -> [[UInt8]] {
        [[UInt8](self[..<place]), [UInt8](self[place...])]
    }
}

/// A small generator whose numbers are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

/// The head of the only request in `text`, or nil.
func requestHead(of text: String) throws(HTTPFault) -> RequestHead? {
    var parser = RequestParser(limits: HTTPLimits())
    var position = 0
    let bytes = [UInt8](text.utf8)
    let result: Result<RequestHead?, HTTPFault> = bytes.withUnsafeBytes { bytes in
        do throws(HTTPFault) {
            guard case .head(let head) = try parser.next(bytes, position: &position) else {
                return .success(nil)
            }
            return .success(head)
        } catch {
            return .failure(error)
        }
    }
    return try result.get()
}
