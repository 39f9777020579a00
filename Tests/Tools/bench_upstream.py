"""An upstream that streams: bench_upstream.py PORT EVENTS PAUSE

Every POST is answered with a stream of so many events, with a pause of so many seconds between two; 0 events: one, and
then nothing. A request that does not ask for a stream gets an empty object.
"""

import asyncio
import resource
import sys

PORT, EVENTS, PAUSE = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)
START = b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1741570283,"model":"gpt-4o-2024-08-06",'
START += b'"service_tier":"default","system_fingerprint":"fp_1","choices":[{"index":0,"delta":'
USAGE = b',"usage":null}\n\n'


def chunk(data):
    return b"%x\r\n%b\r\n" % (len(data), data)


def event(delta, finish=b"null"):
    return chunk(START + delta + b',"logprobs":null,"finish_reason":' + finish + b"}]" + USAGE)


WORD = event(b'{"content":" word"}')
LAST = event(b"{}", b'"stop"') + chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"
WHOLE = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


async def serve(reader, writer):
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            body = await reader.readexactly(int(length.split(b":")[1]))
            if b'"stream": true' not in body:
                writer.write(WHOLE)
                continue
            writer.write(HEAD + event(b'{"role":"assistant","content":""}'))
            if EVENTS == 0:
                await reader.read()
                return
            for _ in range(EVENTS - 2):
                await asyncio.sleep(PAUSE)
                writer.write(WORD)
            await asyncio.sleep(PAUSE)
            writer.write(LAST)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = await asyncio.start_server(serve, "127.0.0.1", PORT, backlog=1024)
    await server.serve_forever()


asyncio.run(main())
