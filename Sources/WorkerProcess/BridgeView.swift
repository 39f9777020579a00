import Events
import IPC
import JSON
import Posix

/// What this worker knows of the bridge's agents, asked for when it is wanted and not known afresh.
final class BridgeView {
    private static let freshness = Duration.milliseconds(100)
    private static let patience = Duration.milliseconds(500)

    private let bridge: StandingLink
    private let loop: EventLoop
    private let answered: Broadcast
    private var last: (status: BridgeStatus?, at: Moment)?
    private var isAsking = false

    init(_ bridge: StandingLink, on loop: EventLoop) {
        self.bridge = bridge
        self.loop = loop
        answered = Broadcast(on: loop)
    }

    /// The bridge has been gone for longer than requests wait for it.
    var isMissing: Bool { bridge.isMissing }

    private var isFresh: Bool { last.map { Moment.now - $0.at < Self.freshness } ?? false }

    /// At most a tenth of a second old; nil: the bridge does not answer.
    func status() async -> BridgeStatus? {
        if isFresh { return last?.status }
        if isAsking {
            _ = await answered.until(within: Self.patience) { !isAsking }
            return last?.status
        }
        isAsking = true
        last = (await ask(), .now)
        isAsking = false
        answered.announce()
        return last?.status
    }

    private func ask() async -> BridgeStatus? {
        guard bridge.isUp else { return nil }
        guard let answer = try? await bridge.ask("status", Array("{}".utf8), atMost: Self.patience) else {
            return nil
        }
        return try? JSONMessageDecoder().decode(BridgeStatus.self, from: answer)
    }
}
