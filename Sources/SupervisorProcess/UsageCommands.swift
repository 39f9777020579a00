import Gateway
import IPC
import JSON
import Posix

/// Commands that the store answers: `usage`, `events`, `db export`, `db import`.
enum UsageCommands {
    private static let patience = Duration.seconds(30)
    private static let usual = 10
    private static let ended = ChildFault("the store has ended the events")

    /// `usage [by=key,model,day] [from=TIME] [to=TIME] [key=NAME] [model=NAME]`.
    static func usage(_ daemon: Daemon, _ arguments: [String], _ client: ControlClient) async {
        let given = parameters(arguments)
        do throws(FieldFault) {
            let query = try UsageQuery { given[$0] }
            await answer(client) { () throws(ChildFault) in
                let sums = try await daemon.store.ask("usage", query.serialized(), atMost: patience)
                for sum in sums["data"]?.elements.map({ $0 }) ?? [] {
                    if let total = try? JSONMessageDecoder().decode(UsageTotal.self, from: sum) {
                        client.record(.usage(total))
                    }
                }
            }
        } catch {
            client.done(.badArguments, "--\(error.parameter) \(error.message)")
        }
    }

    /// `events [last=N] [follow]`.
    static func events(_ daemon: Daemon, _ arguments: [String], _ client: ControlClient) async {
        guard let last = Int(parameters(arguments)["last"] ?? "\(usual)"), last >= 0 else {
            return client.done(.badArguments, "--last must be a whole number")
        }
        await answer(client) { () throws(ChildFault) in
            // First, so that nothing is missed between the two.
            let stream = arguments.contains("follow") ? try await follow(daemon) : nil
            defer { stream?.cancel() }
            var early: [JSONValue] = []
            stream?.onEvent = { event in if case .chunk(let row) = event { early.append(row) } }
            var serial = try await showNewest(last, daemon, client)
            guard let stream else { return }
            guard !stream.isOver else { throw ended }
            for row in early { serial = show(row, after: serial, client) }
            stream.onEvent = { event in
                switch event {
                case .chunk(let row): serial = show(row, after: serial, client)
                case .end, .failed, .cancelled, .lost:
                    client.done(.failure, ended.description)
                    client.link.close()
                }
            }
            await client.untilClosed()
        }
    }

    /// `db export`, or `db import` followed by rows.
    static func database(_ daemon: Daemon, _ arguments: [String], _ client: ControlClient) async {
        await answer(client) { () throws(ChildFault) in
            switch arguments {
            case ["export"]: try await export(daemon, client)
            case ["import"]: try await takeIn(daemon, client)
            case _: throw ChildFault("db needs export or import")
            }
        }
    }

    // MARK: Parts

    private static func answer(_ client: ControlClient, _ work: () async throws(ChildFault) -> Void) async {
        do throws(ChildFault) {
            try await work()
            client.done()
        } catch {
            client.done(.failure, error.description)
        }
    }

    private static func parameters(_ arguments: [String]) -> [String: String] {
        var parameters: [String: String] = [:]
        for argument in arguments {
            guard let sign = argument.firstIndex(of: "=") else { continue }
            parameters[String(argument[..<sign])] = String(argument[argument.index(after: sign)...])
        }
        return parameters
    }

    /// Shows the last rows, a slice at a time; returns the highest serial.
    private static func showNewest(_ last: Int, _ daemon: Daemon, _ client: ControlClient)
        async throws(ChildFault) -> Int
    {
        var (serial, shown) = (0, 0)
        while shown < last {
            let body = JSONWriter.object {
                $0.member(shown == 0 ? "last" : "after", shown == 0 ? last : serial)
            }
            let rows =
                try await daemon.store.ask("rows", body, atMost: patience)["rows"]?.elements.map { $0 } ?? []
            if rows.isEmpty { break }
            for row in rows.prefix(last - shown) { serial = show(row, after: serial, client) }
            shown += rows.count
            await client.link.flushed(within: .seconds(60))
        }
        return serial
    }

    private static func follow(_ daemon: Daemon) async throws(ChildFault) -> DataStream {
        let nothing = Array("{}".utf8)
        guard let stream = await daemon.store.open(kind: "events", head: nothing, body: nothing) else {
            throw ChildFault("the store does not answer")
        }
        return stream
    }

    /// Shows a row that was not shown yet; returns the highest serial so far.
    private static func show(_ row: JSONValue, after serial: Int, _ client: ControlClient) -> Int {
        guard let event = try? JSONMessageDecoder().decode(UsageEvent.self, from: row), event.serial > serial
        else { return serial }
        guard client.link.backlog < ControlServer.backlogLimit else {
            client.link.close()
            return serial
        }
        client.record(.event(event))
        return event.serial
    }

    private static func export(_ daemon: Daemon, _ client: ControlClient) async throws(ChildFault) {
        var serial = 0
        while client.link.isOpen {
            let body = JSONWriter.object { $0.member("after", serial) }
            let rows = try await daemon.store.ask("rows", body, atMost: patience)["rows"]
            guard let last = rows?.elements.map({ $0 }).last?["serial"]?.int else { return }
            for row in rows?.elements.map({ $0 }) ?? [] {
                client.line(String(decoding: row.raw, as: UTF8.self))
            }
            serial = last
            while client.link.isOpen, client.link.backlog > 0 {
                await client.link.flushed(within: .seconds(1))
            }
        }
    }

    /// Each further request carries rows, one an argument; an empty one ends them.
    private static func takeIn(_ daemon: Daemon, _ client: ControlClient) async throws(ChildFault) {
        var (added, known, count) = (0, 0, 0)
        while let lines = await nextRows(client) {
            let rows = lines.enumerated().filter { (try? JSONDocument(parsing: Array($1.utf8))) != nil }
            let numbers = rows.map { count + $0.offset + 1 }
            for number in Set(count + 1...count + lines.count).subtracting(numbers).sorted() {
                client.line("line \(number): is not JSON; left out")
            }
            let body = Array("{\"rows\":[\(rows.map(\.element).joined(separator: ","))]}".utf8)
            let done = try await daemon.store.ask("import", body, atMost: patience)
            for bad in done["bad"]?.elements.map({ $0 }) ?? [] {
                guard let index = bad["index"]?.int, numbers.indices.contains(index) else { continue }
                client.line("line \(numbers[index]): \(bad["reason"]?.string ?? "cannot be read"); left out")
            }
            (added, known) = (added + (done["added"]?.int ?? 0), known + (done["known"]?.int ?? 0))
            count += lines.count
        }
        client.line("\(added) rows added, \(known) were there already")
    }

    private static func nextRows(_ client: ControlClient) async -> [String]? {
        guard let next = try? await client.next(), next.command == "rows", !next.arguments.isEmpty
        else { return nil }
        return next.arguments
    }
}
