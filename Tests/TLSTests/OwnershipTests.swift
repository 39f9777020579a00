import COpenSSL
import Events
import FoundationEssentials
import LoopTesting
import TLSTesting
import Testing

@testable import TLS

@Suite struct OwnershipTests {
    @Test func `sessions and descriptors are given back, however a connection ends`() throws {
        try onLoop { role in
            let (client, server) = (try TLSContext.testClient(), try TLSContext.testServer())
            let freed = UnsafeMutablePointer<Int>.allocate(capacity: 1)
            freed.initialize(to: 0)
            defer { freed.deallocate() }
            let index = countFrees()
            var sockets: Set<String> = []
            for round in 0..<200 {
                let sessions = [
                    try TLSSession(client, host: round % 4 == 0 ? "x.test" : "localhost", port: 443),
                    try TLSSession(accepting: server),
                ]
                for session in sessions { SSL_set_ex_data(session.ssl, index, freed) }
                let pair = try await SecurePair(role, client: sessions[0], server: sessions[1])
                #expect((pair.clientFault == nil) == (round % 4 != 0))
                if round % 4 == 0 { continue }
                sockets.formUnion(try [pair.client, pair.server].map { try target(of: "\($0.number)") })
                try await pair.client.write([1])
                if round % 4 == 1 { pair.client.close() }
                if round % 4 == 2 { pair.server.finishWriting() }
            }

            #expect(freed.pointee == 400)
            #expect(sockets.count == 300)
            #expect(try sockets.isDisjoint(with: openFiles()))
        }
    }

    @Test func `a context goes with its last session`() throws {
        weak var context: TLSContext?
        do {
            let session = try { () throws -> TLSSession in
                let made = try TLSContext.testServer()
                context = made
                return try TLSSession(accepting: made)
            }()
            #expect(context != nil)
            _ = session
        }
        #expect(context == nil)
    }

    /// A place in each session for the address of a number that grows when the session is freed.
    private func countFrees() -> CInt {
        CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL, 0, nil, nil, nil) { _, count, _, _, _, _ in
            count?.assumingMemoryBound(to: Int.self).pointee += 1
        }
    }

    private func openFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
            try? target(of: $0)
        }
    }

    private func target(of descriptor: String) throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
    }
}
