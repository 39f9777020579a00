"""Streams that are held open while something happens to the daemon."""

import raw


class Stream(raw.Connection):
    """A stream of which the first word has come."""

    def __init__(self, daemon):
        super().__init__(daemon.port)
        self.send(raw.chat(daemon, model="m", stream=True))
        assert b" 200 " in self.take_until(b"\r\n\r\n")
        self.pieces = self.chunks()
        assert b"first" in next(self.pieces)

    def is_finished(self):
        text = b"".join(self.pieces)
        return b"last" in text and text.endswith(b"data: [DONE]\n\n")
