import Events
package import LoopTesting

/// Carries bytes between a client and a server, in an unkind manner.
package final class Relay {
    let client: ByteStream
    let server: ByteStream

    /// Each byte is a turn of the loop by itself.
    package var isBytewise: Bool

    /// The last bit of each piece is turned over.
    package var corrupts = false

    /// So many bytes of the server are still let through; nil: all.
    package var allowance: Int? {
        didSet { changed.raise() }
    }

    private let loop: EventLoop
    private let changed: Signal

    package init(_ role: isolated TestRole, isBytewise: Bool = false) throws {
        let (client, near) = try connectedStreams(on: role.loop)
        let (far, server) = try connectedStreams(on: role.loop)
        (self.client, self.server, self.isBytewise) = (client, server, isBytewise)
        loop = role.loop
        changed = Signal(on: loop)
        role.start { await self.carry(from: near, to: far, isLimited: false) }
        role.start { await self.carry(from: far, to: near, isLimited: true) }
    }

    private func carry(from source: ByteStream, to target: ByteStream, isLimited: Bool) async {
        let input = source.makeInput()
        do {
            while try await source.read(into: input) > 0 {
                while !input.isEmpty {
                    var count = isBytewise ? 1 : input.count
                    if isLimited, let allowance { count = min(count, allowance) }
                    if count == 0 {
                        _ = await changed.wait()
                        continue
                    }
                    var piece = [UInt8](input.unread.prefix(count))
                    input.consume(count)
                    if corrupts { piece[count - 1] ^= 1 }
                    if isLimited, let allowance { self.allowance = allowance - count }
                    try await target.write(piece)
                    if isBytewise { await loop.yield() }
                }
            }
            target.finishWriting()
        } catch {
            target.close()
        }
    }
}
