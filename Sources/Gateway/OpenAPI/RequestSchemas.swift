/// JSON Schemas of what OpenAI's endpoints and ours take; null is the same as nothing.
enum RequestSchemas {
    /// Names and schemas.
    static let all = [
        ("ChatRequest", chat), ("CompletionRequest", completion), ("EmbeddingRequest", embedding),
        ("Message", message), ("Content", content), ("Part", part), ("ToolCall", toolCall),
        ("FunctionCall", functionCall), ("Tool", tool), ("ToolChoice", toolChoice),
        ("ResponseFormat", responseFormat), ("StreamOptions", streamOptions),
        ("RevokeRequest", revoke),
    ]

    /// What steers any answer.
    private static let sampling = """
        "stream":{"type":["boolean","null"]},
        "max_tokens":{"type":["integer","null"],"minimum":1,"maximum":8192},
        "max_completion_tokens":{"type":["integer","null"],"minimum":1,"maximum":8192},
        "temperature":{"type":["number","null"],"minimum":0,"maximum":2},
        "top_p":{"type":["number","null"],"minimum":0,"maximum":1},
        "frequency_penalty":{"type":["number","null"],"minimum":-2,"maximum":2},
        "presence_penalty":{"type":["number","null"],"minimum":-2,"maximum":2},
        "n":{"type":["integer","null"],"minimum":1,"maximum":8},
        "stop":{"anyOf":[{"type":["string","null"]},
            {"type":"array","maxItems":4,"items":{"type":"string"}}]},
        "seed":{"type":["integer","null"],"minimum":-9223372036854775808,"maximum":9223372036854775807},
        "logit_bias":{"type":["object","null"],
            "additionalProperties":{"type":"number","minimum":-100,"maximum":100}},
        "stream_options":{"$ref":"#/components/schemas/StreamOptions"},
        "user":{"type":["string","null"]}
        """

    private static let chat = """
        {"type":"object","required":["model","messages"],"properties":{
        "model":{"$ref":"#/components/schemas/ModelName"},
        "messages":{"type":"array","minItems":1,"items":{"$ref":"#/components/schemas/Message"}},
        "tools":{"type":["array","null"],"maxItems":128,"items":{"$ref":"#/components/schemas/Tool"}},
        "tool_choice":{"$ref":"#/components/schemas/ToolChoice"},
        "response_format":{"$ref":"#/components/schemas/ResponseFormat"},
        "logprobs":{"type":["boolean","null"]},
        "top_logprobs":{"type":["integer","null"],"minimum":0,"maximum":20},
        "parallel_tool_calls":{"type":["boolean","null"]},
        \(sampling)}}
        """

    private static let completion = """
        {"type":"object","required":["model","prompt"],"properties":{
        "model":{"$ref":"#/components/schemas/ModelName"},
        "prompt":{"anyOf":[{"type":"string","maxLength":100000},
            {"type":"array","minItems":1,"maxItems":1,"items":{"type":"string","maxLength":100000}}]},
        "echo":{"type":["boolean","null"]},
        "suffix":{"type":["string","null"]},
        "logprobs":{"type":["integer","null"],"minimum":0,"maximum":5},
        "best_of":{"type":["integer","null"],"minimum":1,"maximum":20},
        \(sampling)}}
        """

    private static let embedding = """
        {"type":"object","required":["model","input"],"properties":{
        "model":{"$ref":"#/components/schemas/ModelName"},"input":{"type":["string","array"]}}}
        """

