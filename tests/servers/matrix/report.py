"""The result in words: a line a pair, and the tables that docs/servers.md has between its marks."""

import re
from pathlib import Path

from verdict import FATAL

COLUMNS = ["messages", *FATAL, "reordered", "named"]

PAGE = Path(__file__).resolve().parents[3] / "docs" / "servers.md"


def line(outcome):
    counts = ", ".join(f"{outcome.worst(kind)} {kind}" for kind in COLUMNS if kind == "messages" or outcome.worst(kind))
    state = "ok" if outcome.is_clean() else "FAILED"
    text = f"{state:6} {outcome.source} -> {outcome.target}: {counts}, killed after {outcome.killed_at}, {outcome.seconds:.1f} s"
    if outcome.failure:
        text += f"\n       {outcome.failure}"
    return text if outcome.is_clean() else f"{text}\n       {outcome.folder}"


def table(outcomes):
    rows = [["source", "target", *COLUMNS, "failed"]]
    for outcome in outcomes:
        counts = [str(outcome.worst(kind)) for kind in COLUMNS]
        rows.append([outcome.source, outcome.target, *counts, cell(outcome.failure or "")[:150]])
    return markdown(rows)


def servers(up, missing):
    rows = [["server", "version", "announces after the login"]]
    rows += [[server.name, server.version, f"`{cell(server.announces)}`"] for server in up]
    rows += [[name, "left out", cell(why)] for name, why in missing.items()]
    return markdown(rows)


def markdown(rows):
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def cell(text):
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


def write(options, up, outcomes, missing):
    page = PAGE.read_text(encoding="utf-8")
    clean = sum(outcome.is_clean() for outcome in outcomes)
    result = f"`./build.sh Matrix --seed {options.seed} --messages {options.messages}`: {clean} of {len(outcomes)} pairs are clean."
    for mark, text in (("servers", servers(up, missing)), ("pairs", f"{result}\n\n{table(outcomes)}")):
        begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
        before, _, rest = page.partition(begin)
        page = f"{before}{begin}\n{text}\n{end}{rest.partition(end)[2]}"
    PAGE.write_text(page, encoding="utf-8")
