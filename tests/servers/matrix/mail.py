"""The mail of a pair: what lies in the source at first, and what changes before the third pass. All by imaplib.

Each message bears a mark, `matrix-FOLDER-NUMBER`, by which it is known wherever it comes to lie and however a server
rewrites it. Equal messages bear the same mark.
"""

import base64
import imaplib
import random
import socket

from servers import PASSWORD

imaplib._MAXLINE = 10_000_000

FLAGS = ["", "\\Seen", "\\Seen \\Answered", "\\Flagged", "\\Seen \\Flagged \\Draft", "\\Seen $Label1", "Projekt-X"]

# By mark; levels are divided by slashes here, and by whatever the server has there.
FOLDERS = {
    "inbox": "INBOX",
    "sent": "Sent",
    "drafts": "Drafts",
    "projects": "Projects",
    "year": "Projects/2020",
    "quarter": "Projects/2020/Q1 & Q2",
    "umlaut": "Büro Söhne",
    "japan": "日本語",
    "emoji": "Fun 😀",
    "quote": 'say "hi"',
    "dot": "v1.2",
    "blank": "two  blanks",
    "percent": "100%",
    "long": "L" + "o" * 60 + "ng",
    "new": "Later",
}
LATER = "new"


def encode(name):
    """Text to modified UTF-7 (RFC 3501 section 5.1.3)."""
    encoded, pending = "", ""

    def flush():
        if not pending:
            return ""
        return "&" + base64.b64encode(pending.encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"

    for letter in name:
        if " " <= letter <= "~":
            encoded, pending = encoded + flush() + ("&-" if letter == "&" else letter), ""
        else:
            pending += letter
    return encoded + flush()


def quoted(name):
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def compose(mark, number, chance):
    """One message; its shape comes from its number."""
    lines = [
        f"From: Anna {number} <anna{number}@example.org>".encode(),
        b"To: bob@example.org",
        f"Date: Mon, {1 + number % 28:02} Jun 2020 10:{number % 60:02}:00 +0200".encode(),
        f"Subject: {mark}-{number}".encode(),
    ]
    shape = number % 12
    if shape != 3:
        lines.append(f"Message-ID: <{mark}-{number}@example.org>".encode())
    if shape == 5:
        lines.append("X-Organisation: Müller & Söhne".encode("latin-1"))
    if shape == 11:
        lines.append(b"a line that is no header, which some servers refuse")
    if shape == 6:
        lines.append(b"References: " + b"\r\n ".join(b"<r%d@example.org>" % one for one in range(30)))
    body = [f"matrix-{mark}-{number}".encode(), b""]
    if shape == 4:
        body.append("Grüße in acht Bit, ß".encode("utf-8"))
        body.append("und in Latin-1: äöü".encode("latin-1"))
    if shape == 7:
        body.append(b"x" * 3000)
        body.append(b"y" * 990)
    if shape == 8:
        body.append(b"From the start of a line, as mbox files hate it")
        body.append(b">From the second")
        body.append(b".")
    if shape == 9:
        body.extend(b"line %d of many: " % line + bytes(chance.choices(b"abcdefgh ", k=60)) for line in range(800))
    text = b"\r\n".join([*lines, b"", *body])
    return text if shape == 10 else text + b"\r\n"


def date(number):
    zone = ["+0000", "+0200", "-0530", "+1245"][number % 4]
    return f'"{1 + number % 28:02}-Jun-2020 {number % 24:02}:{number % 60:02}:07 {zone}"'


class Owner:
    """Whoever has the source mailbox: fills it, and changes it later. A server that refuses something goes without."""

    def __init__(self, port, user, seed):
        self.client = imaplib.IMAP4("127.0.0.1", port)
        # A literal's last bytes would wait for an acknowledgement that waits itself.
        self.client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.client.login(user, PASSWORD)
        self.chance = random.Random(seed)
        self.prefix, self.separator = self._namespace()
        self.names, self.refused = {"inbox": "INBOX"}, []

    def _namespace(self):
        prefix = ""
        if b"NAMESPACE" in self.client.capability()[1][0].upper().split():
            first = (self.client.namespace()[1][0] or b"").decode()
            if first.startswith('(("'):
                prefix = first.split('"')[1]
        answer = self.client.list('""', '""')[1][0].decode()
        return prefix, answer.split('"')[1]

    def fill(self, messages):
        for mark, name in FOLDERS.items():
            if mark != LATER and self._has(mark, name):
                self._append(mark, range(messages if mark == "inbox" else max(6, messages // 6)))
                # Equal messages: the same bytes and date, side by side.
                self._append(mark, [1, 1, 3])

    def change(self):
        """New mail, equal messages again, other flags, and one message less."""
        self._append("inbox", [*range(1000, 1012), 1, 1, 3, 1000, 1000])
        for mark in ("projects", "umlaut", "sent"):
            if mark in self.names:
                self._append(mark, [1, 3, 2000, 2001, 2000])
        if self._has(LATER, FOLDERS[LATER]):
            self._append(LATER, [1, 2, 2, 3])
        # The last command with a folder selected: servers differ in what they do to one that is appended to.
        self.client.select("INBOX")
        self.client.store("1:3", "+FLAGS", "(\\Flagged)")
        self.client.store("4:6", "-FLAGS", "(\\Seen)")
        self.client.store("8", "+FLAGS", "(\\Deleted)")
        deleted = self._mark_of("8")
        self.client.expunge()
        self.client.close()
        return deleted

    def leave(self):
        self.client.logout()

    def _mark_of(self, number):
        data = self.client.fetch(number, "(BODY.PEEK[])")[1]
        return next(part[1] for part in data if isinstance(part, tuple))

    def _has(self, mark, name):
        if mark == "inbox":
            return True
        levels = name.split("/")
        own = self.prefix + (self.separator or "/").join(encode(level) for level in levels)
        if self.separator in name.replace("/", ""):
            self.refused.append(f"folder {name}: it would be two levels")
            return False
        status, answer = self.client.create(quoted(own))
        if status != "OK" and b"exist" not in answer[0].lower():
            self.refused.append(f"folder {name}: {answer[0].decode(errors='replace')}")
            return False
        self.client.subscribe(quoted(own))
        self.names[mark] = own
        return True

    def _append(self, mark, numbers):
        for number in numbers:
            flags = FLAGS[number % len(FLAGS)]
            # The same mark makes the same message, whenever it is composed.
            body = compose(mark, number, random.Random(number))
            for kept in (flags, " ".join(flag for flag in flags.split() if flag.startswith("\\")), ""):
                if self._appended(mark, kept, date(number), body) or self._appended(mark, kept, date(number - number % 4), body):
                    break
            else:
                self.refused.append(f"message {mark}-{number}")

    def _appended(self, mark, flags, when, body):
        try:
            return self.client.append(quoted(self.names[mark]), f"({flags})" if flags else None, when, body)[0] == "OK"
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            return False
