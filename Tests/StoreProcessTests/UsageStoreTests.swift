import Gateway
import Posix
import Testing

@testable import StoreProcess

@Suite struct UsageStoreTests {
    private func taken(_ batch: JournalBatch, into path: String, on thread: HelperThread) async -> [String] {
        await withCheckedContinuation { continuation in
            thread.run { state in
                let store = state[UsageStore.self] ?? UsageStore(path: path)
                state[UsageStore.self] = store
                let rows = (try? store.take(batch).rows) ?? []
                continuation.resume(returning: rows.map { $0.record.id })
            }
        }
    }

    @Test func `the helper thread keeps it from one job to the next`() async throws {
        let folder = TemporaryFolder()
        let thread = try HelperThread()

        let first = await taken(JournalFixture(requests: 0..<2).batch, into: folder.database, on: thread)
        let second = await taken(JournalFixture(requests: 0..<3).batch, into: "/nonexistent/no", on: thread)

        #expect(first == ["r0", "r1"])
        #expect(second == ["r2"])
    }
}
