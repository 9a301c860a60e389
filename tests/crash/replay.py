#!/usr/bin/env python3
"""replay - power loss, many times over.

A program works below a folder while shim.c writes down what it does to its files. For random
points of that record the disk is rebuilt as a power cut might have left it: everything that an
fsync covered is there; of the rest a random part, whole, torn at 512 bytes, or not at all, in any
combination; of the folder's changes a random number of the first ones. Then the database is opened
and must hold every acknowledged pair, whole, and nothing that was never tried.

The harness is itself tested in every run: settings known to lose work must be seen to lose it.
usage: replay.py --work BUILD/crash_work --shim BUILD/libcrash_shim.so [--points N] [--pairs N] [--seed N]
                 [--compound N] [--mode MODE]   prints TAP"""
import argparse
import os
import pathlib
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile

HEAD = struct.Struct("<cQQQI")
SECTOR = 512


class Record:
    """What was done, in order, and what was on the disk before."""

    def __init__(self, log, before):
        data = pathlib.Path(log).read_bytes()
        self.ops = []
        at = 0
        while at + HEAD.size <= len(data):
            kind, inode, offset, begun, n = HEAD.unpack_from(data, at)
            at += HEAD.size
            self.ops.append((kind, inode, offset, begun, data[at:at + n]))
            at += n
        self.before = before  # {name: (inode, bytes)}


class Disk:
    """The state that is certain, and what is still on its way, at a point of the record."""

    def __init__(self, record, folder_inode):
        self.folder = folder_inode
        self.names = {name: inode for name, (inode, _) in record.before.items()}
        self.files = {inode: bytearray(data) for inode, data in record.before.values()}
        self.pending = {}
        self.moves = []
        self.acked = set()
        self.number = 0
        self.ops = record.ops

    def step(self):
        kind, inode, offset, begun, data = self.ops[self.number]
        if kind in b"WT":
            self.pending.setdefault(inode, []).append((self.number, kind, offset, data))
        elif kind in b"CURM":
            self.moves.append((self.number, kind, inode, data))
        elif kind == b"S" and inode == self.folder:
            while self.moves and self.moves[0][0] < begun:
                move(self.names, self.moves.pop(0))
        elif kind == b"S":
            waiting = self.pending.get(inode, [])
            while waiting and waiting[0][0] < begun:
                _, what, at, bytes_ = waiting.pop(0)
                apply(self.files.setdefault(inode, bytearray()), what, at, bytes_)
        elif kind == b"A":
            for line in data.decode().split("\n"):
                if line.startswith("A "):
                    self.acked.add(int(line[2:]))
        self.number += 1

    def cut(self, rnd):
        """The files as they might be found: {name: bytes}."""
        keep = rnd.choice([0.0, 0.2, 0.5, 0.8, 1.0])
        names = dict(self.names)
        for one in self.moves[:rnd.randint(0, len(self.moves))]:
            move(names, one)
        out = {}
        for name, inode in names.items():
            data = bytearray(self.files.get(inode, b""))
            for _, what, at, bytes_ in self.pending.get(inode, []):
                land(data, what, at, bytes_, keep, rnd)
            out[name] = bytes(data)
        return out


def move(names, one):
    _, kind, inode, data = one
    if kind == b"C":
        names[data.decode()] = inode
    elif kind == b"U":
        names.pop(data.decode(), None)
    elif kind == b"R":
        old, new = data.decode().split("\0")
        if old in names:
            names[new] = names.pop(old)


def apply(data, what, at, bytes_):
    if what == b"T":
        if at < len(data):
            del data[at:]
        else:
            data.extend(bytes(at - len(data)))
        return
    if at > len(data):
        data.extend(bytes(at - len(data)))
    data[at:at + len(bytes_)] = bytes_


def land(data, what, at, bytes_, keep, rnd):
    luck = rnd.random()
    if luck < keep:
        apply(data, what, at, bytes_)
    elif what == b"W" and luck < keep + (1 - keep) / 2 and keep not in (0.0, 1.0):
        # Torn: some sectors arrived. Now and then the file has grown without its content.
        if rnd.random() < 0.3 and at + len(bytes_) > len(data):
            data.extend(bytes(at + len(bytes_) - len(data)))
        for from_ in range(0, len(bytes_), SECTOR):
            if rnd.random() < 0.5:
                apply(data, b"W", at + from_, bytes_[from_:from_ + SECTOR])


