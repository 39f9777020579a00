import Testing

@testable import HTTP

struct TextTests {
    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"),
        (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"), (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"),
        (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"), (2_147_483_648, "Tue, 19 Jan 2038 03:14:08 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (-62_135_596_800, "Mon, 01 Jan 0001 00:00:00 GMT"),
    ])
    func `a date is written as IMF-fixdate`(seconds: Int, text: String) {
        #expect(String(decoding: imfFixdate(unixSeconds: seconds), as: UTF8.self) == text)
    }

    @Test(
        arguments: [
            ("application/json", "application/json", nil, true),
            ("Application/JSON", "application/json", nil, true),
            ("application/json; charset=utf-8", "application/json", "utf-8", true),
            ("application/json;charset=\"UTF-8\"", "application/json", "utf-8", true),
            (" application/json ;a=b; charset=x", "application/json", "x", true),
            ("application/problem+json", "application/problem+json", nil, true),
            ("text/plain", "text/plain", nil, false),
            ("application/jsonl", "application/jsonl", nil, false),
            ("multipart/form-data; boundary=x", "multipart/form-data", nil, false),
        ] as [(String, String, String?, Bool)]
    )
    func `a media type is read with its charset`(value: String, name: String, charset: String?, isJSON: Bool)
        throws
    {
        let type = try #require(MediaType(value))

        #expect(type.name == name)
        #expect(type.charset == charset)
        #expect(type.isJSON == isJSON)
    }

    @Test(arguments: ["", "json", "/", "a/", "/b", "a/b/c", "a b/c", ";", "application/json, text/plain"])
    func `a malformed media type is none`(value: String) {
        #expect(MediaType(value) == nil)
    }

    @Test(
        arguments: [
            (nil, true), ("", true), ("*/*", true), ("text/event-stream", true), ("Text/*", true),
            ("application/json", false),
            ("text/*;q=0", false), ("text/event-stream;q=0, */*", false), ("*/*;q=0.000", false),
            ("*/*;q=0.001", true),
            ("application/json, text/event-stream ; q=0.5", true), ("text/*;q=0, text/event-stream", true),
            ("garbage", false),
        ] as [(String?, Bool)]
    )
    func `Accept decides by its most specific range`(accept: String?, isAccepted: Bool) {
        #expect(MediaType.isAccepted("text/event-stream", by: accept) == isAccepted)
    }

    static let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    static let digits = "0123456789"

    @Test(arguments: [
        (ByteSet.token, "!#$%&'*+-.^_`|~" + letters + digits),
        (ByteSet.path, "-._~!$&'()*+,;=:@/" + letters + digits),
        (ByteSet.query, "-._~!$&'()*+,;=:@/?" + letters + digits),
        (ByteSet.registeredName, "-._~!$&'()*+,;=" + letters + digits),
        (ByteSet.address, ":.abcdefABCDEF" + digits),
    ])
    func `byte sets hold what their grammar says`(set: ByteSet, members: String) {
        for byte in UInt8.min...UInt8.max {
            #expect(set.contains(byte) == members.utf8.contains(byte))
        }
    }
}
