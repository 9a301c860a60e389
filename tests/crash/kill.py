#!/usr/bin/env python3
"""kill - SIGKILL at random moments while threads write; nothing acknowledged may be lost, nothing
half written found, nothing stored twice. Prints TAP.
usage: kill.py --work BUILD/crash_work [--kills N] [--seed N]"""
import argparse
import os
import pathlib
import random
import select
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time


def one_round(args, folder, rnd, first, acked):
    """Starts the work, kills it, returns whether it had begun."""
    p = subprocess.Popen([args.work, str(folder), args.mode, "8", "100000", str(first)], stdout=subprocess.PIPE)
    try:
        if not select.select([p.stdout], [], [], 20)[0]:
            raise SystemExit("the work did not start")
        time.sleep(rnd.uniform(0.001, 0.030))
    finally:
        os.kill(p.pid, signal.SIGKILL)
    heard = p.stdout.read().decode()
    p.wait()
    # A last line without its end was not heard.
    for line in heard.split("\n")[:-1]:
        acked.add(int(line[2:]))
    return bool(heard)


def judge(folder, acked):
    c = sqlite3.connect(folder / "work.db")
    rows = dict(c.execute("SELECT id, half FROM pair"))
    total = c.execute("SELECT n FROM total").fetchone()[0]
    whole = c.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    c.close()
    lost = sum(1 for a in acked if a and rows.get(a) != 0)
    halves = sum(1 for i, half in rows.items() if rows.get(i + 1 - 2 * half) != 1 - half)
    return whole, lost, halves, len(rows) - total, len(rows) // 2


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--work", required=True)
    p.add_argument("--kills", type=int, default=60)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--mode", default="db")
    args = p.parse_args()
    rnd = random.Random(args.seed)
    acked = set()
    slowest = 0.0
    with tempfile.TemporaryDirectory() as tmp:
        folder = pathlib.Path(tmp)
        for i in range(args.kills):
            began = time.monotonic()
            one_round(args, folder, rnd, 1 + 10_000_000 * i, acked)
            slowest = max(slowest, time.monotonic() - began)
        whole, lost, halves, off, pairs = judge(folder, acked)
    print(f"# seed {args.seed}, {args.kills} kills, {len(acked)} acknowledged, {pairs} pairs stored,"
          f" slowest start and kill {slowest:.2f} s")
    checks = [(len(acked) > args.kills, "there was work to lose"), (whole, "the database is whole"),
              (lost == 0, f"lost: {lost}"), (halves == 0, f"half pairs: {halves}"), (off == 0, f"total off by {off}")]
    for n, (good, text) in enumerate(checks, 1):
        print(f"{'ok' if good else 'not ok'} {n} - {text}")
    print(f"1..{len(checks)}")
    sys.exit(not all(good for good, _ in checks))


if __name__ == "__main__":
    main()
