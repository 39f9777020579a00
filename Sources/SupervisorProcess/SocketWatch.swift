import Config
import Events
import IPC
import Log
import Posix

/// Looks whether the files of our Unix sockets are still there: whoever cleans folders takes away what nobody can
/// connect to any more, though we still listen.
final class SocketWatch {
    private static let interval = Duration.seconds(10)

    private let table: ProcessTable
    private let controlSocket: String
    private let reopenControl: () -> Void

    /// `reopenControl` makes the control socket anew.
    init(_ table: ProcessTable, controlSocket: String, reopenControl: @escaping () -> Void) {
        self.table = table
        self.controlSocket = controlSocket
        self.reopenControl = reopenControl
    }

    /// Looks after a while, and again and again, as long as `isWanted`.
    func begin(while isWanted: @escaping () -> Bool) {
        _ = table.loop.schedule(after: Self.interval) { [weak self] in
            guard let self, isWanted() else { return }
            look()
            begin(while: isWanted)
        }
    }

    private func look() {
        if !FileSystem.exists(controlSocket) {
            tell(controlSocket)
            reopenControl()
        }
        do throws(ChildFault) {
            let remade = try table.listeners.remakeMissing()
            remade.forEach { tell($0.address) }
            for slot in table.slots where remade.contains(where: slot.role.takes) {
                slot.succeed(.drain(table.drainOrder()))
            }
        } catch {
            table.log.error("a socket is gone and cannot be made again", ["reason": .init(error.description)])
        }
    }

    private func tell(_ place: String) {
        table.log.warning("a socket's file was gone and is made again", ["socket": .init(place)])
    }
}
