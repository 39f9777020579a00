import IPC

/// The records of an answer, as people read them.
enum RecordText {
    /// `command`: what was asked, for there may be nothing to show.
    ///
    /// `hasLines`: something else was shown already.
    static func lines(_ records: [ControlRecord], of command: String, hasLines: Bool = false) -> [String] {
        var processes: [ProcessRecord] = []
        var limits: [LimitRecord] = []
        var totals: [UsageTotal] = []
        var traces: [TraceRecord] = []
        var sessions: [SessionRecord] = []
        for record in records {
            switch record {
            case .process(let record): processes.append(record)
            case .limit(let record): limits.append(record)
            case .usage(let record): totals.append(record)
            case .session(let record): sessions.append(record)
            case .trace(let record): traces.append(record)
            // Those are shown as they come.
            case .event, .top: break
            }
        }
        switch command {
        case "limits": return LimitsText.lines(limits).map(Terminal.printable)
        case "usage": return UsageText.lines(totals).map(Terminal.printable)
        case "why": return traces.flatMap(TraceText.lines).map(Terminal.printable)
        case "sessions":
            return sessions.isEmpty && hasLines ? [] : SessionsText.lines(sessions).map(Terminal.printable)
        default: return StatusText.lines(processes)
        }
    }
}
