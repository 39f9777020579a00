import Config
import Testing

@Suite
struct ConfigurationPrinterTests {
    @Test
    func `every key is printed once per section`() {
        let text = Configuration.printed(Array(Sample.everyKey.utf8))

        for key in ConfigurationKey.all {
            #expect(
                text.contains("\n\(key.name) = ") || text.contains("\n# \(key.name) is not set"),
                "\(key.name)"
            )
        }
    }

    @Test
    func `variables stay unexpanded and digests are left out`() {
        let text = Configuration.printed(Array(Sample.everyKey.utf8))

        #expect(text.contains("address = \"${HOST}:9000\"\n"))
        #expect(text.contains("sha256 = \"<redacted>\"\n"))
        #expect(!text.contains("0A0A"))
    }

    @Test
    func `what is printed means the same, digests and fields aside`() throws {
        let digest = String(repeating: "0a", count: 32)
        let text = Configuration.printed(Array(Sample.everyKey.utf8))
            .replacing("headers = \"<redacted>\"", with: "headers = { x-team = \"a\" }")
            .replacing("<redacted>", with: digest)

        #expect(try valid(text).configuration == Sample.everyField)
    }

    @Test
    func `of an empty file the defaults are printed`() throws {
        let text = Configuration.printed([])

        #expect(text.hasPrefix("[[listeners]]\nname = \"main\"\naddress = \"127.0.0.1:8788\"\n"))
        #expect(text.contains("\n[server]\nworkers = 0\n"))
        #expect(try valid(text).configuration == Configuration())
    }
}
