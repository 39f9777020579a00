import IPC
import JSON
import Testing

@testable import gatehousectl

@Suite struct RecordTextTests {
    @Test func `limits are a table, and limits that there are not are no numbers`() {
        var limited = LimitRecord(name: "key ci", requests: 12, tokens: 3400, inFlight: 2, resetsSeconds: 48)
        (limited.requestsLimit, limited.tokensLimit, limited.inFlightLimit) = (60, 100_000, 5)
        let free = LimitRecord(name: "127.0.0.1\u{1B}", requests: 1, tokens: 2, inFlight: 0, resetsSeconds: 0)

        #expect(
            RecordText.lines([.limit(limited), .limit(free)], of: "limits") == [
                "WHO          REQUESTS   TOKENS        IN FLIGHT   RESETS",
                "key ci       12/60      3400/100000   2/5         48s",
                "127.0.0.1\u{FFFD}   1          2             0           0s",
            ]
        )
        #expect(RecordText.lines([], of: "limits") == ["nobody has used anything in the last minute"])
    }

    @Test func `usage shows the labels that were asked for`() throws {
        let totals = try [
            #"{"kind":"usage","key":"ci","day":"2026-01-31","requests":12,"prompt_tokens":341,"completion_tokens":1023,"cached_tokens":0,"estimated":0,"failed":1,"aborted":0,"lost":0}"#,
            #"{"kind":"usage","day":"2026-02-01","requests":1,"prompt_tokens":2,"completion_tokens":3,"cached_tokens":0,"estimated":1,"failed":0,"aborted":0,"lost":1}"#,
        ].map { try JSONMessageDecoder().decode(ControlRecord.self, from: Array($0.utf8)) }

        #expect(
            RecordText.lines(totals, of: "usage") == [
                "KEY   DAY          REQUESTS   PROMPT   COMPLETION   ESTIMATED   FAILED   ABORTED   LOST",
                "ci    2026-01-31   12         341      1023         0           1        0         0",
                "-     2026-02-01   1          2        3            1           0        0         1",
            ]
        )
        #expect(RecordText.lines([], of: "usage") == ["no usage"])
    }

    @Test func `an event is a line`() throws {
        let text =
            #"{"serial":7,"id":"req-1","at":1767225600000,"key":"ci","model":"m","prompt_tokens":12,"completion_tokens":34,"is_estimated":true,"total_ms":45.6,"outcome":"failed","error":"agent_error"}"#
        let event = try JSONMessageDecoder().decode(UsageEvent.self, from: Array(text.utf8))

        let line =
            "2026-01-01T00:00:00.000Z failed req-1 key=ci model=m tokens=~12+34 ms=46 error=agent_error"
        #expect(UsageText.line(event) == line)
    }

    @Test func `what became of a request is told in sentences`() {
        var trace = TraceRecord(
            id: "req-1",
            at: "2026-01-31T12:00:00.000Z",
            process: "worker:0",
            pid: 4711,
            generation: 3,
            method: "POST",
            path: "/v1/chat/completions",
            client: "127.0.0.1",
            status: 504,
            milliseconds: 30_001.2,
            bytes: 213
        )
        #expect(
            TraceText.lines(trace) == [
                "req-1 at 2026-01-31T12:00:00.000Z, POST /v1/chat/completions from 127.0.0.1",
                "  status 504, after 30001.2 ms and 213 bytes",
                "  answered by worker:0, pid 4711, configuration 3",
            ]
        )
        (trace.request, trace.key, trace.model, trace.provider) = ("theirs", "ci", "m", "local")
        (trace.error, trace.message) = ("upstream_timeout", "too slow")
        #expect(
            TraceText.lines(trace) == [
                "req-1 (theirs) at 2026-01-31T12:00:00.000Z, POST /v1/chat/completions from 127.0.0.1, key ci",
                "  status 504, upstream_timeout, after 30001.2 ms and 213 bytes",
                "  too slow",
                "  model m of provider local; answered by worker:0, pid 4711, configuration 3",
            ]
        )
    }

    @Test func `top is a picture`() {
        let worker = TopRecord.Process(
            name: "worker:0",
            pid: 4711,
            state: "RUNNING",
            requestsPerSecond: 602.04,
            inFlight: 3,
            connections: 12,
            memory: 9_123_456
        )
        var record = TopRecord(
            uptimeSeconds: 3723,
            generation: 2,
            requestsPerSecond: 1204.26,
            tokensPerSecond: 86,
            agents: 1,
            processes: [worker]
        )
        (record.p50, record.p95, record.p99) = (0.44, 2, 5)

        #expect(
            TopText.lines(record) == [
                "gatehouse up 1:02:03, configuration 2, 1 agent",
                "1204.3 requests/s, 86.0 tokens/s, answers p50 0.4 ms, p95 2.0 ms, p99 5.0 ms", "",
                "PROCESS    PID    STATE     REQUESTS/S   IN FLIGHT   CONNECTIONS   MEMORY",
                "worker:0   4711   RUNNING   602.0        3           12            9.1 MB",
            ]
        )
    }
}
