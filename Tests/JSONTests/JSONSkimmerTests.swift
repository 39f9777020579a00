import Testing

@testable import JSON

struct JSONSkimmerTests {
    /// `depth name=rest of the text`, and whether the text was whole.
    struct Skimmed: Equatable {
        var members: [String] = []
        var isWhole = false

        init(_ bytes: [UInt8], valueLength: Int = 3) {
            bytes.withUnsafeBytes { all in
                var skimmer = JSONSkimmer(all)
                while let member = skimmer.next() {
                    let name = String(decoding: all[member.name], as: UTF8.self)
                    let value = String(decoding: all[member.value...].prefix(valueLength), as: UTF8.self)
                    members.append("\(member.depth) \(name)=\(value)")
                }
                isWhole = skimmer.isWhole
            }
        }

        init(_ text: String) { self.init(Array(text.utf8)) }
    }

    private func skim<Result>(_ text: String, _ body: (inout JSONSkimmer) -> Result) -> Result {
        Array(text.utf8).withUnsafeBytes { all in
            var skimmer = JSONSkimmer(all)
            return body(&skimmer)
        }
    }

    @Test(arguments: [
        ("{}", []), ("[]", []), ("1", []), (#""a""#, []), ("null", []), (" { } ", []),
        (#"{"a":1}"#, ["1 a=1}"]), (#"{"a":1,"b":22}"#, ["1 a=1,\"", "1 b=22}"]),
        (#"{"a":{"b":[{"c":1}]},"d":2}"#, ["1 a={\"b", "2 b=[{\"", "4 c=1}]", "1 d=2}"]),
        (#"[{"a":1},{"a":2}]"#, ["2 a=1},", "2 a=2}]"]), (#"[["a"],"b",{"c":"d"}]"#, ["2 c=\"d\""]),
        ("{ \"a\" :\t1 ,\r\n \"b\"\n:\n2 }", ["1 a=1 ,", "1 b=2 }"]), (#"{"":0}"#, ["1 =0}"]),
        (#"{"a":"b","c":"d"}"#, ["1 a=\"b\"", "1 c=\"d\""]), (#"{"a":1,"a":2}"#, ["1 a=1,\"", "1 a=2}"]),
    ])
    func `members are found at every depth, in their order`(text: String, members: [String]) {
        let skimmed = Skimmed(text)

        #expect(skimmed.members == members)
        #expect(skimmed.isWhole)
    }

    @Test(arguments: [
        (#"{"a":"\"b\":1"}"#, ["a"]), (#"{"a":"{\"b\":[1}"}"#, ["a"]), (#"{"a":"\\","b":1}"#, ["a", "b"]),
        (#"{"a":"\\\"","b":1}"#, ["a", "b"]), (#"{"a\"b":1}"#, [#"a\"b"#]),
        (#"{"a":"}]","b":1}"#, ["a", "b"]),
        (#"{"a":"[[[","b":1}"#, ["a", "b"]), (#"{"\u0061":1}"#, [#"\u0061"#]),
        ("{\"é\":\"\u{2028}é\",\"b\":1}", ["é", "b"]), ("{\"a\":\"\n\t\u{1}\",\"b\":1}", ["a", "b"]),
        (#"{"12345678":"1234567890123456\"","b":1}"#, ["12345678", "b"]),
    ])
    func `what looks like a member inside a string is none`(text: String, names: [String]) {
        let skimmed = Skimmed(text)

        #expect(skimmed.members.map { String($0.dropFirst(2).prefix { $0 != "=" }) } == names)
        #expect(skimmed.isWhole)
    }

    @Test(arguments: [
        "{", "[", "{\"a\":1", "{\"a\":[1}", "{\"a\":{\"b\":1}", "}", "]", "{}}", "{}]{", "\"", "\"a", "\"a\\",
        "\"a\\\"",
        "{}\"a\"", "{} 1", "[]\"a\":1",
        "{\"a", "{\"a\":\"", "{\"a\":\"b}", "{\"a\":\"b\\", "{\"a\":\"b\\\"}", "{\"a\":\"b\\\\\\\"}", "}{",
    ])
    func `a text that is cut or unbalanced is not whole`(text: String) {
        #expect(!Skimmed(text).isWhole)
    }

    @Test(arguments: ["{\"a\":", "{\"a\" :", "{\"a\":  ", "{\"a\""])
    func `the value of the last member may be missing`(text: String) {
        let skimmed = Skimmed(text)

        #expect(!skimmed.isWhole)
        #expect(skimmed.members == (text.contains(":") ? ["1 a="] : []))
    }

    @Test func `every beginning of a text is skimmed within its bounds, and is not whole`() {
        let bytes = Array(#" {"a\\\"":"\u00e9","b":[{"c":null},"}"],"d":{}}"#.utf8)
        for count in 2..<bytes.count { #expect(!Skimmed([UInt8](bytes[..<count])).isWhole) }
        #expect(Skimmed(bytes).isWhole)
    }

    @Test(arguments: 0..<200)
    func `whatever the bytes are it ends, with places inside the text`(seed: Int) {
        var state = UInt64(seed)
        let alphabet = Array(#"{}[]":,\\ anu1"#.utf8) + [0xC3, 0x0A, 0x00]
        let bytes = (0..<64).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return alphabet[Int(state >> 33) % alphabet.count]
        }
        bytes.withUnsafeBytes { all in
            var skimmer = JSONSkimmer(all)
            var last = -1
            while let member = skimmer.next() {
                #expect(member.name.lowerBound > last)
                #expect(member.value <= all.count)
                if let end = skimmer.valueEnd(from: member.value) { #expect(end <= all.count) }
                last = member.name.upperBound
            }
        }
    }

    @Test(arguments: [
        (#""a" x"#, 3), (#""a\"b"x"#, 6), (#""\\"x"#, 4), (#"{"a":"}"}x"#, 9), (#"[[1],{"]":2}] ]"#, 13),
        ("{}}", 2),
        ("[]", 2), (#""""#, 2), (#""a"#, nil), ("{\"a\":1", nil), ("[[]", nil), (#"["]"#, nil), ("", nil),
    ])
    func `a value ends where what it opened is closed`(text: String, end: Int?) {
        #expect(skim(text) { $0.valueEnd(from: 0) } == end)
    }

    @Test(arguments: [
        ("", 0, 0), ("a", 0, 0), (" \t\r\na", 0, 4), ("  ", 0, 2), ("a  b", 1, 3), ("\u{0B}a", 0, 0),
        ("\0", 0, 0), (" ", 1, 1),
    ])
    func `only the four blanks are skipped`(text: String, start: Int, end: Int) {
        #expect(skim(text) { $0.skipBlanks(from: start) } == end)
    }

    @Test(arguments: [
        #"{"usage":1,"a":{"text":2,"tex":3,"texts":4},"error":5,"x":6}"#, #"{"Usage":1,"USAGE":2,"":3}"#,
        #"{"u":1,"us":2,"usa":3,"usag":4,"usage":5,"usages":6}"#,
    ])
    func `no member of a name that is asked for is passed by`(text: String) {
        let bytes = Array(text.utf8)
        let names = ["usage", "text", "error"]
        func found(_ filter: JSONSkimmer.Filter) -> [String] {
            bytes.withUnsafeBytes { all in
                var skimmer = JSONSkimmer(all, filter)
                var found: [String] = []
                while let member = skimmer.next() {
                    found.append(String(decoding: all[member.name], as: UTF8.self))
                }
                #expect(skimmer.isWhole)
                return found
            }
        }

        let all = found(JSONSkimmer.Filter())
        let some = found(JSONSkimmer.Filter(names: names))
        #expect(some.filter(names.contains) == all.filter(names.contains))
        #expect(some.count < all.count)
    }

    @Test func `a long name does not pass for a short one`() {
        let name = String(repeating: "u", count: 69)
        let filter = JSONSkimmer.Filter(names: ["usage"])
        let bytes = Array(#"{"\#(name)":1,"usage":2}"#.utf8)
        bytes.withUnsafeBytes { all in
            var skimmer = JSONSkimmer(all, filter)
            var last: Range<Int>?
            while let member = skimmer.next() { last = member.name }
            #expect(last?.count == 5)
        }
    }

    @Test func `behind every member one can go on in another text that begins alike`() {
        let bytes = Array(#" {"a":"x","b":[{"c":null},"}"],"d":{ "e" : 1 }} "#.utf8)
        bytes.withUnsafeBytes { all in
            var skimmer = JSONSkimmer(all)
            while let member = skimmer.next() {
                var (on, rest) = (skimmer, JSONSkimmer(all, at: member.value, depth: member.depth))
                while true {
                    let (one, other) = (on.next(), rest.next())
                    #expect(
                        one?.name == other?.name && one?.value == other?.value && one?.depth == other?.depth
                    )
                    if one == nil { break }
                }
                #expect(rest.isWhole)
            }
        }
    }
}
