/// JSON Schemas of what OpenAI's endpoints and ours give.
enum AnswerSchemas {
    /// Names and schemas.
    static let all = [
        ("ChatCompletion", chatCompletion), ("TextCompletion", textCompletion), ("Usage", usage),
        ("ModelList", list(of: "Model")), ("Model", model), ("Error", error), ("Health", health),
        ("DeepHealth", deepHealth), ("Configuration", configuration), ("Session", session),
        ("SessionList", list(of: "Session")), ("UsageList", list(of: "AnyObject")),
        ("ControlSessions", controlSessions), ("Registered", registered), ("Revoked", revoked),
        ("RevokedAll", revokedAll), ("RevokedOne", revokedOne), ("AnyObject", #"{"type":"object"}"#),
        ("Text", #"{"type":"string"}"#),
    ]

    private static let chatCompletion = """
        {"type":"object","required":["id","object","created","model","choices","usage"],"properties":{
        "id":{"type":"string"},"object":{"const":"chat.completion"},"created":{"type":"integer"},
        "model":{"type":"string"},"usage":{"$ref":"#/components/schemas/Usage"},
        "choices":{"type":"array","minItems":1,"items":{
            "type":"object","required":["index","message","finish_reason"],"properties":{
            "index":{"type":"integer"},"finish_reason":{"type":"string"},
            "message":{"type":"object","required":["role"],"properties":{"role":{"const":"assistant"}}}}}}}}
        """

    private static let textCompletion = """
        {"type":"object","required":["id","object","created","model","choices","usage"],"properties":{
        "id":{"type":"string"},"object":{"const":"text_completion"},"created":{"type":"integer"},
        "model":{"type":"string"},"usage":{"$ref":"#/components/schemas/Usage"},
        "choices":{"type":"array","minItems":1,"items":{
            "type":"object","required":["text","index","logprobs","finish_reason"],"properties":{
            "text":{"type":"string"},"index":{"type":"integer"},"logprobs":{"type":"null"},
            "finish_reason":{"type":"string"}}}}}}
        """

    private static let usage = """
        {"type":"object","required":["prompt_tokens","completion_tokens","total_tokens"],"properties":{
        "prompt_tokens":{"type":"integer"},"completion_tokens":{"type":"integer"},
        "total_tokens":{"type":"integer"},
        "estimated":{"const":true,"description":"Nobody counted: it is guessed from the texts' length"}}}
        """

    private static let model = """
        {"type":"object","required":["id","object","created","owned_by"],"properties":{
        "id":{"type":"string"},"object":{"const":"model"},"created":{"type":"integer"},
        "owned_by":{"type":"string"}}}
        """

    private static let error = """
        {"type":"object","required":["error","detail"],"properties":{"detail":{"type":"string"},
        "error":{"type":"object","required":["message","type","param","code"],"properties":{
            "message":{"type":"string"},"type":{"type":"string"},"param":{"type":["string","null"]},
            "code":{"type":["string","null"]}}}}}
        """

    private static let health = """
        {"type":"object","required":["status","timestamp","version","uptime_seconds","active_sessions",
        "message","reasons","mcp_connection"],"properties":{
        "status":{"type":"string"},"timestamp":{"type":"string","format":"date-time"},
        "version":{"type":"string"},"uptime_seconds":{"type":"integer"},
        "active_sessions":{"type":"integer"},"reasons":{"type":"array","items":{"type":"string"}},
        "mcp_connection":{"type":"object","required":["status","last_ping","messages_sent",
            "messages_received","pending_requests","active_streams"]}}}
        """

    private static let deepHealth = """
        {"type":"object","required":["status","timestamp","components","metrics"],"properties":{
        "components":{"type":"object","required":["adapter","mcp_bridge","sessions","store"]},
        "metrics":{"type":"object"}}}
        """

    private static let configuration = """
        {"type":"object","required":["provider","security","mcp"],"properties":{
        "provider":{"type":"object"},"security":{"type":"object"},"mcp":{"type":"object"}}}
        """

    private static let session = """
        {"type":"object","required":["session_id","status","principal","model","created_at","expires_at",
        "last_activity","request_count"],"properties":{
        "session_id":{"type":"string"},"status":{"const":"active"},"request_count":{"type":"integer"},
        "created_at":{"type":"string","format":"date-time"},
        "expires_at":{"type":"string","format":"date-time"}}}
        """

    private static let controlSessions = """
        {"type":"object","required":["sessions","total_count","active_count"],"properties":{
        "sessions":{"type":"array","items":{"$ref":"#/components/schemas/Session"}},
        "total_count":{"type":"integer"},"active_count":{"type":"integer"}}}
        """

    private static let registered = """
        {"type":"object","required":["registered","session_id","status","expires_at"],"properties":{
        "registered":{"const":true},"session_id":{"type":"string"},"status":{"const":"active"}}}
        """

    private static let revoked = """
        {"type":"object","required":["session_id","status"],"properties":{"status":{"const":"revoked"}}}
        """

    private static let revokedOne = """
        {"type":"object","required":["revoked","status"],"properties":{"revoked":{"const":true}}}
        """

    private static let revokedAll = """
        {"type":"object","required":["revoked","status"],"properties":{"revoked":{"type":"integer"}}}
        """

    private static func list(of schema: String) -> String {
        ##"{"type":"object","required":["object","data"],"properties":{"object":{"const":"list"},"##
            + ##""data":{"type":"array","items":{"$ref":"#/components/schemas/\##(schema)"}}}}"##
    }
}
