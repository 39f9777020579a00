import Config
import Gateway
import Testing

struct OfferedModelsTests {
    @Test(arguments: [
        (#"{"object":"list","data":[{"id":"b"},{"id":"a"},{"id":"b","object":"model"}]}"#, ["a", "b"]),
        (#"{"models":["b","a","a"]}"#, ["a", "b"]),
        (#"{"models":[{"name":"b"},{"name":"a"},"c"]}"#, ["a", "b", "c"]),
        (#"{"data":{"id":"x"},"models":["a"]}"#, ["a"]),
        (#"{"data":[{"id":"a"}],"models":["x"]}"#, ["a"]),
        (#"{"data":[{"id":"org/\u006dodel name:1"}]}"#, ["org/model name:1"]),
        (#"{"data":[]}"#, []),
    ])
    func `every form of list is read, sorted, each name once`(body: String, names: [String]) throws {
        #expect(try OfferedModels.parse(Array(body.utf8)) == names)
    }

    @Test(arguments: [
        #"{}"#, #"{"id":null}"#, #"{"id":7}"#, #"{"id":["b"]}"#, #"null"#, #"7"#, #""b""#, #"[]"#,
        #"{"name":"b"}"#, #"{"id":""}"#, #"{"id":"b\n"}"#, #"{"id":"\u0000"}"#, #"{"id":"\u007f"}"#,
        #"{"id":"\u0085"}"#, #"{"id":"b","id":""}"#, #"{"id":"\#(String(repeating: "b", count: 257))"}"#,
        #"{"id":"\#(String(repeating: "ü", count: 129))"}"#,
    ])
    func `what is no name is left out`(entry: String) throws {
        #expect(try OfferedModels.parse(Array(#"{"data":[\#(entry),{"id":"a"}]}"#.utf8)) == ["a"])
    }

    @Test(arguments: [
        ("", ModelOfferFault.notJSON), ("<html>", .notJSON), (#"{"data":["#, .notJSON),
        (#"{"data":[]} x"#, .notJSON),
        ("\u{FEFF}{\"data\":[]}", .notJSON), (String(repeating: "[", count: 200_000), .notJSON),
        ("null", .noList), ("[]", .noList), (#"["a"]"#, .noList), ("{}", .noList), (#""data""#, .noList),
        (#"{"data":null}"#, .noList), (#"{"models":{"name":"a"}}"#, .noList),
        (#"{"error":{"message":"no"}}"#, .noList),
    ])
    func `what is no list is refused`(body: String, fault: ModelOfferFault) {
        #expect(throws: fault) { try OfferedModels.parse(Array(body.utf8)) }
    }

    @Test func `bytes that are no text are refused`() {
        let body = Array(#"{"data":[{"id":""#.utf8) + [0xFF, 0xFE] + Array(#""}]}"#.utf8)
        #expect(throws: ModelOfferFault.notJSON) { try OfferedModels.parse(body) }
    }

    @Test(arguments: [(10_000, true), (10_001, false)])
    func `so many names are possible and no more`(count: Int, isPossible: Bool) {
        let names = (0..<count).map { #"{"id":"m\#($0)"}"# }.joined(separator: ",")
        let found = try? OfferedModels.parse(Array(#"{"data":[\#(names)]}"#.utf8))
        #expect(found?.count == (isPossible ? count : nil))
    }

    @Test func `a list that is too long is not read`() {
        let body = #"{"data":[]}"# + String(repeating: " ", count: OfferedModels.byteLimit)
        #expect(throws: ModelOfferFault.tooLong) { try OfferedModels.parse(Array(body.utf8)) }
        #expect(ModelOfferFault.tooLong.description == "its list is longer than 4 MiB")
    }

    @Test(arguments: [
        ([Configuration.Names.all, .all], ["z", "b", "a", "c", "x"]),
        ([.only(["c", "z", "q"]), .all], ["z", "c"]), ([.all, .only(["a", "c"])], ["a", "c"]),
        ([.only(["a"]), .only(["c"])], []), ([.only([]), .all], []),
    ])
    func `what somebody may use is of the configuration first, then of each list, each name once`(
        choices: [Configuration.Names],
        names: [String],
    ) {
        let lists = [["a", "b", "c"], [], ["a", "x", "z"]]
        #expect(OfferedModels.visible(["z", "b"], and: lists, to: choices) == names)
    }

    @Test func `without lists it is what the configuration has`() {
        #expect(OfferedModels.visible(["b", "a"], and: [], to: [.all, .only(["a"])]) == ["a"])
    }
}
