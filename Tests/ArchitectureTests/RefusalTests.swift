import Testing

@Suite struct RefusalTests {
    @Test(arguments: Refusal.all)
    func `Sources contain none`(of refusal: Refusal) throws {
        let faults = try refusal.faults(in: SourceFile.all.get())
        #expect(faults.isEmpty, "\(refusal.name):\n\(faults.joined(separator: "\n"))")
    }

    @Test(arguments: Refusal.all)
    func `a planted one is found`(refusal: Refusal) throws {
        let faults = try refusal.faults(in: [SourceFile(path: "JSON/Value.swift", text: refusal.planted)])
        #expect(faults.count == refusal.limit + 1)
    }

    @Test(arguments: Refusal.all)
    func `innocent text passes`(refusal: Refusal) throws {
        let text = """
            import FoundationEssentials
            public import JSON

            /// Never `fork()`; no `try!`, fatalError() or Task.sleep, nothing public var or nonisolated(unsafe).
            package struct Forker {
                private let queue: Mutex<[Int]>
                let why = "fork(), Task.detached, try! \\(forks(1)) @unchecked Sendable"
                let root = "/workers/rooted/homes/"
                let publicKey = try? spawn(open: 1)
                var isOpen: Bool { if case .open where self.public == .open { true } else { false } }
            }
            """ + String(repeating: "\n", count: 380)
        #expect(try refusal.faults(in: [SourceFile(path: "JSON/Value.swift", text: text)]).isEmpty)
    }

    @Test(arguments: [
        "public var a = 1", "public(set) var a = 1", "open class A {}", "@objc public\n    func a()",
    ])
    func `access beyond the package is found in every form`(text: String) throws {
        let refusal = try #require(Refusal.all.first { $0.name == "public declarations" })
        #expect(try refusal.faults(in: [SourceFile(path: "JSON/Value.swift", text: text)]).count == 1)
    }

    @Test func `a limit counts all files together`() throws {
        let refusal = try #require(Refusal.all.first { $0.name == "a second @unchecked Sendable" })
        let file = SourceFile(path: "Events/Loop.swift", text: "final class Loop: @unchecked Sendable {}")
        #expect(try refusal.faults(in: [file]).isEmpty)
        #expect(try refusal.faults(in: [file, file]).count == 2)
    }

    @Test(arguments: [
        ("let a = \"fork()\"", "let a = \"      \""),
        ("let a = \"x\\(try! b(\"y\"))z\"", "let a = \" \\(try! b(\" \")) \""),
        ("a() // try!\nb()", "a()        \nb()"),
        ("a /* x /* y */ z */ b", "a                   b"),
        ("#\"a\\(b)\"\\#(c)\"#", "#\"      \\#(c)\"#"),
        ("\"\\\"try!\" + a", "\"      \" + a"),
        ("\"\"\"\n  try! \"b\"\n\"\"\"; c", "\"\"\"\n          \n\"\"\"; c"),
        ("let a = /\"/\ntry! b()", "let a = /\" \ntry! b()"),
    ])
    func `code is what neither comments nor literals hold`(text: String, code: String) {
        #expect(SwiftCode.blanked(text) == code)
    }
}
