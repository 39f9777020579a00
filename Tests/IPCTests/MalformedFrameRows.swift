import Testing

/// Frames that no supervisor sends, and what their reader says of them.
struct MalformedFrameRow: Sendable, CustomTestStringConvertible {
    let payload: String
    let expected: Expected
    var descriptors = 0

    enum Expected: Sendable {
        /// The sentence behind "not a message of this link".
        case notAMessage(String)
        case descriptors(Int)
        /// More came than any message announced.
        case strayDescriptors
    }

    var testDescription: String { payload.count > 80 ? "\(payload.prefix(80))…" : payload }

    static let all: [MalformedFrameRow] =
        syntax.map { MalformedFrameRow(payload: $0, expected: .notAMessage($1)) }
        + shapes.map { MalformedFrameRow(payload: $0, expected: .notAMessage($1)) }
        + counts

    private static let syntax: [(String, String)] = [
        ("{]", "expected a name in quotes at offset 1"),
        ("{\"start\":{}", "the text ends too early at offset 11"),
        ("{\"start\":{}}}", "expected nothing after the value at offset 12"),
        ("{\"start\":{}}\n{}", "expected nothing after the value at offset 13"),
        ("{'start':{}}", "expected a name in quotes at offset 1"),
        ("{start:{}}", "expected a name in quotes at offset 1"),
        ("{\"start\" {}}", "expected ':' at offset 9"),
        ("{\"start\":{},}", "expected a name in quotes at offset 12"),
        ("  ", "the text ends too early at offset 2"),
        ("\u{feff}{\"start\":{}}", "expected a value at offset 0"),
        ("{\"commit\":{\"generation\":01}}", "invalid number at offset 24"),
        ("{\"a\":\"\u{1}\"}", "control character in a string at offset 6"),
        (
            String(repeating: "[", count: 129) + String(repeating: "]", count: 129),
            "nested deeper than 128 at offset 128"
        ),
        (String(repeating: "{\"a\":", count: 400_000 / 5), "nested deeper than 128 at offset 640"),
    ]

    private static let one = "Invalid number of keys found, expected one."

    private static let shapes: [(String, String)] = [
        ("[]", "expected an object"),
        ("[{\"start\":{}}]", "expected an object"),
        ("\"start\"", "expected an object"),
        ("12", "expected an object"),
        ("null", "expected an object"),
        ("{}", one),
        ("{\"fds\":0}", one),
        ("{\"begin\":{}}", one),
        ("{\"hello\":{\"version\":1,\"role\":\"worker\",\"slot\":0,\"pid\":1,\"nonce\":\"\"}}", one),
        ("{\"configured\":{}}", one),
        ("{\"Start\":{}}", one),
        ("{\"start\":{},\"abort\":{\"generation\":1}}", one),
        ("{\"start\":[]}", "start: expected an object"),
        ("{\"start\":null}", "start: expected an object"),
        ("{\"commit\":{}}", "commit.generation: missing"),
        ("{\"commit\":{\"generation\":\"1\"}}", "commit.generation: expected a number"),
        ("{\"commit\":{\"generation\":null}}", "commit.generation: expected a number"),
        ("{\"commit\":{\"generation\":1.5}}", "commit.generation: does not fit Int"),
        ("{\"commit\":{\"generation\":9223372036854775808}}", "commit.generation: does not fit Int"),
        ("{\"report\":{\"id\":true}}", "report.id: expected a number"),
        ("{\"configure\":{}}", "configure.setup: missing"),
        ("{\"configure\":{\"setup\":{\"generation\":1}}}", "configure.setup.configuration: missing"),
        ("{\"drain\":{\"order\":{}}}", "drain.order.idle: missing"),
        ("{\"drain\":{\"order\":{\"idle\":1}}}", "drain.order.idle: expected an array"),
        (
            "{\"prepare\":{\"generation\":1,\"configuration\":[],\"added\":[]}}",
            "prepare.configuration: expected an object"
        ),
    ]

    private static let counts: [MalformedFrameRow] = [
        MalformedFrameRow(payload: "{\"fds\":1,\"start\":{}}", expected: .descriptors(1)),
        MalformedFrameRow(payload: "{\"fds\":2,\"start\":{}}", expected: .descriptors(2), descriptors: 1),
        MalformedFrameRow(payload: "{\"fds\":17,\"start\":{}}", expected: .descriptors(17), descriptors: 16),
        MalformedFrameRow(payload: "{\"fds\":-1,\"start\":{}}", expected: .descriptors(-1)),
        MalformedFrameRow(
            payload: "{\"fds\":9223372036854775807,\"start\":{}}",
            expected: .descriptors(.max)
        ),
        MalformedFrameRow(payload: "{\"start\":{}}", expected: .strayDescriptors, descriptors: 1),
        MalformedFrameRow(payload: "{\"fds\":1,\"start\":{}}", expected: .strayDescriptors, descriptors: 2),
        MalformedFrameRow(
            payload: "{\"fds\":\"1\",\"start\":{}}",
            expected: .strayDescriptors,
            descriptors: 1
        ),
    ]
}
