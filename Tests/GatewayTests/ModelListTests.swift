import Gateway
import JSON
import Testing

struct ModelListTests {
    @Test func `the list of models is OpenAI's`() {
        let expected =
            #"{"object":"list","data":[{"id":"a\"b","object":"model","created":7,"owned_by":"gatehouse","#
            + #""permission":[],"root":"a\"b","parent":null}]}"#
        #expect(text(ModelList.openAI(["a\"b"], created: 7)) == expected)
        #expect(text(ModelList.openAI([], created: 7)) == #"{"object":"list","data":[]}"#)
    }

    @Test func `one model is an object of the list`() throws {
        let list = try json(text(ModelList.openAI(["m", "n"], created: 7)))
        let second = try #require(list["data"]?.elements.dropFirst().first)
        #expect(Array(second.raw) == ModelList.openAI("n", created: 7))
    }

    @Test func `the list of tags is Ollama's`() throws {
        let body = ModelList.ollama(["m"], modified: newYear + 5)
        let expected =
            #"{"models":[{"name":"m","model":"m","modified_at":"2026-01-01T00:00:00.000000005Z","size":0,"#
            + #""digest":"62c66a7a5dd70c3146618063c344e531e6d4b59e379808443ce962b3abd63c5a","#
            + #""details":{"parent_model":"","format":"gatehouse","family":"gateway","families":["gateway"],"#
            + #""parameter_size":"Variable","quantization_level":"N/A"}}]}"#
        #expect(text(body) == expected)
    }

    @Test func `Ollama's greetings are Ollama's`() throws {
        #expect(text(Version.ollamaRoot) == "Ollama is running")
        #expect(try member("version", of: Version.ollama)?.wholeMatch(of: /"\d+\.\d+\.\d+"/) != nil)
    }

    @Test(arguments: [
        (951_782_399, "2000-02-28T23:59:59"), (951_782_400, "2000-02-29T00:00:00"),
        (951_868_800, "2000-03-01T00:00:00"), (1_709_164_800, "2024-02-29T00:00:00"),
        (4_107_542_400, "2100-03-01T00:00:00"), (1_798_761_599, "2026-12-31T23:59:59"),
        (-5, "1970-01-01T00:00:00"),
    ])
    func `times are spelled by the calendar`(seconds: Int64, time: String) throws {
        let body = ModelList.ollama(["m"], modified: seconds * 1_000_000_000)
        #expect(text(body).contains("\"\(time).000000000Z\""))
    }
}
