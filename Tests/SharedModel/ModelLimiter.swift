import Glibc
import Posix
import Shared

/// Asks for requests of one subject, and tells its ledger of each that was admitted: the table's clock is injected.
///
///     SharedModel limiter LEASE COUNT REQUESTS CONCURRENCY      COUNT 0: until it is killed
struct ModelLimiter {
    /// Of every table of the model.
    static let start = Moment(nanoseconds: 1_000_000_000)

    private let lease: Int
    private let count: Int
    private let rules: LimitRules
    private let table: LimitTable

    init?(_ arguments: [String]) throws {
        let numbers = arguments.dropFirst().compactMap { Int($0) }
        guard numbers.count == 4 else { return nil }
        (lease, count) = (numbers[0], numbers[1])
        let limits = numbers[2...].map { $0 == 0 ? nil : $0 }
        rules = LimitRules(requests: limits[0], tokens: 1_000_000_000, concurrency: limits[1])
        table = try LimitTable(mapping: 3, build: "model")
    }

    func run() {
        if count > 0 { return askAtOnce() }
        let parent = getppid()
        var held: [LimitPermit] = []
        while getppid() == parent {
            if let permit = ask() { held.append(permit) }
            if held.count == 4 { held.forEach { table.settle($0, cost: 1, at: Self.start) } }
            if held.count == 4 { held = [] }
        }
    }

    private func askAtOnce() {
        for _ in 0..<count where ask() != nil { tell() }
    }

    private func ask() -> LimitPermit? {
        try? table.admit(table.subject("all"), rules, tokens: 10, lease: lease, at: Self.start)
    }

    private func tell() {
        var one: UInt8 = 1
        _ = Glibc.write(4, &one, 1)
    }
}
