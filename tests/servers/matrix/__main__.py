"""Moves mail between every two of some real servers, in four passes, and has an independent reader compare both sides.

    matrix --library FILE --worker FILE [OPTION...]

Each server is source and target. In the first pass the worker is killed within 200 ms after it began to copy; then nothing changes;
then there is new mail, equal mail, flags and a deletion; then nothing changes again. It prints a table, and ends with exit code 1
if anything was lost, doubled, altered, not named or in a wrong folder, or a pass failed. Of such a pair the store, the wire of
both sides and a log stay behind.
"""

import argparse
import concurrent.futures
import os
import random
import signal
import sys
import time

# Where the scripts lie nothing is to be left.
sys.dont_write_bytecode = True

import pair  # noqa: E402
import report  # noqa: E402
from engine import Library, Store  # noqa: E402
from servers import Missing, all_servers  # noqa: E402


def main():
    options = arguments()
    wanted = options.servers or sorted({name for one in options.pair for name in one.split(":")})
    servers = [server for server in all_servers() if not wanted or server.name in wanted]
    # A termination unwinds, too, and stops what was started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        up, missing = start(servers)
        return run(options, up, missing)
    except (KeyboardInterrupt, SystemExit):
        stop(servers)
        # Pairs at work would wait for servers and workers that are gone.
        os._exit(143)
    finally:
        stop(servers)


def start(servers):
    """Starts the servers; says which are up, with what they are, and why others are not."""
    up, missing = [], {}
    users = [f"{role}{number}" for role in ("from", "to") for number in range(len(servers))]
    for number, server in enumerate(servers):
        try:
            server.number, server.version = number, server.fetch()
            server.start(users)
            server.announces = server.capabilities(users[0])
            up.append(server)
        except Missing as why:
            missing[server.name] = str(why)
            print(f"{server.name} is left out: {why}", flush=True)
    return up, missing


def stop(servers):
    for worker in list(Store.workers):
        worker.kill()
    for server in servers:
        server.stop()


def run(options, up, missing):
    library, began = Library(options.library), time.monotonic()
    print(f"--seed {options.seed} --messages {options.messages}", flush=True)

    def one(source, target):
        chance = random.Random(f"{options.seed} {source.name} {target.name}")
        outcome = pair.run(source, target, library, options.worker, options, chance)
        print(report.line(outcome), flush=True)
        return outcome

    pairs = [(source, target) for source in up for target in up
             if not options.pair or f"{source.name}:{target.name}" in options.pair]
    # Without `with`: that would wait for pairs at work where a signal ends all of it.
    pool = concurrent.futures.ThreadPoolExecutor(options.jobs)
    try:
        outcomes = list(pool.map(lambda both: one(*both), pairs))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    print()
    print(report.table(outcomes))
    print(f"{len(outcomes)} pairs in {time.monotonic() - began:.0f} s")
    if options.write:
        report.write(options, up, outcomes, missing)
    return 0 if outcomes and all(outcome.is_clean() for outcome in outcomes) else 1


def arguments():
    parser = argparse.ArgumentParser(prog="matrix", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", required=True, help="the native library")
    parser.add_argument("--worker", required=True, help="the worker's executable")
    parser.add_argument("--servers", nargs="+", metavar="NAME", help="only these servers")
    parser.add_argument("--pair", action="append", default=[], metavar="SOURCE:TARGET", help="only this pair; any number of times")
    parser.add_argument("--messages", type=int, default=40, help="how many messages INBOX has at first (40)")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 1_000_000, help="draws the moments of the kills (the clock)")
    parser.add_argument("--jobs", type=int, default=2, help="how many pairs are at work at once (2)")
    parser.add_argument("--keep", action="store_true", help="leaves store, wire and log of all pairs behind")
    parser.add_argument("--write", action="store_true", help="writes what it found into docs/servers.md, between its marks")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
