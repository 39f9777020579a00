import Testing
import Transport

@testable import gatehousectl

@Suite struct AgentOptionsTests {
    @Test func `a model and a command are enough`() throws {
        let options = try AgentOptions(parsing: ["--model", "m", "--", "tr", "a-z", "--", "A-Z"])

        #expect(options.models == ["m"])
        #expect(options.command == ["tr", "a-z", "--", "A-Z"])
        #expect(options.url.description == AgentOptions.usualURL)
        #expect(options.input == .last)
        #expect(options.concurrency == 16)
        #expect(options.timeout == nil)
        #expect(!options.isQuiet)
    }

    @Test func `every option is taken, in both spellings`() throws {
        let options = try AgentOptions(
            parsing: [
                "--model=a", "--model", "b", "--model", "a", "--url=ws://[::1]:9/x?y=1", "--key-file", "k",
                "--agent-id=me", "--input", "json", "--concurrency=3", "--timeout", "5m", "--env=A", "--env",
                "B",
                "--quiet", "--", "cat",
            ]
        )

        #expect(options.models == ["a", "b"])
        #expect(options.url.description == "ws://[::1]:9/x?y=1")
        #expect(options.keyFile == "k")
        #expect(options.agentID == "me")
        #expect(options.input == .json)
        #expect(options.concurrency == 3)
        #expect(options.timeout == TimeLimit("5m"))
        #expect(options.environment == ["A", "B"])
        #expect(options.isQuiet)
    }

    @Test(arguments: [
        ("--model m", "agent needs -- COMMAND"), ("--model m --", "agent needs -- COMMAND"),
        ("-- cat", "agent needs --model NAME"), ("--model", "--model needs a value"),
        ("--model= -- cat", "--model needs a value"), ("--model m cat", "'cat': write -- between"),
        ("--modl m -- cat", "unknown option '--modl'"), ("--quiet=1 -- cat", "--quiet takes no value"),
        ("--model m --url http://x -- cat", "--url 'http://x': must be ws://"),
        ("--model m --url wss://x -- cat", "--url 'wss://x': must be ws://"),
        ("--model m --input all -- cat", "--input 'all': must be last or json"),
        ("--model m --concurrency 0 -- cat", "--concurrency '0': must be 1 to 1000"),
        ("--model m --concurrency x -- cat", "--concurrency 'x': must be 1 to 1000"),
        ("--model m --timeout 5 -- cat", "--timeout '5': must be like"),
        ("--model m --env A=1 -- cat", "--env 'A=1': must be a name"),
    ])
    func `what cannot be understood is refused with a reason`(line: String, reason: String) {
        let words = line.split(separator: " ").map(String.init)
        let error = #expect(throws: UsageError.self) { try AgentOptions(parsing: words) }

        #expect(error?.description.hasPrefix(reason) == true)
    }

    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("1s", .seconds(1)), ("5m", .seconds(300)),
        ("2h", .seconds(7_200)),
        ("1d", .seconds(86_400)),
    ])
    func `times have a unit`(text: String, duration: Duration) {
        #expect(TimeLimit(text)?.duration == duration)
    }

    @Test(arguments: ["", "5", "s", "0s", "-1s", "1.5s", "5 m", "5M", "٣s", "99999999999999999999s"])
    func `other times are none`(text: String) {
        #expect(TimeLimit(text) == nil)
    }
}
