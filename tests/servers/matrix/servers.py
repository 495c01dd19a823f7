"""The servers: how each is started, where its mailboxes are, and what it is known to do to mail."""

import contextlib
import imaplib
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent / "real"
PASSWORD = "secret"
PATIENCE = 30


class Missing(Exception):
    """A server that cannot be had here, and why."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A server's process with all that it starts, in a group of its own, on a free port."""

    def __init__(self, command, state, port):
        self.port, self.log = port, state / "output.log"
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self._await_greeting()

    def _await_greeting(self):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.child.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 5) as client:
                client.settimeout(5)
                if client.recv(4) == b"* OK":
                    return
            time.sleep(0.05)
        self.stop()
        raise Missing(f"it does not come up: {self.log.read_text(errors='replace')[-500:]}")

    def stop(self):
        """Ends the group. What runs in a namespace ends with the process that made it."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.child.pid, number)
            try:
                self.child.wait(2)
            except subprocess.TimeoutExpired:
                continue
            break
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)


class Server:
    """One kind of server. `shared`: one process has all mailboxes; otherwise each has its own."""

    def __init__(self, name, package, shared, command, refuses=lambda folder, number: False):
        self.name, self.package, self.shared, self.command = name, package, shared, command
        # Whether it is known not to take a message of mail.py.
        self.refuses = refuses
        self.state, self.processes = None, []

    def fetch(self):
        """Makes sure of the server's files; says its version."""
        if self.package:
            done = subprocess.run([HERE / "get.sh", self.package], capture_output=True, text=True, timeout=600)
            if done.returncode != 0:
                raise Missing((done.stderr or done.stdout).strip()[-300:])
            return Path(os.environ["SERVERS"], f"{self.package}.version").read_text().strip()
        return subprocess.run(["dovecot", "--version"], capture_output=True, text=True, check=True).stdout.split()[0]

    def capabilities(self, user):
        """What it announces to whom is logged in."""
        with self.mailbox(user) as port:
            client = imaplib.IMAP4("127.0.0.1", port)
            client.login(user, PASSWORD)
            words = client.capability()[1][-1].decode()
            client.logout()
        return words.removeprefix("IMAP4rev1 ")

    def start(self, users):
        self.state = Path(tempfile.mkdtemp(prefix=f"matrix-{self.name}-"))
        self.state.chmod(0o755)
        if self.shared:
            self._process(users)

    def _process(self, users):
        port = free_port()
        process = Process([str(part) for part in self.command(self.state, port, users)], self.state, port)
        self.processes.append(process)
        return process

    @contextlib.contextmanager
    def mailbox(self, user):
        """The port where this user's mailbox is, as long as it is needed."""
        if self.shared:
            yield self.processes[0].port
            return
        process = self._process([user])
        try:
            yield process.port
        finally:
            process.stop()
            self.processes.remove(process)

    def stop(self):
        while self.processes:
            self.processes.pop().stop()
        if self.state:
            # The state of a layer holds its mounts, which its own namespace alone has seen: here it is a folder.
            subprocess.run(["rm", "-rf", "--one-file-system", str(self.state)], check=False)


def in_layer(name):
    return lambda state, port, users: [HERE / "layer.sh", name, state, HERE / f"{name}.sh", port, *users]


def dovecot(layout):
    return lambda state, port, users: [HERE / "dovecot.sh", state, port, layout]


def hoodiecrow(state, port, users):
    modules = Path(os.environ["SERVERS"], "hoodiecrow/node_modules")
    return ["env", f"NODE_PATH={modules}", "node", HERE / "hoodiecrow.js", port, *users]


def all_servers():
    return [
        Server("dovecot-maildir", None, True, dovecot("maildir")),
        Server("dovecot-sdbox", None, True, dovecot("sdbox")),
        # A folder whose name has an emoji.
        Server("courier", "courier", True, in_layer("courier"), lambda folder, number: folder == "emoji"),
        # A header line that is none.
        Server("cyrus", "cyrus", True, in_layer("cyrus"), lambda folder, number: number % 12 == 11),
        # Folders below a folder with messages, and dates far east of Greenwich.
        Server("mailutils", "mailutils", True, in_layer("mailutils"),
               lambda folder, number: folder in ("year", "quarter") or number % 4 == 3),
        Server("pymap", "pymap", False, lambda state, port, users: [HERE / "pymap.sh", port, *users]),
        Server("hoodiecrow", "hoodiecrow", False, hoodiecrow),
    ]


# Lines that mailutils writes into what it stores, and tells as part of it.
MAILUTILS = re.compile(rb"^(?:Status|X-UID|X-IMAPbase): .*\r\n", re.MULTILINE)


def as_stored(name, body):
    """A body without what this server is known to do to mail, so that it can be compared."""
    head, gap, rest = body.partition(b"\r\n\r\n")
    if name == "mailutils":
        head = MAILUTILS.sub(b"", head + b"\r\n").removesuffix(b"\r\n")
    if name == "cyrus":
        head = re.sub(rb"[\x80-\xff]", b"X", head)
    return head + gap + rest
