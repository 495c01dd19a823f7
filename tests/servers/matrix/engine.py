"""The product as its hosts have it: requests through the C ABI, and the worker as a process that may be killed."""

import base64
import ctypes
import json
import subprocess
import time

# How long any request or pass may take.
PATIENCE = 120
BATCH = "matrix"

OK, TIMEOUT = 1, 2


class Buffer(ctypes.Structure):
    _fields_ = [("ptr", ctypes.POINTER(ctypes.c_uint8)), ("len", ctypes.c_size_t)]


class Refused(Exception):
    """An error event, as the engine words it."""


class Library:
    """The native library. It is loaded once and never left."""

    def __init__(self, path):
        self.native = ctypes.CDLL(path)
        self.native.im_job_next_event.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.POINTER(Buffer)]
        self.native.im_job_free.argtypes = [ctypes.c_void_p]
        self.native.im_buffer_free.argtypes = [Buffer]

    def ask(self, request):
        """Runs a request to its end and returns its items."""
        text = json.dumps(request).encode()
        job, error = ctypes.c_void_p(), Buffer()
        if self.native.im_job_start(text, ctypes.c_size_t(len(text)), ctypes.byref(job), ctypes.byref(error)) != OK:
            raise Refused(self._take(error))
        try:
            return self._items(job)
        finally:
            self.native.im_job_free(job)

    def _items(self, job):
        items, failure, end = [], None, time.monotonic() + PATIENCE
        while True:
            event = Buffer()
            # A short wait: while native code waits, Python hears no signal.
            status = self.native.im_job_next_event(job, 200, ctypes.byref(event))
            if status == TIMEOUT:
                if time.monotonic() > end:
                    raise Refused("the request does not end")
                continue
            if status != OK:
                break
            found = json.loads(self._take(event))
            if found["event"] == "item":
                items.append(next(value for key, value in found.items() if key != "event"))
            elif found["event"] == "error":
                failure = found["error"]
        if failure:
            raise Refused(json.dumps(failure))
        return items

    def _take(self, buffer):
        text = ctypes.string_at(buffer.ptr, buffer.len).decode() if buffer.len else ""
        self.native.im_buffer_free(buffer)
        return text


class Store:
    """A store of its own for one pair, and the worker that serves it."""

    # All workers that run, so that none outlives the program.
    workers = set()

    def __init__(self, library, worker, folder):
        self.library, self.executable, self.folder = library, worker, str(folder)
        self.worker = None

    def ask(self, op, **args):
        return self.library.ask({"store": self.folder, "worker": self.executable, "op": op, "args": args})

    def serve(self):
        """Starts a worker; it serves when this returns."""
        command = [self.executable, "--foreground", "--store", self.folder]
        self.worker = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        Store.workers.add(self.worker)
        eventually("the worker serves", lambda: any(
            item["running"] and item["process_id"] == self.worker.pid for item in self.ask("get_worker")))

    def kill(self):
        if self.worker is not None:
            self.worker.kill()
            self.worker.wait()
            Store.workers.discard(self.worker)
            self.worker = None

    def begin(self, user, password, source_port, target_port, target_user):
        """Makes the endpoints and the batch of one user, and starts it."""
        for name, port in (("source", source_port), ("target", target_port)):
            place = {"place": "imap", "remote_server": "127.0.0.1", "port": port, "security": "None"}
            self.ask("new_endpoint", name=name, role=name, location=place, skip_verification=True)
        csv = "EmailAddress,UserName,Password,TargetUserName,TargetPassword\n"
        csv += f"{user}@matrix.test,{user},{password},{target_user},{password}\n"
        self.ask("new_batch", name=BATCH, source_endpoint="source", target_endpoint="target",
                 csv={"csv": base64.b64encode(csv.encode()).decode()})
        self.ask("start_batch", identity=BATCH)

    def sync_now(self):
        self.ask("set_batch", identity=BATCH, sync_now=True)

    def settle(self):
        """Waits until the batch has nothing left to do; returns the user's statistics, with the report."""
        self.ask("wait_batch", identity=BATCH, timeout_seconds=PATIENCE)
        users = self.ask("get_users")
        return self.ask("get_user_statistics", identity=users[0]["identity"], include_report=True,
                        limit_skipped_items_to=100_000)[0]


def eventually(what, is_so):
    end = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > end:
            raise Refused(f"in vain: {what}")
        time.sleep(0.005)
