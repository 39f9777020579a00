extension FaultRow {
    /// Providers that cannot be asked which models they have.
    static let wildcards = [
        FaultRow(
            "[providers.p]\ntype = \"echo\"\nmodels = [\"m\", \"*\"]",
            "3:10: error: providers.p.models: \"*\" is not possible with type \"echo\"; "
                + "its models have to be named one by one",
        ),
        FaultRow(
            "[providers.p]\ntype = \"agent\"\nmodels = [\"*\"]\nenabled = false",
            "3:10: error: providers.p.models: \"*\" is not possible with type \"agent\"; "
                + "its models have to be named one by one",
        ),
        FaultRow(
            "[providers.p]\ntype = \"azure\"\napi_key_env = \"A\"\nbase_url = \"https://x\"\nmodels = [\"*\"]",
            "5:10: error: providers.p.models: \"*\" is not possible with type \"azure\"; "
                + "its deployments have to be named one by one",
        ),
        FaultRow(
            "[providers.p]\ntype = \"replay\"\nrecordings = \"r\"\nmodels = [\"*\"]",
            "4:10: error: providers.p.models: \"*\" is not possible with type \"replay\"; "
                + "its models have to be named one by one",
        ),
    ]
}