def record(args, folder, mode, first, pairs):
    log = str(folder) + ".log"
    before = {}
    for f in folder.iterdir():
        if f.is_file():
            before[f.name] = (f.stat().st_ino, f.read_bytes())
    env = dict(os.environ, LD_PRELOAD=args.shim, CRASH_DIR=str(folder), CRASH_LOG=log)
    done = subprocess.run([args.work, str(folder), mode, str(args.threads), str(pairs), str(first)], env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise SystemExit(f"crash_work {mode}: {done.stderr.decode()}")
    return Record(log, before)


def judge(found, acked, first, pairs, with_files, place):
    """None when all is well, else what is wrong."""
    for f in place.iterdir():
        f.unlink()
    for name, data in found.items():
        if not name.endswith("-shm"):
            (place / name).write_bytes(data)
    if "work.db" not in found:
        return f"no database, {len(acked)} acknowledged" if acked else None
    try:
        c = sqlite3.connect(place / "work.db")
        try:
            if c.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                return "corrupt"
            has = {r[0] for r in c.execute("SELECT name FROM sqlite_schema")}
            if not {"pair", "total"} <= has or not c.execute("SELECT n FROM total").fetchone():
                return "no tables, though acknowledged" if acked else None
            rows = dict(c.execute("SELECT id, half FROM pair"))
            total = c.execute("SELECT n FROM total").fetchone()[0]
        finally:
            c.close()
    except sqlite3.DatabaseError as e:
        return f"corrupt: {e}"
    lost = [a for a in acked if a and rows.get(a) != 0]
    if lost:
        return f"lost: {len(lost)} acknowledged"
    if any(rows.get(i + 1 - 2 * half) != 1 - half for i, half in rows.items()):
        return "half a pair"
    if total != len(rows):
        return f"total {total} of {len(rows)} rows"
    if with_files:
        for i in (i for i, half in rows.items() if half == 0 and first <= i < first + 2 * pairs):
            want = 20 + i * 7919 % 1980
            if len(found.get(f"f{i}", b"")) != want or found[f"f{i}"].count(bytes([97 + i % 26])) != want:
                return "a row names a missing or short file"
    return None


def survey(args, mode, points, pairs, seed, base=None, first=1):
    """Returns (what was recorded, {what is wrong: how often}, a good state to go on from)."""
    with tempfile.TemporaryDirectory(dir=args.tmp) as tmp:
        folder = pathlib.Path(tmp) / "data"
        place = pathlib.Path(tmp) / "disk"
        folder.mkdir()
        place.mkdir()
        earlier = set()
        if base:
            found, earlier = base
            for name, data in found.items():
                (folder / name).write_bytes(data)
        rec = record(args, folder, mode, first, pairs)
        rnd = random.Random(seed)
        disk = Disk(rec, folder.stat().st_ino)
        disk.acked |= earlier
        wrong, state = {}, None
        for point in sorted(rnd.randrange(1, len(rec.ops) + 1) for _ in range(points)):
            while disk.number < point:
                disk.step()
            found = disk.cut(rnd)
            fault = judge(found, disk.acked, first, pairs, mode.startswith("rename"), place)
            if fault:
                wrong[fault.split(":")[0]] = wrong.get(fault.split(":")[0], 0) + 1
            elif state is None and len(disk.acked) > pairs // 3 and rnd.random() < 0.05:
                state = ({n: d for n, d in found.items() if not n.endswith(("-shm", ".lock"))}, set(disk.acked))
        return f"{len(rec.ops)} operations, {len(disk.acked)} acknowledged", wrong, state


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--work", required=True)
    p.add_argument("--shim", required=True)
    p.add_argument("--points", type=int, default=1200)
    p.add_argument("--pairs", type=int, default=240)
    p.add_argument("--threads", type=int, default=4)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--compound", type=int, default=2)
    p.add_argument("--tmp", default="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    args = p.parse_args()
    count = failed = 0

    def ok(good, text):
        nonlocal count, failed
        count += 1
        failed += not good
        print(f"{'ok' if good else 'not ok'} {count} - {text}", flush=True)

    print(f"# seed {args.seed}")
    # The good ones: not one point may be wrong.
    for mode in ("db", "rename"):
        ops, wrong, state = survey(args, mode, args.points, args.pairs, args.seed)
        ok(not wrong, f"{mode}: {args.points} power cuts in {ops}, wrong: {wrong or 'none'}")
        for again in range(args.compound if mode == "db" else 0):
            if state is None:
                break
            first = 1 + 2 * args.pairs * (again + 1)
            points = args.points // 4
            ops, wrong, state = survey(args, mode, points, args.pairs // 2, args.seed + 1 + again, state, first)
            ok(not wrong, f"{mode}: {points} more cuts after starting from such a disk, wrong: {wrong or 'none'}")
    # The bad ones: each must be caught, or the harness proves nothing.
    for mode, sign in (("wal-normal", "lost"), ("delete-full", "lost"), ("early", "lost"),
                       ("rename-hasty", "a row names a missing or short file")):
        ops, wrong, _ = survey(args, mode, args.points // 3, args.pairs, args.seed)
        ok(wrong.get(sign, 0) > 0, f"{mode} is caught: {wrong}")
    print(f"1..{count}")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
