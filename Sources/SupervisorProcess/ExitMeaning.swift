import Posix

/// What the end of a process mostly means, for an operator.
enum ExitMeaning {
    /// One sentence; statuses are those of sysexits(3).
    static func text(of exit: ProcessExit) -> String {
        switch exit {
        case .code(64): "exit status 64: it was started with wrong arguments"
        case .code(75): "exit status 75: something it needs is missing for the moment"
        case .code(ChildLifecycle.configurationExit): "exit status 78: it cannot work with this configuration"
        case .signal(.kill): "killed by SIGKILL: by somebody, or by the kernel for want of memory"
        case .signal(.abort): "killed by SIGABRT: it hung, or found itself broken"
        case .signal(.trap), .signal(.illegal): "\(exit): a fault of the program"
        case .signal(.segmentation), .signal(.bus): "\(exit): a fault of memory"
        case .code, .signal: exit.description
        }
    }
}
