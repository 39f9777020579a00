import Events
import Posix

/// The database as the loop sees it: each call runs on the helper thread, which alone has it open.
final class DatabaseKeeper {
    private let loop: EventLoop

    /// Where it is; another path counts from the next call on.
    var path: String

    init(path: String, on loop: EventLoop) {
        self.path = path
        self.loop = loop
    }

    func call<Answer: Sendable>(
        _ work: @escaping @Sendable (UsageStore) throws(StoreFault) -> Answer
    ) async throws(StoreFault) -> Answer {
        let path = path
        let result: Result<Answer, StoreFault>
        do throws(Errno) {
            result = try await loop.blocking { state in
                Result { () throws(StoreFault) in try work(Self.store(at: path, state)) }
            }
        } catch {
            throw .other(code: Int(error.code), message: error.description)
        }
        return try result.get()
    }

    /// Closes it, so that all of it is in one file.
    func close() async { try? await loop.blocking { state in state[UsageStore.self] = nil } }

    /// The one that is kept, unless it is of another path.
    private static func store(at path: String, _ state: HelperState) -> UsageStore {
        if let kept = state[UsageStore.self], kept.path == path { return kept }
        let store = UsageStore(path: path)
        state[UsageStore.self] = store
        return store
    }
}
