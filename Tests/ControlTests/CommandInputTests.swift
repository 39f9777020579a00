import Gateway
import JSON
import Testing

@testable import gatehousectl

@Suite struct CommandInputTests {
    @Test(
        arguments: [
            (#"[{"role":"user","content":"a"}]"#, "a\n"), (#"[{"role":"user","content":"a\n"}]"#, "a\n"),
            (#"[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]"#, "a\n"),
            (#"[{"role":"user","content":"a"},{"role":"user","content":"é"}]"#, "é\n"),
            (#"[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]"#, "ab\n"),
            (#"[{"role":"system","content":"a"}]"#, nil), ("[]", nil),
        ] as [(String, String?)]
    )
    func `the last message of the user is read`(messages: String, expected: String?) throws {
        let document = try JSONDocument(parsing: Array(#"{"messages":\#(messages)}"#.utf8))
        let bytes = ConversationInput.bytes(of: document, as: .last)

        #expect(bytes.map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test func `the whole request is one line`() throws {
        let document = try JSONDocument(parsing: Array("{\"id\" :\r\n\"a\\nb\",\n\"n\":1.50}".utf8))
        let bytes = try #require(ConversationInput.bytes(of: document, as: .json))

        #expect(String(decoding: bytes, as: UTF8.self) == "{\"id\" :  \"a\\nb\", \"n\":1.50}\n")
    }

    @Test func `the environment holds what is on the list`() {
        let here = [
            "PATH": "/bin", "HOME": "/h", "GATEHOUSE_API_KEY": "secret", "A": "1", "GATEHOUSE_MODEL": "old",
        ]
        let environment = CommandEnvironment.make(
            model: "m",
            requestID: "req-1",
            extra: ["A", "PATH", "NONE", "GATEHOUSE_MODEL"],
            value: { here[$0] }
        )

        #expect(
            environment == ["PATH=/bin", "HOME=/h", "A=1", "GATEHOUSE_MODEL=m", "GATEHOUSE_REQUEST_ID=req-1"]
        )
    }

    @Test(
        arguments: [("gh-1", "gh-1"), (" gh-1\r\n", "gh-1"), ("", nil), (" \n", nil)] as [(String, String?)]
    )
    func `a key is what stands between white space`(text: String, expected: String?) {
        #expect(AgentKey.key(in: Array(text.utf8)) == expected.map { Secret($0.utf8) })
    }

    @Test(
        arguments: [
            ("cat", "/a:/b", true), ("dog", "/a:/b", false), ("/b/cat", nil, true), ("./cat", "/b", false),
            ("cat", "", false),
        ] as [(String, String?, Bool)]
    )
    func `programs are looked for along the path`(name: String, path: String?, isFound: Bool) {
        #expect(ProgramPath.finds(name, path: path) { $0 == "/b/cat" } == isFound)
    }
}
