import HTTP
import Testing

struct ServerSentEventTests {
    struct Row: Sendable {
        let text: String
        var data: String?
        var name: String?
        var id: String?
        var retry: Int?

        init(_ text: String, _ data: String?, name: String? = nil, id: String? = nil, retry: Int? = nil) {
            (self.text, self.data, self.name, self.id, self.retry) = (text, data, name, id, retry)
        }
    }

    static let rows = [
        Row("", nil), Row("\n", nil), Row("\r\n", nil), Row("\r\r\n", nil),
        Row("data: a\n\n", "a"), Row("data:a\n\n", "a"), Row("data:  a\n\n", " a"),
        Row("data:\ta\n\n", "\ta"),
        Row("data: a \n\n", "a "), Row("data: a:b: c\n\n", "a:b: c"), Row("data: a", "a"),
        Row("data\n\n", ""), Row("data:\n\n", ""), Row("data: \n\n", ""), Row("data", ""),
        Row("data\ndata\n\n", "\n"), Row("data: a\ndata:\ndata: b\n\n", "a\n\nb"),
        Row("data: a\r\ndata: b\rdata: c\n\n", "a\nb\nc"), Row("\ndata: a\n\n", "a"),
        Row("\n\r\ndata: a\r\n\r", "a"),
        Row("data: a\u{2028}b\n\n", "a\u{2028}b"), Row("data: \u{FEFF}\n\n", "\u{FEFF}"),
        Row("\u{FEFF}data: a\n\n", "a"), Row("\u{FEFF}: c\ndata: a\n\n", "a"), Row("\u{FEFF}\n", nil),
        Row("\u{FEFF}\u{FEFF}data: a\n\n", nil), Row("data: a\n\u{FEFF}data: b\n\n", "a"),
        Row(": data: a\n\n", nil), Row(":\n\n", nil), Row(":data: a\ndata: b\n: c\n\n", "b"),
        Row(" data: a\n\n", nil), Row("Data: a\n\n", nil), Row("data : a\n\n", nil), Row("datax: a\n\n", nil),
        Row("dat: a\n\n", nil), Row("other: a\nfield\n\n", nil),
        Row("event: delta\ndata: a\n\n", "a", name: "delta"), Row("event: a\nevent: b\n\n", nil, name: "b"),
        Row("event:é\n\n", nil, name: "é"), Row("event: data\n\n", nil, name: "data"),
        Row("id: 1\ndata: a\n\n", "a", id: "1"), Row("id\n\n", nil, id: ""), Row("id:\n\n", nil, id: ""),
        Row("id: 1\nid: 2\0\n\n", nil, id: "1"), Row("id: \0\n\n", nil), Row("id: x y\n\n", nil, id: "x y"),
        Row("retry: 3000\n\n", nil, retry: 3000), Row("retry:0\n\n", nil, retry: 0),
        Row("retry: 007\n\n", nil, retry: 7), Row("retry: 1\nretry: 2\n\n", nil, retry: 2),
        Row("retry: 3s\n\n", nil), Row("retry: -1\n\n", nil), Row("retry: +1\n\n", nil),
        Row("retry: 1.5\n\n", nil),
        Row("retry:  1\n\n", nil), Row("retry\n\n", nil), Row("retry: 5\nretry: x\n\n", nil, retry: 5),
        Row("retry: 5\nretry:\n\n", nil, retry: 5), Row("retry: 99999999999999999999\n\n", nil),
        Row("retry: 5\nretry: 99999999999999999999\n\n", nil, retry: 5), Row("retry: \u{663}\n\n", nil),
        Row("data: a\nevent: e\nretry: 1\nid: i\n\n", "a", name: "e", id: "i", retry: 1),
    ]

    @Test(arguments: rows)
    func `the fields of an event are read`(row: Row) {
        let event = serverSentEvent(row.text)

        #expect(event.data.map { String(decoding: $0, as: UTF8.self) } == row.data)
        #expect(event.name == row.name)
        #expect(event.id == row.id)
        #expect(event.retryMilliseconds == row.retry)
    }

    @Test(arguments: rows)
    func `a single line of data is found where it lies`(row: Row) {
        let found = onlyData(of: row.text)

        #expect(found == nil || found == row.data)
        #expect((found == nil) == (row.data == nil || row.data?.contains("\n") == true))
    }

    @Test(arguments: rows)
    func `the data of an event that is one line is what any other way finds`(row: Row) {
        let streams = EventStreams(row.text)
        for (event, lines) in zip(streams.events, streams.lines) where lines == 1 {
            let found = data(ofLine: event)
            #expect(found == nil || found == onlyData(of: event))
            #expect(found != nil || !event.hasPrefix("data:"))
        }
    }

    @Test func `bytes that are no UTF-8 stay in the data`() {
        let bytes: [UInt8] = [0x64, 0x61, 0x74, 0x61, 0x3A, 0x20, 0xFF, 0xC3, 0x0A, 0x0A]
        let event = bytes.withUnsafeBytes { ServerSentEvent($0) }

        #expect(event.data == [0xFF, 0xC3])
        #expect(bytes.withUnsafeBytes { ServerSentEvent.onlyData(of: $0) } == 6..<8)
    }

    @Test(arguments: [
        ("data: {}\n\n", 6..<8), ("data:{}\r\n\r\n", 5..<7), ("\n\r\ndata: {}\n\n", 9..<11),
        ("event: x\ndata: {}\nid: 1\n\n", 15..<17), ("\u{FEFF}data: {}\n\n", 9..<11), ("data:\n\n", 5..<5),
        ("data: \n\n", 6..<6), ("data", 4..<4), ("data: x", 6..<7),
    ])
    func `the place is that in the event`(text: String, range: Range<Int>) {
        let bytes = Array(text.utf8)

        #expect(bytes.withUnsafeBytes { ServerSentEvent.onlyData(of: $0) } == range)
    }

    @Test func `a part of a buffer is an event like any other`() {
        let bytes = Array("data: other\n\ndata: mine\n\n".utf8)
        let range = bytes.withUnsafeBytes {
            ServerSentEvent.onlyData(of: UnsafeRawBufferPointer(rebasing: $0[13...]))
        }

        #expect(range == 6..<10)
    }
}
