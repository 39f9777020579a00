/// JSON Schemas of what Ollama's endpoints take and give.
enum OllamaSchemas {
    /// Names and schemas.
    static let all = [
        ("OllamaChatRequest", chat), ("OllamaGenerateRequest", generate), ("OllamaMessage", message),
        ("OllamaToolCall", toolCall),
        ("OllamaOptions", options), ("OllamaFormat", format), ("OllamaShowRequest", showRequest),
        ("OllamaEmbeddingRequest", embedding), ("OllamaChatAnswer", chatAnswer),
        ("OllamaGenerateAnswer", generateAnswer), ("OllamaTags", tags), ("OllamaShow", show),
        ("OllamaError", error), ("Version", version),
    ]

    private static let chat = """
        {"type":"object","required":["model"],"properties":{
        "model":{"$ref":"#/components/schemas/ModelName"},
        "messages":{"type":["array","null"],"items":{"$ref":"#/components/schemas/OllamaMessage"}},
        "stream":{"type":["boolean","null"]},
        "options":{"$ref":"#/components/schemas/OllamaOptions"},
        "format":{"$ref":"#/components/schemas/OllamaFormat"},
        "tools":{"type":["array","null"],"maxItems":128,"items":{"$ref":"#/components/schemas/Tool"}}}}
        """

    private static let generate = """
        {"type":"object","required":["model"],"properties":{
        "model":{"$ref":"#/components/schemas/ModelName"},
        "prompt":{"type":["string","null"],"maxLength":100000},
        "system":{"type":["string","null"],"maxLength":100000},
        "images":{"type":["array","null"],"items":{"type":"string"}},
        "stream":{"type":["boolean","null"]},
        "options":{"$ref":"#/components/schemas/OllamaOptions"},
        "format":{"$ref":"#/components/schemas/OllamaFormat"},
        "tools":{"type":["array","null"],"maxItems":128,"items":{"$ref":"#/components/schemas/Tool"}}}}
        """

    private static let message = """
        {"anyOf":[
        {"type":"object","required":["role","content"],"properties":{
            "role":{"enum":["user","system","developer","assistant","tool","function"]},
            "content":{"type":"string","maxLength":100000},
            "images":{"type":["array","null"],"items":{"type":"string"}},
            "tool_calls":{"type":["array","null"],"items":{"$ref":"#/components/schemas/OllamaToolCall"}}}},
        {"type":"object","required":["role","images"],"properties":{
            "role":{"enum":["user","system","developer","assistant","tool","function"]},
            "content":{"type":["string","null"],"maxLength":100000},
            "images":{"type":"array","minItems":1,"items":{"type":"string"}},
            "tool_calls":{"type":["array","null"],"items":{"$ref":"#/components/schemas/OllamaToolCall"}}}},
        {"type":"object","required":["role","tool_calls"],"properties":{
            "role":{"const":"assistant"},"content":{"type":["string","null"],"maxLength":100000},
            "images":{"type":["array","null"],"items":{"type":"string"}},
            "tool_calls":{"type":"array","items":{"$ref":"#/components/schemas/OllamaToolCall"}}}}]}
        """

    private static let toolCall = """
        {"type":"object","required":["function"],"properties":{"function":{"type":"object",
        "required":["name"],"properties":{"name":{"type":"string","minLength":1,"maxLength":256}}}}}
        """

    private static let options = """
        {"type":["object","null"],"properties":{
        "num_predict":{"anyOf":[{"enum":[-1,-2,null]},{"type":"integer","minimum":1,"maximum":8192}]},
        "temperature":{"type":["number","null"],"minimum":0,"maximum":2},
        "top_p":{"type":["number","null"],"minimum":0,"maximum":1},
        "frequency_penalty":{"type":["number","null"],"minimum":-2,"maximum":2},
        "presence_penalty":{"type":["number","null"],"minimum":-2,"maximum":2},
        "stop":{"anyOf":[{"type":["string","null"]},
            {"type":"array","maxItems":64,"items":{"type":"string"}}]},
        "seed":{"type":["integer","null"],"minimum":-9223372036854775808,"maximum":9223372036854775807}}}
        """

    private static let format = """
        {"anyOf":[{"enum":["json","",null]},{"type":"object"}]}
        """

    private static let showRequest = """
        {"anyOf":[
        {"type":"object","required":["model"],"properties":{
            "model":{"$ref":"#/components/schemas/ModelName"},"verbose":{"type":["boolean","null"]}}},
        {"type":"object","required":["name"],"properties":{"model":{"type":"null"},
            "name":{"$ref":"#/components/schemas/ModelName"},"verbose":{"type":["boolean","null"]}}}]}
        """

    private static let embedding = """
        {"type":"object","required":["model","prompt"],"properties":{
        "model":{"$ref":"#/components/schemas/ModelName"},"prompt":{"type":"string"}}}
        """

    private static let chatAnswer = """
        {"type":"object","required":["model","created_at","message","done"],"properties":{
        "model":{"type":"string"},"created_at":{"type":"string","format":"date-time"},
        "message":{"type":"object","required":["role","content"],"properties":{
            "role":{"const":"assistant"},"content":{"type":"string"}}},
        "done":{"const":true},"done_reason":{"enum":["stop","length","load","unload"]}}}
        """

    private static let generateAnswer = """
        {"type":"object","required":["model","created_at","response","done"],"properties":{
        "model":{"type":"string"},"created_at":{"type":"string","format":"date-time"},
        "response":{"type":"string"},
        "done":{"const":true},"done_reason":{"enum":["stop","length","load","unload"]}}}
        """

    private static let tags = """
        {"type":"object","required":["models"],"properties":{"models":{"type":"array","items":{
        "type":"object","required":["name","model","modified_at","size","digest","details"],"properties":{
            "name":{"type":"string"},"model":{"type":"string"},"size":{"type":"integer"},
            "modified_at":{"type":"string","format":"date-time"},"digest":{"type":"string"},
            "details":{"type":"object"}}}}}}
        """

    private static let show = """
        {"type":"object","required":["details","model_info","capabilities","modified_at"],"properties":{
        "details":{"type":"object"},"model_info":{"type":"object","required":["general.architecture"]},
        "capabilities":{"type":"array","items":{"type":"string"}},
        "modified_at":{"type":"string","format":"date-time"}}}
        """

    private static let error = """
        {"type":"object","required":["error"],"properties":{"error":{"type":"string"}}}
        """

    private static let version = """
        {"type":"object","required":["version"],"properties":{"version":{"type":"string"}}}
        """
}
