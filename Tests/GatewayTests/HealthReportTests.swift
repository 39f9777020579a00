import Gateway
import Testing

struct HealthReportTests {
    @Test func `a healthy report says so`() {
        let report = HealthReport(
            reasons: [],
            time: newYear,
            version: "1.0.0",
            uptimeSeconds: 3,
            activeSessions: 2,
            agents: AgentHealth()
        )
        let expected =
            #"{"status":"healthy","timestamp":"2026-01-01T00:00:00.000000000Z","version":"1.0.0","#
            + #""uptime_seconds":3,"active_sessions":2,"message":"all parts work","reasons":[],"#
            + #""mcp_connection":{"status":"disconnected","agents":0,"last_ping":null,"messages_sent":0,"#
            + #""messages_received":0,"pending_requests":0,"active_streams":0}}"#
        #expect(text(report.body(profile: .default)) == expected)
    }

    @Test func `a degraded report says why`() throws {
        let report = HealthReport(
            reasons: ["the bridge is down", "no agent"],
            time: 0,
            version: "1",
            uptimeSeconds: 0,
            activeSessions: 0,
            agents: AgentHealth()
        )
        let body = report.body(profile: .default)
        #expect(try member("status", of: body) == #""degraded""#)
        #expect(try member("message", of: body) == #""the bridge is down; no agent""#)
        #expect(try member("reasons", of: body) == #"["the bridge is down","no agent"]"#)
        #expect(try member("timestamp", of: body) == #""1970-01-01T00:00:00.000000000Z""#)
    }
}
