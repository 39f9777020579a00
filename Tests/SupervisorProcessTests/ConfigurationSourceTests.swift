import Testing

@testable import SupervisorProcess

@Suite struct ConfigurationSourceTests {
    @Test(arguments: [
        (100, 456, 100), (100, 455, 99), (10_000, 20_256, 10_000), (10_000, 1024, 384), (10_000, 128, 8),
        (4, 128, 4),
    ])
    func `connections are lowered to what descriptors are there for`(wanted: Int, limit: Int, fitting: Int) {
        #expect(ConfigurationSource.fitting(wanted, into: limit) == fitting)
    }
}
