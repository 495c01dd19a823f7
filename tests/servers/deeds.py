"""What the owner of a target mailbox did to it while it was filled, and what must be there all the same.

Deeds come from people.py, in their order. A copy that lay there when all had come to rest is known to the ledger: once it
is deleted or moved away, it must not come back. One that was taken before may be appended once more, as nobody can know
whether it was copied. What was moved into a folder may stand for an equal message that the source gets there later.
"""

import collections

# The flag that owners set. The source never has it.
MARK = "$Work"


class Place:
    """A folder of the target: what was taken from it, what was moved into it, and what its owner has marked."""

    def __init__(self):
        self.taken, self.may_be_back = collections.Counter(), collections.Counter()
        self.came, self.marked = {}, set()
        self.at_rest = 0

    def take(self, uid, digest):
        known = uid not in self.came and uid < self.at_rest
        (self.taken if known else self.may_be_back)[digest] += 1
        self.came.pop(uid, None)
        self.marked.discard(uid)

    def touched(self):
        return self.taken.keys() | self.may_be_back.keys() | set(self.came.values())


class Owner:
    """All that was done to a mailbox."""

    def __init__(self, deeds):
        self.places, self.renames = collections.defaultdict(Place), []
        for deed in deeds:
            getattr(self, "_" + deed["deed"])(deed)

    def name(self, folder):
        """The name that a folder of the source has on the target now."""
        for old, new in self.renames:
            folder = renamed(folder, old, new)
        return folder

    def differences(self, name, source, target, compare):
        """What is wrong with a folder of the target, in words. `compare` judges what nobody has touched."""
        # Of what nobody has touched, the order is judged twice.
        return list(dict.fromkeys(self._differences(self.places.get(name, Place()), name, source, target, compare)))

    def _differences(self, place, name, source, target, compare):
        if source is None or target is None or not (source.selectable and target.selectable):
            yield from compare(source, target)
            return
        touched = place.touched()
        calm = [m for m in target.messages if m.digest not in touched and m.uid not in place.came]
        lacking = sum(1 for m in target.messages if m.uid in place.marked and MARK not in m.flags)
        calm = [m._replace(flags=m.flags - {MARK}) if m.uid in place.marked else m for m in calm]
        # A subscription stays with the name that a folder had.
        has_moved = any(renamed(name, new, "") != name for _, new in self.renames)
        subscribed = source.subscribed if has_moved else target.subscribed
        yield from compare(
            source._replace(messages=[m for m in source.messages if m.digest not in touched]),
            target._replace(messages=calm, subscribed=subscribed),
        )
        if touched:
            yield from of_touched(place, source.messages, target.messages, touched)
        if lacking or place.marked - {m.uid for m in target.messages}:
            yield f"{max(lacking, 1)} without the flag that the owner has set"

    def _rest(self, deed):
        for name, following in deed["folders"].items():
            self.places[name].at_rest = following

    def _delete(self, deed):
        self.places[deed["folder"]].take(deed["uid"], deed["digest"])

    def _move(self, deed):
        source, target = self.places[deed["folder"]], self.places[deed["to"]]
        if deed["uid"] in source.marked:
            target.marked.add(deed["new_uid"])
        source.take(deed["uid"], deed["digest"])
        target.came[deed["new_uid"]] = deed["digest"]

    def _mark(self, deed):
        self.places[deed["folder"]].marked.add(deed["uid"])

    def _rename(self, deed):
        old, new = deed["folder"], deed["to"]
        self.renames.append((old, new))
        moved = {renamed(name, old, new): place for name, place in self.places.items()}
        self.places = collections.defaultdict(Place, moved)


def renamed(name, old, new):
    return new + name[len(old):] if name == old or name.startswith(old + "/") else name


def of_touched(place, ours, theirs, touched):
    """Of what people have touched: how many there are, in which order, with which flags and dates."""
    came = collections.Counter(place.came.values())
    wanted, there = (collections.Counter(m.digest for m in side) for side in (ours, theirs))
    lost = doubled = 0
    for digest in touched:
        most = wanted[digest] - place.taken[digest] + came[digest]
        least = max(came[digest], wanted[digest] - place.taken[digest] - place.may_be_back[digest])
        lost += max(0, least - there[digest])
        doubled += max(0, there[digest] - most)
    if lost:
        yield f"{lost} lost"
    if doubled:
        yield f"{doubled} doubled"
    own = [m for m in theirs if m.uid not in place.came]
    facts = collections.Counter((m.digest, m.flags - {MARK}, m.date) for m in own if m.digest in touched)
    altered = facts - collections.Counter((m.digest, m.flags, m.date) for m in ours)
    if altered and not (lost or doubled):
        yield f"{altered.total()} with other flags or another INTERNALDATE, the first {next(iter(altered))[1:]}"
    counts = wanted.keys() - place.may_be_back.keys()
    order = iter([m.digest for m in ours if m.digest in counts])
    if not (lost or doubled) and not all(m.digest in order for m in own if m.digest in counts):
        yield "in another order"