    private static let message = """
        {"anyOf":[
        {"type":"object","required":["role","content"],"properties":{
            "role":{"enum":["user","system","developer","assistant","function"]},
            "content":{"$ref":"#/components/schemas/Content"},"name":{"type":["string","null"]},
            "tool_calls":{"type":["array","null"],"items":{"$ref":"#/components/schemas/ToolCall"}}}},
        {"type":"object","required":["role","content","tool_call_id"],"properties":{
            "role":{"const":"tool"},"content":{"$ref":"#/components/schemas/Content"},
            "tool_call_id":{"type":"string"},"name":{"type":["string","null"]},
            "tool_calls":{"type":["array","null"],"items":{"$ref":"#/components/schemas/ToolCall"}}}},
        {"type":"object","required":["role","tool_calls"],"properties":{
            "role":{"const":"assistant"},
            "content":{"anyOf":[{"type":"null"},{"$ref":"#/components/schemas/Content"}]},
            "name":{"type":["string","null"]},
            "tool_calls":{"type":"array","items":{"$ref":"#/components/schemas/ToolCall"}}}},
        {"type":"object","required":["role"],"anyOf":[
            {"required":["refusal"],"properties":{"refusal":{"not":{"type":"null"}}}},
            {"required":["function_call"],"properties":{"function_call":{"not":{"type":"null"}}}},
            {"required":["audio"],"properties":{"audio":{"not":{"type":"null"}}}}],"properties":{
            "role":{"const":"assistant"},
            "content":{"anyOf":[{"type":"null"},{"$ref":"#/components/schemas/Content"}]},
            "name":{"type":["string","null"]},
            "tool_calls":{"type":["array","null"],"items":{"$ref":"#/components/schemas/ToolCall"}}}}]}
        """

    private static let content = """
        {"anyOf":[{"type":"string","maxLength":100000},
        {"type":"array","minItems":1,"items":{"$ref":"#/components/schemas/Part"}}]}
        """

    private static let part = """
        {"anyOf":[
        {"type":"object","required":["type","text"],"properties":{
            "type":{"const":"text"},"text":{"type":"string"}}},
        {"type":"object","required":["type","image_url"],"properties":{"type":{"const":"image_url"},
            "image_url":{"type":"object","required":["url"],"properties":{"url":{"type":"string"}}}}},
        {"type":"object","required":["type"],"properties":{
            "type":{"type":"string","not":{"enum":["text","image_url"]}}}}]}
        """

    private static let toolCall = """
        {"anyOf":[
        {"type":"object","required":["function"],"properties":{
            "function":{"$ref":"#/components/schemas/FunctionCall"}}},
        {"type":"object","required":["type"],"properties":{
            "type":{"not":{"const":"function"}},"function":{"not":{"type":"object"}}}}]}
        """

    private static let functionCall = """
        {"type":"object","required":["name"],"properties":{
        "name":{"type":"string","minLength":1,"maxLength":256},"arguments":{"type":["string","null"]}}}
        """

    private static let tool = """
        {"anyOf":[
        {"type":"object","required":["type","function"],"properties":{"type":{"const":"function"},
            "function":{"type":"object","required":["name"],"properties":{
                "name":{"type":"string","minLength":1,"maxLength":256},
                "description":{"type":["string","null"]},"parameters":{"type":["object","null"]}}}}},
        {"type":"object","required":["type"],"properties":{
            "type":{"type":"string","not":{"const":"function"}}}}]}
        """

    private static let toolChoice = """
        {"anyOf":[{"enum":["none","auto","required",null]},{"type":"object"}]}
        """

    private static let responseFormat = """
        {"anyOf":[{"type":"null"},
        {"type":"object","required":["type"],"properties":{"type":{"enum":["text","json_object"]}}},
        {"type":"object","required":["type","json_schema"],"properties":{"type":{"const":"json_schema"},
            "json_schema":{"type":"object","required":["name"],"properties":{
                "name":{"type":"string","minLength":1,"maxLength":256},
                "schema":{"type":["object","null"]}}}}}]}
        """

    private static let streamOptions = """
        {"type":["object","null"],"properties":{"include_usage":{"type":["boolean","null"]}}}
        """

    static func registration(_ sessionSeconds: Int) -> String {
        """
        {"type":"object","required":["agent_id"],"properties":{
        "agent_id":{"type":"string","pattern":"^[A-Za-z0-9_-]{1,64}$"},
        "session_id":{"type":["string","null"],"pattern":"^sess-[A-Za-z0-9_-]{43}$"},
        "session_token":{"type":["string","null"]},
        "allowed_scopes":{"type":["array","null"],"items":{"type":"string"}},
        "ttl_seconds":{"type":["integer","null"],"minimum":1,"maximum":\(sessionSeconds)},
        "label":{"type":["string","null"],"maxLength":64}}}
        """
    }

    private static let revoke = """
        {"type":"object","required":["session_id"],"properties":{
        "session_id":{"type":"string","minLength":1,"maxLength":256},"reason":{"type":["string","null"]}}}
        """
}
