import Testing

@testable import JSON

struct JSONEditTests {
    private func document(_ text: String) throws -> JSONDocument {
        try JSONDocument(parsing: Array(text.utf8))
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test(arguments: [
        (#"{"model":"a","n":1}"#, #"{"model":9,"n":1}"#),
        ("{ \"n\" : 1.0 ,\n\t\"model\"  :  \"a\" }\n", "{ \"n\" : 1.0 ,\n\t\"model\"  :  9 }\n"),
        (#"{"model":"a","x":0,"model":["b"]}"#, #"{"model":9,"x":0,"model":9}"#),
        (#"{"\u006dodel":"a"}"#, #"{"\u006dodel":9}"#),
        ("{}", #"{"model":9}"#),
        ("{ }", #"{"model":9 }"#),
        (#"{"n":1e2 }"#, #"{"n":1e2,"model":9 }"#),
        (#"{"é":"\u00e9☃","in":{"model":1}}"#, #"{"é":"\u00e9☃","in":{"model":1},"model":9}"#),
        (#"["model"]"#, #"["model"]"#),
    ])
    func `a member is set and every other byte stays`(before: String, after: String) throws {
        let document = try document(before)
        #expect(text(document.replacing([.set(name: "model", in: document.root, to: [0x39])])) == after)
    }

    @Test(arguments: [
        (#"{"x":1}"#, "{}"),
        (#"{ "x" : 1 }"#, "{  }"),
        (#"{"x":1,"b":2}"#, #"{"b":2}"#),
        (#"{ "x": 1, "b": 2 }"#, #"{ "b": 2 }"#),
        (#"{"a":[1,2],"x":{"y":1},"b":2}"#, #"{"a":[1,2],"b":2}"#),
        (#"{ "a": 1, "x": 2 }"#, #"{ "a": 1 }"#),
        (#"{"x":1,"a":0,"x":2,"x":3}"#, #"{"a":0}"#),
        (#"{"x":1,"x":2,"a":0,"b":0}"#, #"{"a":0,"b":0}"#),
        (#"{"x":1,"x":2}"#, "{}"),
        (#"{"a":{"x":1}}"#, #"{"a":{"x":1}}"#),
    ])
    func `a member is removed with its comma`(before: String, after: String) throws {
        let document = try document(before)
        #expect(text(document.replacing([.remove(name: "x", in: document.root)])) == after)
    }

    @Test func `edits of several places are made at once`() throws {
        let document = try document(#"{"a":{"b":[1,2,3]},"c":"x", "d":null}"#)
        let inner = try #require(document.root["a"])
        let two = try #require(inner["b"]?.elements.dropFirst().first)
        let edits: [JSONEdit] = [
            .replace(two, with: Array("\"two\"".utf8)),
            .set(name: "e", in: document.root, to: Array("[]".utf8)),
            .remove(name: "c", in: document.root),
            .set(name: "f", in: inner, to: Array("{}".utf8)),
        ]
        let after = #"{"a":{"b":[1,"two",3],"f":{}}, "d":null,"e":[]}"#
        #expect(text(document.replacing(edits)) == after)
    }

    @Test func `all members may make way for new ones`() throws {
        let document = try document(#"{ "a":1,"b":2 }"#)
        let root = document.root
        let edits: [JSONEdit] = [
            .remove(name: "a", in: root), .set(name: "c", in: root, to: [0x33]),
            .remove(name: "b", in: root), .set(name: "d\n", in: root, to: [0x34]),
        ]
        #expect(text(document.replacing(edits)) == #"{ "c":3,"d\n":4 }"#)
    }

    @Test func `the last of two edits of one place wins`() throws {
        let document = try document(#"{"a":1}"#)
        let root = document.root
        let a = try #require(root["a"])
        func after(_ edits: JSONEdit...) -> String { text(document.replacing(edits)) }
        #expect(after(.set(name: "a", in: root, to: [0x32]), .replace(a, with: [0x33])) == #"{"a":3}"#)
        #expect(after(.replace(a, with: [0x33]), .set(name: "a", in: root, to: [0x32])) == #"{"a":2}"#)
        #expect(after(.set(name: "a", in: root, to: [0x32]), .remove(name: "a", in: root)) == "{}")
        #expect(after(.remove(name: "a", in: root), .set(name: "a", in: root, to: [0x32])) == #"{"a":2}"#)
        #expect(
            after(.set(name: "b", in: root, to: [0x32]), .set(name: "b", in: root, to: [0x33]))
                == #"{"a":1,"b":3}"#
        )
        #expect(after(.set(name: "b", in: root, to: [0x32]), .remove(name: "b", in: root)) == #"{"a":1}"#)
    }

    @Test func `an edit inside a replaced or removed place has no effect`() throws {
        let document = try document(#"{"a":{"b":1},"c":2}"#)
        let a = try #require(document.root["a"])
        let inner = JSONEdit.set(name: "b", in: a, to: [0x39])
        let appended = JSONEdit.set(name: "z", in: a, to: [0x39])
        let replacing = document.replacing([inner, appended, .replace(a, with: [0x30])])
        #expect(text(replacing) == #"{"a":0,"c":2}"#)
        let removing = document.replacing([inner, .remove(name: "a", in: document.root), appended])
        #expect(text(removing) == #"{"c":2}"#)
    }

    @Test func `the root may be replaced`() throws {
        let document = try document(" [1] ")
        #expect(text(document.replacing([.replace(document.root, with: [0x30])])) == " 0 ")
    }

    @Test(arguments: 0..<256)
    func `whatever is set and removed the text stays JSON`(seed: Int) throws {
        let document = try document(#"{"a":1, "b":{"a":2} ,"c":[], "a":3}"#)
        let names = ["a", "b", "c", "d"]
        let edits = (0..<4).map { step -> JSONEdit in
            let choice = seed >> (step * 2) & 3
            let name = names[(choice + step) % 4]
            return choice % 2 == 0
                ? .remove(name: name, in: document.root) : .set(name: name, in: document.root, to: [0x37])
        }
        let edited = try JSONDocument(parsing: document.replacing(edits))
        for case .set(let name, _, _) in edits.suffix(1) { #expect(edited.root[name]?.int == 7) }
        for case .remove(let name, _) in edits.suffix(1) { #expect(edited.root[name] == nil) }
    }
}
