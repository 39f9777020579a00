import Testing

/// Something that no file under `Sources` may contain.
struct Refusal: CustomTestStringConvertible, Sendable {
    /// Where the pattern is looked for.
    enum Place {
        /// Comments and string literals left out.
        case code
        case text
    }

    let name: String
    let pattern: String
    var place = Place.code
    /// Whether C files may contain it.
    var isSwiftOnly = false
    /// How often all files together may contain it.
    var limit = 0
    /// A text that contains it once more than `limit` allows.
    let planted: String

    var testDescription: String { name }

    /// The lines of `files` that contain it (`HTTP/Head.swift:7: …`), or none if they keep to the limit.
    func faults(in files: [SourceFile]) throws -> [String] {
        let regex = try Regex(pattern).wordBoundaryKind(.simple)
        let faults = files.filter { $0.isSwift || !isSwiftOnly }.flatMap { file in
            let text = place == .code ? file.code : file.text
            return text.matches(of: regex).map { match in
                let line = text[..<match.range.lowerBound].count { $0.isNewline } + 1
                return "\(file.path):\(line): \(text[match.range].prefix { !$0.isNewline })"
            }
        }
        return faults.count > limit ? faults : []
    }

    static let all = [
        Refusal(name: "fork", pattern: #"\bv?fork\s*\("#, planted: "let pid = fork()"),
        Refusal(name: "try!", pattern: #"\btry\s*!"#, planted: "let a = try! parse(b)"),
        Refusal(name: "fatalError", pattern: #"\bfatalError\s*\("#, planted: "default: fatalError(\"no\")"),
        Refusal(
            name: "Task.detached",
            pattern: #"\bTask\s*(<.*>)?\s*\.\s*detached\b"#,
            planted: "Task<Void, Never>.detached { }",
        ),
        Refusal(
            name: "Task.sleep",
            pattern: #"\bTask\s*(<.*>)?\s*\.\s*sleep\b"#,
            planted: "try await Task.sleep(for: .seconds(1))",
        ),
        Refusal(
            name: "all of Foundation",
            pattern: #"\bimport\s+(\w+\s+)?Foundation\b"#,
            planted: "import struct Foundation.URL",
        ),
        Refusal(
            name: "Dispatch",
            pattern: #"\bimport\s+(\w+\s+)?Dispatch\b"#,
            planted: "@preconcurrency import Dispatch"
        ),
        Refusal(
            name: "public declarations",
            pattern: #"\bpublic\s*(\(set\)|(?!import\b)(?=[a-z@]))|\bopen\s+(class|func|var|subscript)\b"#,
            planted: "@frozen public struct Head {",
        ),
        Refusal(
            name: "nonisolated(unsafe)",
            pattern: #"\bnonisolated\s*\(\s*unsafe\s*\)"#,
            planted: "nonisolated(unsafe) var count = 0",
        ),
        Refusal(
            name: "a second @unchecked Sendable",
            pattern: #"@unchecked\s+Sendable\b"#,
            limit: 1,
            planted: "final class A: @unchecked Sendable {}\nextension B: @unchecked Sendable {}",
        ),
        Refusal(
            name: "a third Mutex",
            pattern: #"\b(let|var)\s.*\bMutex\s*[<(]"#,
            limit: 2,
            planted: "let a = Mutex(0)\nlet b: Mutex<[Job]>\nprivate let c = Mutex<Int>(0)",
        ),
        // Such a closure loses its caller's isolation (Swift 6.3), and with it a trip through the queue at every wait.
        Refusal(
            name: "tasks begun with a capture list",
            pattern: #"\b(start|spawn)\s*\{\s*\["#,
            planted: "start { [self] in await listen() }",
        ),
        Refusal(
            name: "file headers",
            pattern: #"\A//(?!/)"#,
            place: .text,
            isSwiftOnly: true,
            planted: "// Head.swift\nimport JSON",
        ),
        Refusal(
            name: "directories of one machine",
            pattern: #"(?:^|[^\w.])/(work|root|home|Users)/"#,
            place: .text,
            planted: "/// See /home/somebody/notes.",
        ),
        Refusal(
            name: "code hosts and package registries",
            pattern:
                #"\b(github\.com|gitlab\.com|pypi\.org|pythonhosted\.org|npmjs\.(com|org)|crates\.io)\b"#,
            place: .text,
            planted: "let source = \"https://github.com/some/thing\"",
        ),
        Refusal(
            name: "files over 400 lines",
            pattern: #"\A(.*\n){400}.+"#,
            place: .text,
            planted: String(repeating: "a\n", count: 401),
        ),
    ]
}
