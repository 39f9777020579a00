import FoundationEssentials

/// One file under `Sources`.
struct SourceFile: Sendable {
    /// Relative to `Sources`: `HTTP/Head.swift`.
    let path: String
    let text: String
    /// The text without comments and literals.
    let code: String

    /// All files under `Sources`, C files too.
    static let all = Result { try read() }

    init(path: String, text: String) {
        self.path = path
        self.text = text
        code = SwiftCode.blanked(text)
    }

    var isSwift: Bool {
        path.hasSuffix(".swift")
    }

    var module: String {
        String(path.prefix { $0 != "/" })
    }

    /// The modules that are imported, by whatever form of `import`.
    var imports: [String] {
        guard isSwift else {
            return []
        }
        let form = /(?:^|[;\s])import\s+(?:(?:typealias|struct|class|enum|protocol|let|var|func)\s+)?([\w`]+)/
        return code.matches(of: form).map { match in
            match.1.filter { $0 != "`" }
        }
    }

    /// The names of the folders in `Sources`.
    static func modules() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: sources.path).sorted()
    }

    private static let sources = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources")

    private static func read() throws -> [SourceFile] {
        let suffixes = [".swift", ".c", ".h", ".modulemap"]
        let paths = try FileManager.default.subpathsOfDirectory(atPath: sources.path)
        return try paths.sorted().filter { path in suffixes.contains(where: path.hasSuffix) }.map { path in
            let text = try String(contentsOf: sources.appending(path: path), encoding: .utf8)
            return SourceFile(path: path, text: text)
        }
    }
}
