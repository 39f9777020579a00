import Testing

@testable import JSON

struct JSONPlainReaderTests {
    /// `depth name=number`, if the whole of a text was plain.
    private func read(_ bytes: [UInt8]) -> [String]? {
        bytes.withUnsafeBytes { all in
            var reader = JSONPlainReader(all)
            var found: [String] = []
            while let member = reader.next() {
                let name = String(decoding: all[member.name], as: UTF8.self)
                found.append("\(member.depth) \(name)=\(member.number.map(String.init) ?? "")")
            }
            return reader.isWhole ? found : nil
        }
    }

    /// The same as a document has it.
    private func members(of value: JSONValue, depth: Int = 1) -> [String] {
        value.members.flatMap { name, value in
            ["\(depth) \(name)=\(value.int.map(String.init) ?? "")"] + members(of: value, depth: depth + 1)
        }
    }

    private func isAgreed(_ bytes: [UInt8]) -> Bool {
        guard let found = read(bytes) else { return true }
        return (try? JSONDocument(parsing: bytes)).map { found == members(of: $0.root) } ?? false
    }

    @Test(arguments: [
        "{}", " { } ", #"{"a":1}"#, #"{"a":0,"b":null,"c":{}}"#,
        "{ \"a\" :\t1 ,\r\n\"b\"\n: { \"c\" : 2 } } ",
        #"{"a":{"b":{"c":{"d":{"e":{"f":{"g":{}}}}}}}}"#, #"{"a":123456789012345678}"#, #"{"":1,"":2}"#,
        #"{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5,"prompt_tokens_details":{"cached_tokens":1}}"#,
    ])
    func `a plain object is read as a document is`(text: String) throws {
        let bytes = Array(text.utf8)

        #expect(try read(bytes) == members(of: JSONDocument(parsing: bytes).root))
        for count in 0..<text.utf8.count where text.utf8.dropFirst(count).contains(UInt8(ascii: "}")) {
            #expect(read([UInt8](bytes[..<count])) == nil)
        }
    }

    @Test(arguments: [
        "", " ", "5", "null", "[]", #""a""#, #"{"a":-1}"#, #"{"a":1.0}"#, #"{"a":1e3}"#, #"{"a":01}"#,
        #"{"a":00}"#,
        #"{"a":1234567890123456789}"#, #"{"a":"b"}"#, #"{"a":true}"#, #"{"a":[]}"#, #"{"\u0061":1}"#,
        #"{"é":1}"#,
        "{\"a\t\":1}", #"{"a":1,}"#, #"{,"a":1}"#, #"{"a":1 "b":2}"#, #"{"a" 1}"#, #"{"a":}"#, #"{"a":1}}"#,
        #"{"a":1}x"#, #"{"a":1}{}"#, #"{"a":nul}"#, #"{"a":nullx}"#, #"{"a":{}{}}"#, #"{"a"}"#, "{\u{0B}}",
        "{}\0",
        #"{"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":{}}}}}}}}}"#,
    ])
    func `what is not plain, or no JSON, is left to others`(text: String) {
        #expect(read(Array(text.utf8)) == nil)
    }

    @Test(arguments: 0..<400)
    func `whatever is read a document reads alike`(seed: Int) {
        var state = UInt64(seed)
        let words = [
            "{", "}", "{}", ",", ":", "\"", "\"a\":", ",\"b\":", "0", "12", "null", " ", "\n", "-", "[", "\\",
        ]
        for _ in 0..<50 {
            var text = "{"
            for _ in 0..<12 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += words[Int(state >> 33) % words.count]
            }
            for more in ["", "}", "}}"] { #expect(isAgreed(Array((text + more).utf8))) }
        }
    }

    @Test(arguments: JSONTestSuite.names)
    func `of the suite it takes nothing for plain that is not`(name: String) throws {
        let bytes = try JSONTestSuite.bytes(name)
        #expect(isAgreed(bytes))
        #expect(isAgreed(Array(#"{"a":"#.utf8) + bytes + Array("}".utf8)))
    }
}
