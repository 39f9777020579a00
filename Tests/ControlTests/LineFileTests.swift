import Posix
import Testing

@testable import gatehousectl

@Suite struct LineFileTests {
    @Test(arguments: [1, 2, 3, 5, 7, 64, 4096])
    func `lines are whole, however they are read`(limit: Int) throws {
        let path = "/tmp/gatehouse-lines-\(Digest.hexadecimal(Digest.random(6)))"
        defer { FileSystem.remove(path) }
        try FileSystem.replace(path, with: Array("{\"a\":1}\n\n{\"b\":\"ä\"}\nlast".utf8), mode: 0o600)

        var file = try LineFile(path)
        var lines: [String] = []
        while let some = try file.next(bytes: limit) { lines += some }

        #expect(lines == ["{\"a\":1}", "{\"b\":\"ä\"}", "last"])
    }

    @Test func `a file that is not there says so`() {
        #expect(throws: Errno.self) { _ = try LineFile("/nonexistent") }
    }
}
