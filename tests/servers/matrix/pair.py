"""A pair of servers: four passes, each judged."""

import shutil
import tempfile
import time
from pathlib import Path

from engine import Refused, Store
from mail import Owner
from servers import PASSWORD
from verdict import Judge, read
from wire import Proxy

PASSES = ["initial, killed", "nothing new", "changes", "nothing new"]


class Outcome:
    """What became of a pair."""

    def __init__(self, source, target):
        self.source, self.target = source, target
        self.verdicts, self.failure, self.folder, self.refused = [], None, None, []
        self.killed_at, self.seconds = None, 0

    def is_clean(self):
        return self.failure is None and len(self.verdicts) == len(PASSES) and all(v.is_clean() for v in self.verdicts)

    def worst(self, kind):
        return max((verdict.counts[kind] for verdict in self.verdicts), default=0)


def run(source, target, library, worker, plan, chance):
    """Runs a pair. What it leaves behind lies in the outcome's folder, where anything is wrong."""
    outcome = Outcome(source.name, target.name)
    outcome.folder = Path(tempfile.mkdtemp(prefix=f"matrix-pair-{source.name}-to-{target.name}-"))
    began = time.monotonic()
    from_user, to_user = f"from{target.number}", f"to{source.number}"
    try:
        # One server alone for each mailbox that is not shared, and only as long as the pair needs it.
        with source.mailbox(from_user) as from_port, target.mailbox(to_user) as to_port:
            Pair(source, target, outcome, chance, plan).run(library, worker, (from_port, from_user), (to_port, to_user))
    except Refused as refusal:
        outcome.failure = str(refusal)
    except Exception as error:  # A server that falls over is a finding, and no reason to leave the other pairs out.
        outcome.failure = f"{type(error).__name__}: {error}"
    outcome.seconds = time.monotonic() - began
    if outcome.is_clean() and not plan.keep:
        shutil.rmtree(outcome.folder)
    return outcome


class Pair:
    def __init__(self, source, target, outcome, chance, plan):
        self.outcome, self.chance, self.plan = outcome, chance, plan
        self.judge_of = Judge(source, target)
        self.log = open(outcome.folder / "log.txt", "w", encoding="utf-8")

    def run(self, library, worker, from_box, to_box):
        folder = self.outcome.folder
        proxies = [Proxy(port, folder / f"{side}.wire") for side, (port, _) in (("source", from_box), ("target", to_box))]
        store = Store(library, worker, folder / "store")
        try:
            self._passes(store, proxies, from_box, to_box)
        finally:
            store.kill()
            for proxy in proxies:
                proxy.close()
            self.log.close()

    def _passes(self, store, proxies, from_box, to_box):
        owner = Owner(*from_box, seed=self.plan.seed)
        owner.fill(self.plan.messages)
        store.serve()
        for number, name in enumerate(PASSES):
            for proxy in proxies:
                proxy.mark(f"pass {number + 1}: {name}")
            if number == 0:
                store.begin(from_box[1], PASSWORD, proxies[0].port, proxies[1].port, to_box[1])
                self._strike(store, proxies[1])
            else:
                if number == 2:
                    self.judge_of.delete(owner.change())
                store.sync_now()
            statistics = store.settle()
            self._judge(number, name, statistics, from_box, to_box)
        self.outcome.refused = owner.refused
        owner.leave()

    def _strike(self, store, proxy):
        """Kills the worker within the first 200 ms in which it copies, and starts another one."""
        # Where nothing is ever copied the kill meets nothing, and the comparison tells.
        proxy.appended.wait(20)
        began, first = time.monotonic(), proxy.sent
        moment, size = self.chance.uniform(0, 0.2), self.chance.uniform(0, 1) ** 2 * self.plan.messages * 2000
        while time.monotonic() - began < moment and proxy.sent - first < size:
            time.sleep(0.001)
        store.kill()
        self.outcome.killed_at = f"{(time.monotonic() - began) * 1000:.0f} ms, {proxy.sent} bytes"
        proxy.mark(f"the worker was killed after {self.outcome.killed_at}")
        store.serve()

    def _judge(self, number, name, statistics, from_box, to_box):
        user = statistics["user"]
        verdict = self.judge_of.judge(read(*from_box), read(*to_box), statistics.get("skipped_items", []))
        self.outcome.verdicts.append(verdict)
        self.log.write(f"pass {number + 1} ({name}): {user['status']}, {dict(verdict.counts)}\n")
        for line in verdict.lines():
            self.log.write(f"  {line}\n")
        for item in statistics.get("skipped_items", []):
            self.log.write(f"  skipped: {item['kind']} {item['folder_name']} {item.get('uid')}: {item['error_message']}\n")
        for line in statistics.get("report", []):
            self.log.write(f"  report: {line['text']}\n")
        self.log.flush()
        if user["status"] != "Synced":
            raise Refused(f"pass {number + 1}: {user['status']}: {user.get('error_summary')}")
