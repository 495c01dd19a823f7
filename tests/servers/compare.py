#!/usr/bin/env python3
"""Compares mailboxes on two IMAP servers message by message. Only Python's own imaplib, nothing of the product's code.

    testbed ... > bed.json &   compare.py bed.json        all users of a testbed
    compare.py bed.json user1 user3                       these users only

The file (`-` for standard input) holds the line of JSON that the testbed prints, or the same made by hand: "source"
and "target" with "host", "port" and optionally "tls_port" and "certificate"; "users" with "name" and "password", and
optionally "target_name" and "target_password", and "deeds": what was done to the user's target meanwhile, as people.py
tells it. With --tls both servers are read over TLS.

For every folder it compares count, order, the SHA-256 of every body, flags, keywords, INTERNALDATE and the
subscription, and prints one line: `identical`, or what is lost, doubled, altered. It exits 1 on any difference.
"""

import argparse
import base64
import collections
import datetime
import hashlib
import imaplib
import json
import re
import ssl
import sys

import deeds

# How many bodies are asked for at once: enough to be quick, few enough to hold in memory.
BATCH = 50

Message = collections.namedtuple("Message", "digest flags date uid")
Folder = collections.namedtuple("Folder", "messages subscribed selectable")


def decode(name):
    """Modified UTF-7 (RFC 3501 section 5.1.3) to text; a malformed name stays as it is."""

    def run(match):
        text = match.group(1).replace(",", "/")
        if not text:
            return "&"
        return base64.b64decode(text + "=" * (-len(text) % 4)).decode("utf-16-be")

    try:
        return re.sub(r"&([^-]*)-", run, name)
    except (ValueError, UnicodeDecodeError):
        return name


def quoted(name):
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def connect(server, name, password, tls):
    if tls:
        context = ssl.create_default_context(cafile=server.get("certificate"))
        client = imaplib.IMAP4_SSL(server["host"], server["tls_port"], ssl_context=context)
    else:
        client = imaplib.IMAP4(server["host"], server["port"])
    client.login(quoted(name), password)  # It quotes the password itself.
    return client


def checked(answer):
    status, data = answer
    if status != "OK":
        raise SystemExit(f"the server refused: {data}")
    return data


def prefix_of(client):
    """The prefix of personal folders (RFC 2342), empty where the server does not tell."""
    # After the login, for many servers say more then, and imaplib does not ask again.
    if b"NAMESPACE" not in checked(client.capability())[0].upper().split():
        return ""
    match = re.match(rb'\(\("([^"]*)"', checked(client.namespace())[0] or b"")
    return match.group(1).decode() if match else ""


def listed(client, command):
    """Name, separator and attributes of what LIST or LSUB answers."""
    for line in checked(getattr(client, command)('""', '"*"')):
        if line is None:
            continue
        head, literal = line if isinstance(line, tuple) else (line, None)
        match = re.match(rb'\(([^)]*)\) (?:"(\\?.)"|NIL) (.*)$', head, re.DOTALL)
        if match is None:
            continue  # The empty rest that follows a literal.
        name = literal
        if name is None:
            name = match.group(3)
            if name.startswith(b'"'):
                name = re.sub(rb"\\(.)", rb"\1", name[1:-1])
        yield name.decode("latin-1"), (match.group(2) or b"").decode(), match.group(1).decode().lower().split()


def folders(client, read=None):
    """Every folder by its readable name, with levels divided by `/` and without the server's prefix."""
    prefix = prefix_of(client)

    def readable(name, separator):
        if name.upper() == "INBOX":
            return "INBOX"
        name = name.removeprefix(prefix)
        return decode(name.replace(separator, "/") if separator else name)

    subscribed = {readable(name, separator) for name, separator, _ in listed(client, "lsub")}
    found = {}
    for name, separator, attributes in listed(client, "list"):
        selectable = not {"\\noselect", "\\nonexistent"} & set(attributes)
        found[readable(name, separator)] = (name, selectable)
    return {
        name: Folder((read or messages)(client, raw) if selectable else [], name in subscribed, selectable)
        for name, (raw, selectable) in found.items()
    }


def messages(client, folder, make=None):
    """What lies in a folder, in its order: each as `make` has it from line and body, else as a Message."""
    count = int(checked(client.select(quoted(folder), readonly=True))[0])
    found = []
    for first in range(1, count + 1, BATCH):
        last = min(first + BATCH - 1, count)
        data = checked(client.fetch(f"{first}:{last}", "(UID FLAGS INTERNALDATE BODY.PEEK[])"))
        found.extend((make or message)(line, body) for line, body in parse(data))
    if len(found) != count:
        raise SystemExit(f"the server told of {count} messages in {folder} and sent {len(found)}")
    return found


