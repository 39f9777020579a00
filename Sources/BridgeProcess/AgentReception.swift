import Events
import Gateway
import Transport
import WebSocket

/// The first words with somebody who has just connected.
enum AgentReception {
    /// Who it says it is; nil after an answer to whoever says something else, or nothing in time.
    static func registration(
        on socket: WebSocketConnection,
        within limit: Duration,
        _ loop: EventLoop,
    ) async -> AgentIdentity? {
        let timer = loop.schedule(after: limit) {
            socket.close(.policy, "no register frame came in time")
        }
        defer { loop.cancel(timer) }
        guard let text = await socket.receive() else { return nil }
        do throws(AgentFrameError) {
            guard case .register(let agentID, let token, let models) = try AgentFrame(parsing: text) else {
                throw .invalid(member: "type", reason: "must be register in the first frame")
            }
            return AgentIdentity(name: agentID, token: token, models: models)
        } catch {
            refuse(socket, AgentAdmission.Refusal(code: "invalid", message: error.description))
            return nil
        }
    }

    static func refuse(_ socket: WebSocketConnection, _ refusal: AgentAdmission.Refusal) {
        socket.send(AgentFrameWriter.error(id: nil, code: refusal.code, message: refusal.message))
        socket.close(.policy, refusal.code)
    }

    /// Waits for the end of a connection that is being closed.
    static func seeOff(_ socket: WebSocketConnection) async { while await socket.receive() != nil {} }
}
