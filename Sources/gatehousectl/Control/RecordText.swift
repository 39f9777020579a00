import IPC

/// The records of an answer, as people read them.
enum RecordText {
    /// `command`: what was asked, for there may be nothing to show.
    static func lines(_ records: [ControlRecord], of command: String) -> [String] {
        var (processes, limits): ([ProcessRecord], [LimitRecord]) = ([], [])
        for record in records {
            switch record {
            case .process(let record): processes.append(record)
            case .limit(let record): limits.append(record)
            }
        }
        return StatusText.lines(processes)
            + (command == "limits" ? LimitsText.lines(limits).map(Terminal.printable) : [])
    }
}