def parse(data):
    """Each message comes as a pair of line and literal, and the rest of the line after it."""
    pending = None
    for part in data:
        if isinstance(part, tuple):
            pending = part
        elif pending is not None:
            line, body = pending
            yield line + part, body
            pending = None


def message(line, body):
    flags = re.search(rb"FLAGS \(([^)]*)\)", line).group(1).decode("latin-1").split()
    date = re.search(rb'INTERNALDATE "([^"]*)"', line).group(1).decode().strip()
    moment = datetime.datetime.strptime(date, "%d-%b-%Y %H:%M:%S %z")
    # Case does not count in system flags; \Recent is the session's own.
    kept = frozenset(flag.lower() if flag.startswith("\\") else flag for flag in flags) - {"\\recent"}
    uid = int(re.search(rb"UID (\d+)", line).group(1))
    return Message(hashlib.sha256(body).hexdigest(), kept, moment, uid)


def differences(source, target):
    """What is wrong with a folder of the target, in words."""
    # A name that holds no messages, only other folders, needs no counterpart, and may have any.
    if source is None or not source.selectable:
        known = source is not None or not target.selectable
        if target is not None and (target.messages or not known):
            yield f"is on the target only, with {len(target.messages)} messages"
        return
    if target is None or not target.selectable:
        yield f"is missing, with {len(source.messages)} messages"
        return
    before, after = by_digest(source.messages), by_digest(target.messages)
    lost = sum(max(0, len(found) - len(after.get(digest, []))) for digest, found in before.items())
    doubled = sum(max(0, len(after.get(digest, [])) - len(found)) for digest, found in before.items())
    foreign = sum(len(found) for digest, found in after.items() if digest not in before)
    if lost:
        yield f"{lost} lost"
    if doubled:
        yield f"{doubled} doubled"
    if foreign:
        yield f"{foreign} not from the source (altered, or never there)"
    common = [(digest, pair) for digest in before for pair in zip(before[digest], after.get(digest, []))]
    flags = [f"{sorted(old.flags)} -> {sorted(new.flags)}" for _, (old, new) in common if old.flags != new.flags]
    dates = [f"{old.date} -> {new.date}" for _, (old, new) in common if old.date != new.date]
    if flags:
        yield f"{len(flags)} with other flags, the first {flags[0]}"
    if dates:
        yield f"{len(dates)} with another INTERNALDATE, the first {dates[0]}"
    in_order = [m.digest for m in source.messages] == [m.digest for m in target.messages]
    if not (lost or doubled or foreign or in_order):
        yield "in another order"
    if source.subscribed != target.subscribed:
        yield "subscribed" if target.subscribed else "no longer subscribed"


def by_digest(found):
    groups = collections.defaultdict(list)
    for one in found:
        groups[one.digest].append(one)
    return groups


def read(server, name, password, tls):
    client = connect(server, name, password, tls)
    try:
        return folders(client)
    finally:
        client.logout()


def compare(bed, user, options):
    """Prints a line for every folder of a user; returns whether all are identical."""
    source = read(bed["source"], user["name"], user["password"], options.tls)
    target_name = user.get("target_name", user["name"])
    target = read(bed["target"], target_name, user.get("target_password", user["password"]), options.tls)
    renamed = dict(pair.split("=", 1) for pair in options.renamed)
    owner = deeds.Owner(user.get("deeds", []))
    source = {owner.name(renamed.get(name, name)): folder for name, folder in source.items()}
    identical = True
    for name in sorted(source.keys() | target.keys()):
        wrong = owner.differences(name, source.get(name), target.get(name), differences)
        identical = identical and not wrong
        count = len(source[name].messages) if name in source else 0
        print(f"{user['name']}\t{name}\t{count}\t{'; '.join(wrong) or 'identical'}")
    return identical


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bed", help="file with the testbed's line of JSON, or -")
    parser.add_argument("users", nargs="*", help="only these users")
    parser.add_argument("--tls", action="store_true", help="read over TLS")
    parser.add_argument("--renamed", action="append", default=[], metavar="SOURCE=TARGET", help="a folder that has another name")
    options = parser.parse_args()
    with sys.stdin if options.bed == "-" else open(options.bed, encoding="utf-8") as file:
        bed = json.loads(file.readline())
    users = [user for user in bed["users"] if not options.users or user["name"] in options.users]
    if not users:
        raise SystemExit("no such user")
    results = [compare(bed, user, options) for user in users]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
