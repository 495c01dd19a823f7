#!/usr/bin/env python3
"""Works in target mailboxes as their owners do while they are filled, and tells what was done. Only Python's own imaplib.

    people.py work SEED     does something to one of the mailboxes: moves, deletes or marks messages, or renames a folder
    people.py rest          notes what is there now that all has come to rest

On standard input is the line of JSON that compare.py reads; a user's "deeds" there are those so far. Each deed is told as
a line of JSON with the "user": compare.py wants them back, in their order.
"""

import json
import random
import re
import sys

import compare
import deeds

# As many messages are moved, deleted or marked at once.
MOST = 8


class Mailbox:
    """An owner's view of the mailbox."""

    def __init__(self, bed, user):
        self.user = user["name"]
        self.client = compare.connect(bed["target"], self.user, user["password"], tls=False)
        self.folders = {}
        for name, separator, attributes in compare.listed(self.client, "list"):
            if not {"\\noselect", "\\nonexistent"} & set(attributes):
                self.folders[compare.decode(name).replace(separator or "/", "/")] = name

    def tell(self, deed, **facts):
        print(json.dumps({"user": self.user, "deed": deed, **facts}), flush=True)

    def do(self, command, *arguments):
        return compare.checked(getattr(self.client, command)(*arguments))

    def on_server(self, folder):
        return compare.quoted(self.folders[folder])

    def rest(self):
        answers = {folder: self.do("status", self.on_server(folder), "(UIDNEXT)") for folder in self.folders}
        following = {folder: int(re.search(rb"UIDNEXT (\d+)", told[0]).group(1)) for folder, told in answers.items()}
        self.tell("rest", folders=following)

    def some(self, folder, chance):
        """A run of messages anywhere in the folder."""
        self.do("select", self.on_server(folder))
        uids = self.do("uid", "SEARCH", "ALL")[0].split()
        if not uids:
            return []
        first = chance.randrange(len(uids))
        return self.read(uids[first:first + chance.randint(1, MOST)])

    def read(self, uids):
        data = self.do("uid", "FETCH", b",".join(uids).decode(), "(UID FLAGS INTERNALDATE BODY.PEEK[])")
        return [compare.message(line, body) for line, body in compare.parse(data)]

    def mark(self, folder, messages, chance):
        for one in messages:
            self.do("uid", "STORE", str(one.uid), "+FLAGS.SILENT", f"({deeds.MARK})")
            self.tell("mark", folder=folder, uid=one.uid)

    def delete(self, folder, messages, chance):
        for one in messages:
            self.do("uid", "STORE", str(one.uid), "+FLAGS.SILENT", "(\\Deleted)")
            self.do("uid", "EXPUNGE", str(one.uid))
            self.tell("delete", folder=folder, uid=one.uid, digest=one.digest)

    def move(self, folder, messages, chance):
        others = [name for name in sorted(self.folders) if name != folder]
        if not others:
            return
        to = chance.choice(others)
        for one in messages:
            self.do("uid", "MOVE", str(one.uid), self.on_server(to))
            new_uid = int(self.client.response("COPYUID")[1][0].split()[2])
            self.tell("move", folder=folder, uid=one.uid, digest=one.digest, to=to, new_uid=new_uid)

    def rename(self, known, chance):
        """Renames a folder that had come to rest with mail in it: others may not be there yet for whoever fills it."""
        at_rest = {name: place.at_rest for name, place in known.places.items()}
        names = [name for name in sorted(self.folders) if name != "INBOX" and at_rest.get(name, 0) > 1]
        if not names:
            return
        old = chance.choice(names)
        wire, number = self.folders[old], chance.randrange(1000)
        base = re.sub(r" \d+$", "", wire)
        new = chance.choice([f"{base} {number}", f"Elsewhere {number}/{base.rsplit('/', 1)[-1]}"])
        if new in self.folders.values():
            return
        self.do("rename", compare.quoted(wire), compare.quoted(new))
        self.tell("rename", folder=old, to=compare.decode(new))


def work(bed, chance):
    user = chance.choice(bed["users"])
    mailbox = Mailbox(bed, user)
    act = chance.choices(["move", "delete", "mark", "rename"], [4, 3, 3, 1])[0]
    if act == "rename":
        mailbox.rename(deeds.Owner(user.get("deeds", [])), chance)
    else:
        folder = chance.choice(sorted(mailbox.folders))
        getattr(mailbox, act)(folder, mailbox.some(folder, chance), chance)


def main():
    bed = json.loads(sys.stdin.readline())
    if sys.argv[1:] == ["rest"]:
        for user in bed["users"]:
            Mailbox(bed, user).rest()
    elif len(sys.argv) == 3 and sys.argv[1] == "work":
        work(bed, random.Random(int(sys.argv[2])))
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
