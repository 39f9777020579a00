"""An asyncio loop in a thread of its own, for scripted peers of synchronous tests."""

import asyncio
import threading


class LoopThread:
    """Runs `opened()` in the loop on entry and `closed()` on exit.

    What goes wrong in the loop fails the test on exit. `news` guards what the loop records and tests read;
    `wait_for` waits for it to say something.
    """

    def __enter__(self):
        self.news = threading.Condition()
        self.failures = []
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(self.take_failure)
        self.thread = threading.Thread(target=self.loop.run_forever, name=type(self).__name__, daemon=True)
        self.thread.start()
        try:
            self.call(self.opened())
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, kind, *_):
        try:
            self.call(self.closed())
        finally:
            self.end()
        if self.failures and kind is None:
            raise self.failures[0]

    def end(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        assert not self.thread.is_alive(), "the loop does not end"
        self.loop.close()

    def take_failure(self, _, context):
        self.failures.append(context.get("exception") or RuntimeError(context["message"]))
        self.tell()

    def call(self, work, within=10.0):
        """The result of a coroutine that the loop runs."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(within)

    def tell(self):
        with self.news:
            self.news.notify_all()

    def wait_for(self, condition, within=10.0):
        """The first true value of `condition()`, asked whenever there is news."""
        with self.news:
            value = self.news.wait_for(lambda: self.failures or condition(), within)
        if self.failures:
            raise self.failures[0]
        assert value, f"{type(self).__name__}: nothing of the kind in {within} s"
        return value
