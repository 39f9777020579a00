import Testing

@testable import JSON

struct JSONValueTests {
    private func value(_ text: String) throws -> JSONValue {
        try JSONDocument(parsing: Array(text.utf8)).root
    }

    @Test(arguments: [
        ("null", JSONValue.Kind.null), (" true ", .bool), ("false", .bool), ("-1", .number),
        ("1e1", .number), (#""""#, .string), (#""\n""#, .string), ("[]", .array), ("{}", .object),
    ])
    func `a value has its kind`(text: String, kind: JSONValue.Kind) throws {
        let value = try value(text)
        #expect(value.kind == kind)
        #expect(value.isNull == (kind == .null))
        #expect((value.bool != nil) == (kind == .bool))
        #expect((value.double != nil) == (kind == .number))
        #expect((value.string != nil) == (kind == .string))
        #expect(value.elements.isEmpty)
        #expect(value.members.isEmpty)
    }

    @Test(arguments: [
        (#""""#, ""), (#""plain""#, "plain"), (#""\"\\\/""#, "\"\\/"), (#""\b\f\n\r\t""#, "\u{8}\u{C}\n\r\t"),
        (#""\u00e9\u20AC""#, "é€"), (#""\ud83d\ude00!""#, "😀!"), (#""a\u0000b""#, "a\0b"),
        (#""\ud83d""#, "\u{FFFD}"), (#""\ude00x""#, "\u{FFFD}x"), (#""\ud83d\u0041""#, "\u{FFFD}A"),
        (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"), (#""é☃😀""#, "é☃😀"), (#""\\u0041""#, "\\u0041"),
        (#""\ud83d\n""#, "\u{FFFD}\n"), (#""\ud83dabcdefgh""#, "\u{FFFD}abcdefgh"),
    ])
    func `a string is unescaped`(spelling: String, text: String) throws {
        let value = try value(spelling)
        #expect(value.string == text)
        #expect(value.isString(text))
        #expect(!value.isString(text + "x"))
        #expect(!value.isString("other"))
        #expect(Array(value.raw) == Array(spelling.utf8))
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("3", 3), ("-2", -2), ("9223372036854775807", Int.max),
        ("-9223372036854775808", Int.min), ("9223372036854775808", nil), ("-9223372036854775809", nil),
        ("99999999999999999999", nil), ("3.0", nil), ("3e0", nil), (#""3""#, nil), ("true", nil),
    ])
    func `an int is an integer spelled as one`(text: String, int: Int?) throws {
        #expect(try value(text).int == int)
    }

    @Test(arguments: [
        ("0", 0.0), ("-1.5", -1.5), ("1E2", 100), ("3.141592653589793", 3.141592653589793),
        ("1e-400", 0), ("1e400", nil), ("-1e400", nil), ("5e-324", Double.leastNonzeroMagnitude),
        ("18446744073709551616", 0x1p64),
        ("null", nil), (#""1""#, nil),
    ])
    func `a double is any finite number`(text: String, double: Double?) throws {
        #expect(try value(text).double == double)
    }

    @Test func `a member is found by its name`() throws {
        let value = try value(#"{"a":{"b":[1,{"c":2}]},"b":0,"":5,"\u00e9":6,"long name of a member":7}"#)
        #expect(value["b"]?.int == 0)
        #expect(value[""]?.int == 5)
        #expect(value["é"]?.int == 6)
        #expect(value["long name of a member"]?.int == 7)
        #expect(value["c"] == nil)
        #expect(value["a"]?["b"]?.elements.first?.int == 1)
        #expect(value["a"]?["b"]?["c"] == nil)
        #expect(value["b"]?["a"] == nil)
    }

    @Test func `the last of duplicate members counts`() throws {
        let value = try value(#"{"a":1,"b":2,"\u0061":3}"#)
        #expect(value["a"]?.int == 3)
        #expect(value.members.map(\.name) == ["a", "b", "a"])
        #expect(value.members.map(\.value.int) == [1, 2, 3])
    }

    @Test func `elements and members come in order`() throws {
        let value = try value(#"[ 1, [2, 3], {"z":4, "a":[5]}, "six" ]"#)
        #expect(value.elements.count == 4)
        #expect(
            value.elements.map { String(decoding: $0.raw, as: UTF8.self) }
                == ["1", "[2, 3]", #"{"z":4, "a":[5]}"#, #""six""#]
        )
        let object = try #require(value.elements.dropFirst(2).first)
        #expect(object.members.map(\.name) == ["z", "a"])
        #expect(object.members.count == 2)
        #expect(object.elements.isEmpty)
        #expect(value.members.isEmpty)
    }

    @Test func `a string is not the value that looks like it`() throws {
        #expect(try !value("true").isString("true"))
        #expect(try !value("[]").isString("[]"))
        #expect(try value(#""true""#).isString("true"))
    }
}
