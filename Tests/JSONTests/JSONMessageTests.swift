import Testing

@testable import JSON

private enum Message: Codable, Equatable {
    case hello(version: Int, role: String, nonce: [UInt8])
    case configure(Settings)
    case beat
    case both(Int, String?)
}

private struct Settings: Codable, Equatable {
    enum Mode: String, Codable { case fast, slow }

    struct Listener: Codable, Equatable {
        var port: UInt16
        var host: String?
    }

    var workers: Int
    var mode = Mode.fast
    var listeners: [Listener] = []
    var limits: [String: Double] = [:]
    var timeout: Duration?
    var isOpen = true
    var weight: Float = 0.1
}

private struct Numbers: Codable, Equatable {
    var a = Int8.min
    var b = Int16.max
    var c = Int32.min
    var d = Int64.min
    var e = UInt8.max
    var f = UInt32.max
    var g = UInt64.max
    var h = UInt.max
    var i = 0.1 + 0.2
    var j = Int128.min
    var k = UInt128.max
    var l = [Int128.max]
    var m = [UInt128.max]
}

private class Animal: Codable {
    var name = "Rex"
}

private final class Dog: Animal {
    private enum Key: CodingKey { case legs }

    var legs = 4

    override init() { super.init() }

    required init(from decoder: any Decoder) throws {
        legs = try decoder.container(keyedBy: Key.self).decode(Int.self, forKey: .legs)
        try super.init(from: decoder.container(keyedBy: Key.self).superDecoder())
    }

    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try super.encode(to: container.superEncoder())
        try container.encode(legs, forKey: .legs)
    }
}

struct JSONMessageTests {
    private func text(_ message: some Encodable) throws -> String {
        String(decoding: try JSONMessageEncoder().encode(message), as: UTF8.self)
    }

    private func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try JSONMessageDecoder().decode(type, from: Array(text.utf8))
    }

    private func description<Value: Decodable>(_ type: Value.Type, _ text: String) -> String? {
        #expect(throws: JSONCodingError.self) { try decode(type, text) }?.description
    }

    @Test(arguments: [
        (
            Message.hello(version: 1, role: "wor\"ker", nonce: [1, 2]),
            #"{"hello":{"version":1,"role":"wor\"ker","nonce":[1,2]}}"#
        ),
        (.beat, #"{"beat":{}}"#),
        (.both(7, nil), #"{"both":{"_0":7}}"#),
        (.both(7, "☃"), #"{"both":{"_0":7,"_1":"☃"}}"#),
        (
            .configure(Settings(workers: 2)),
            #"{"configure":{"_0":{"workers":2,"mode":"fast","listeners":[],"limits":{},"isOpen":true,"weight":0.1}}}"#
        ),
    ])
    private func `a message is written in order and comes back`(message: Message, spelling: String) throws {
        #expect(try text(message) == spelling)
        #expect(try decode(Message.self, spelling) == message)
    }

    @Test func `nested values come back`() throws {
        let settings = Settings(
            workers: 64,
            mode: .slow,
            listeners: [.init(port: 80), .init(port: 65535, host: "::1")],
            limits: ["a": 1.5, "b\n": -0.0],
            timeout: .milliseconds(-1500),
            isOpen: false
        )
        let bytes = try JSONMessageEncoder().encode(settings)
        #expect(try JSONMessageDecoder().decode(Settings.self, from: bytes) == settings)
        let wrapped = try JSONDocument(parsing: Array("[0,".utf8) + bytes + Array("]".utf8))
        let value = try #require(wrapped.root.elements.dropFirst().first)
        #expect(try JSONMessageDecoder().decode(Settings.self, from: value) == settings)
    }

    @Test func `numbers of all types come back`() throws {
        #expect(try decode(Numbers.self, text(Numbers())) == Numbers())
    }

    @Test func `top level scalars arrays and nulls come back`() throws {
        #expect(try text([1, nil, 3]) == "[1,null,3]")
        #expect(try decode([Int?].self, " [1, null, 3] ") == [1, nil, 3])
        #expect(try text("a") == #""a""#)
        #expect(try decode(Bool.self, "true"))
        #expect(try text(nil as Int?) == "null")
        #expect(try decode([[String]].self, text([["a"], [], ["b", "c"]])) == [["a"], [], ["b", "c"]])
        #expect(try decode([Int: String].self, text([4: "d"])) == [4: "d"])
    }

    @Test func `a class encodes its super under its own member`() throws {
        let dog = Dog()
        dog.name = "Ada"
        #expect(try text(dog) == #"{"super":{"name":"Ada"},"legs":4}"#)
        #expect(try decode(Dog.self, text(dog)).name == "Ada")
    }

    @Test func `unknown members are ignored and null is absent`() throws {
        let listener = try decode(Settings.Listener.self, #"{"x":[1],"port":1,"host":null,"y":{}}"#)
        #expect(listener == Settings.Listener(port: 1))
    }

    @Test(arguments: [
        (#"{"configure":{"_0":{"workers":"x"}}}"#, "configure._0.workers: expected a number"),
        (#"{"configure":{"_0":{"workers":1.5}}}"#, "configure._0.workers: does not fit Int"),
        (#"{"configure":{"_0":{}}}"#, "configure._0.workers: missing"),
        (#"{"configure":{"_0":[]}}"#, "configure._0: expected an object"),
        (#"{"hello":{"version":1,"role":2,"nonce":[]}}"#, "hello.role: expected a string"),
        (#"{"hello":{"version":1,"role":"","nonce":{}}}"#, "hello.nonce: expected an array"),
        (#"{"hello":{"version":1,"role":"","nonce":[0,256]}}"#, "hello.nonce[1]: does not fit UInt8"),
        (#"{"hello":{"version":1,"role":"","nonce":[true]}}"#, "hello.nonce[0]: expected a number"),
        ("7", "expected an object"),
        ("{", "the text ends too early at offset 1"),
    ])
    func `a fault is named with its coding path`(text: String, sentence: String) {
        #expect(description(Message.self, text) == sentence)
    }

    @Test func `what a type refuses is named with its coding path`() {
        let mode = #"{"workers":1,"mode":"odd"}"#
        #expect(description(Settings.self, mode)?.hasPrefix("mode: ") == true)
        #expect(description(Message.self, "{}")?.isEmpty == false)
        #expect(description(Bool.self, "1") == "expected true or false")
        #expect(description(Duration.self, "[1]") == "[1]: missing")
        #expect(description([Double].self, "[1e999]") == "[0]: does not fit Double")
    }

    @Test func `a number that is not finite is refused`() {
        #expect(throws: JSONCodingError.notFinite(path: "limits.a")) {
            try JSONMessageEncoder().encode(Settings(workers: 1, limits: ["a": .nan]))
        }
    }
}
