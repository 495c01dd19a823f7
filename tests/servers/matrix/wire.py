"""A proxy before a server: writes down what passes, and tells when something has."""

import asyncio
import threading
import time
import zlib


class Loop:
    """One thread in which all proxies live."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()


LOOP = Loop()


class Proxy:
    """Forwards to a port of this machine; its own is free. The transcript has a file."""

    def __init__(self, port, transcript):
        self.target, self.began = port, time.monotonic()
        self.transcript = open(transcript, "wb")
        self.connections, self.sent, self.appended = 0, 0, threading.Event()
        self.server = LOOP.run(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = self.server.sockets[0].getsockname()[1]

    def close(self):
        LOOP.loop.call_soon_threadsafe(self.server.close)
        LOOP.loop.call_soon_threadsafe(self.transcript.close)

    def mark(self, text):
        """A line of its own in the transcript."""
        LOOP.loop.call_soon_threadsafe(self._note, f"=== {text}\n".encode())

    def _note(self, data):
        if not self.transcript.closed:
            self.transcript.write(data)
            self.transcript.flush()

    async def _serve(self, reader, writer):
        self.connections += 1
        number = self.connections
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        self._note(self._line(number, "opened", b""))
        plain = Plain()
        await asyncio.gather(
            self._pump(reader, up_writer, number, "C", plain), self._pump(up_reader, writer, number, "S", plain))

    async def _pump(self, reader, writer, number, who, plain):
        try:
            while data := await reader.read(1 << 16):
                text = plain.read(who, data)
                self._note(self._line(number, who, text))
                if who == "C":
                    self.sent += len(text)
                    if b"APPEND " in text:
                        self.appended.set()
                writer.write(data)
                await writer.drain()
            self._note(self._line(number, f"{who} ends", b""))
            writer.write_eof()
        except OSError:
            # As it came, it goes on: a reset is no orderly end, and what waits before it must not arrive.
            self._note(self._line(number, f"{who} is cut", b""))
            writer.transport.abort()

    def _line(self, number, who, data):
        head = f"[{time.monotonic() - self.began:8.3f} #{number} {who}] ".encode()
        return head + data + (b"" if data.endswith(b"\n") else b"\n")


class Plain:
    """What passes on one connection, in clear also behind COMPRESS (RFC 4978)."""

    def __init__(self):
        self.asked, self.streams = False, None

    def read(self, who, data):
        if self.streams:
            return self.streams[who].decompress(data)
        if who == "C":
            self.asked = self.asked or b" COMPRESS DEFLATE" in data
        elif self.asked:
            self.asked = False
            line, end, rest = data.partition(b"\n")
            if b" OK " in line:
                self.streams = {side: zlib.decompressobj(-15) for side in "CS"}
                return line + end + self.streams[who].decompress(rest)
        return data
