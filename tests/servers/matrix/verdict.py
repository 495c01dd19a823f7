"""Compares both sides by the marks that all messages bear. Reads with compare.py: none of the product's code."""

import collections
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import compare  # noqa: E402

from servers import PASSWORD, as_stored  # noqa: E402

Found = collections.namedtuple("Found", "mark uid body flags")

MARK = re.compile(rb"matrix-([a-z]+-\d+)")


def read(port, user):
    """All messages of a mailbox by folder, each folder in its order."""

    def marked(line, body):
        plain = compare.message(line, body)
        mark = MARK.search(body)
        uid = re.search(rb"UID (\d+)", line)
        return Found(mark.group(1).decode() if mark else "unknown-0", int(uid.group(1)), body, plain.flags)

    server = {"host": "127.0.0.1", "port": port}
    client = compare.connect(server, user, PASSWORD, tls=False)
    try:
        found = compare.folders(client, lambda client, raw: compare.messages(client, raw, marked))
        return {name: folder.messages for name, folder in found.items()}
    finally:
        client.logout()


# What must not be.
FATAL = ["lost", "doubled", "unnamed", "refused", "misplaced", "altered", "flags"]


class Verdict:
    """What differs after a pass. Counts, and a line for each folder that is not as it should be."""

    def __init__(self):
        self.counts = collections.Counter()
        self.found = collections.defaultdict(list)

    def is_clean(self):
        return not any(self.counts[kind] for kind in FATAL)

    def add(self, kind, count, folder, detail=""):
        if count:
            self.counts[kind] += count
            self.found[folder, kind].append((count, detail))

    def lines(self):
        """A line for each folder and kind, with the first of what was found."""
        for (folder, kind), found in self.found.items():
            details = [detail for _, detail in found if detail]
            more = ", ..." if len(details) > 4 else ""
            yield f"{folder}: {sum(count for count, _ in found)} {kind}: {', '.join(details[:4])}{more}"


class Judge:
    """Remembers a pair from pass to pass: what was deleted on the source, and what the target has had."""

    def __init__(self, source, target):
        self.source, self.target = source, target
        self.deleted, self.seen = collections.Counter(), collections.Counter()

    def delete(self, body):
        self.deleted[MARK.search(body).group(1).decode()] += 1

    def judge(self, ours, theirs, skipped):
        """Both sides as they were read, and the user's skipped items."""
        verdict = Verdict()
        there = collections.Counter(one.mark for folder in theirs.values() for one in folder)
        wanted = collections.Counter(one.mark for folder in ours.values() for one in folder)
        verdict.counts["messages"] = sum(wanted.values())
        named, dropped = self._named(ours, skipped), dropped_flags(skipped)
        for name, folder in ours.items():
            self._folder(verdict, name, folder, there, named)
            self._copies(verdict, name, folder, theirs, dropped[name])
        for mark in there - (wanted + self.deleted):
            if mark not in wanted:
                verdict.add("doubled", (there - self.deleted)[mark], "anywhere", f"{mark}: the source has none")
        self.seen |= there
        return verdict

    def _named(self, ours, skipped):
        """How many of each mark the report names: by folder and UID, or with their whole folder."""
        named = collections.Counter()
        by_uid = {(name, one.uid): one.mark for name, folder in ours.items() for one in folder}
        kinds_that_copy = {"FlagDropped", "DateChanged", "ContentChanged", "MessageDoubled", "MessageRepaired"}
        for item in skipped:
            if item["kind"] in kinds_that_copy:
                continue
            folder, uid = item["folder_name"], item.get("uid")
            if uid is None:
                named.update(one.mark for name, found in ours.items() if name == folder for one in found)
            elif (folder, uid) in by_uid:
                named[by_uid[folder, uid]] += 1
        return named

    def _folder(self, verdict, name, folder, there, named):
        """How many copies there are of each message of a folder, wherever they are."""
        wanted = collections.Counter(one.mark for one in folder)
        for mark, count in wanted.items():
            missing = count - (there[mark] - min(self.deleted[mark], max(0, there[mark] - count)))
            known = min(max(missing, 0), named[mark])
            gone = min(max(missing, 0) - known, max(0, self.seen[mark] - there[mark]))
            place, number = mark.split("-")
            verdict.add("named" if self.target.refuses(place, int(number)) else "refused", known, name, mark)
            verdict.add("lost", gone, name, f"{mark}: it was there")
            verdict.add("unnamed", max(missing, 0) - known - gone, name, f"{mark}: {there[mark]} of {count}")
            verdict.add("doubled", max(0, there[mark] - count - self.deleted[mark]), name, f"{mark}: {there[mark]} for {count}")

    def _copies(self, verdict, name, folder, theirs, dropped):
        """Place, order, bytes and flags of what arrived: in the folder where most of it is."""
        wanted = {one.mark for one in folder}
        places = {place: sum(one.mark in wanted for one in found) for place, found in theirs.items()}
        place = max(places, key=places.get, default=None)
        if place is None or not places[place]:
            return
        verdict.add("misplaced", sum(places.values()) - places[place], name)
        copies = collections.defaultdict(list)
        for at, one in enumerate(theirs[place]):
            copies[one.mark].append((at, one))
        order, altered = [], []
        self._flags(verdict, name, folder, theirs[place], dropped)
        for one in folder:
            if copies[one.mark]:
                at, copy = copies[one.mark].pop(0)
                order.append(at)
                if self._stored(one.body) != self._stored(copy.body):
                    altered.append(one.mark)
        verdict.add("reordered", len(order) - longest_rise(order), name)
        verdict.add("altered", len(altered), name, ", ".join(altered[:3]))

    def _flags(self, verdict, name, folder, copies, dropped):
        """Flags, beyond those that the report says are not kept. Which of equal messages has which is nobody's affair."""
        ours, theirs = (collections.defaultdict(collections.Counter) for _ in range(2))
        for side, messages in ((ours, folder), (theirs, copies)):
            for one in messages:
                side[one.mark][" ".join(sorted(one.flags - dropped))] += 1
        for mark, flags in ours.items():
            if theirs[mark].total() >= flags.total():
                missing = flags - theirs[mark]
                verdict.add("flags", missing.total(), name, f"{mark}: {list(missing)}, not {list(theirs[mark] - flags)}")

    def _stored(self, body):
        return as_stored(self.target.name, as_stored(self.source.name, body))


def dropped_flags(skipped):
    """By folder, the flags of which the report says that the target does not keep them."""
    dropped = collections.defaultdict(set)
    for item in skipped:
        if item["kind"] == "FlagDropped":
            dropped[item["folder_name"]] |= set(re.findall(r"[\\$\w-]+", item["error_message"]))
    return dropped


def longest_rise(numbers):
    """The length of the longest rising run of picks: what need not move."""
    best = []
    for number in numbers:
        place = next((at for at, one in enumerate(best) if one >= number), len(best))
        best[place:place + 1] = [number]
    return len(best)
