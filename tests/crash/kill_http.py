#!/usr/bin/env python3
"""kill_http - SIGKILL of the whole server at random moments while clients create records with
idempotency keys and repeat what was not answered. In the end every answered record is there, each key
made exactly one, and each record has its audit line and its event: nothing half written. Prints TAP.
usage: kill_http.py --ezhen BUILD/ezhen [--kills N] [--clients N] [--seed N] [--data DIR made by ezhen demo]"""
import argparse
import http.client
import json
import os
import pathlib
import random
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time


class Server:
    def __init__(self, ezhen, data):
        self.command = [ezhen, "serve", "--data", str(data), "--listen", "127.0.0.1:0"]
        self.process = self.port = None

    def start(self):
        began = time.monotonic()
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        start_new_session=True)
        while select.select([self.process.stdout], [], [], 30)[0]:
            line = self.process.stdout.readline().decode()
            if line.startswith("ready "):
                self.port = int(line.rsplit(":", 1)[1])
                return time.monotonic() - began
            if not line:
                break
        self.kill()
        raise SystemExit("the server did not start")

    def kill(self):
        """The supervisor and everything it started, which all belong to its session."""
        self.port = None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def ask(self, method, path, body=None, headers=None):
        port = self.port
        if port is None:
            raise ConnectionError("down")
        c = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            c.request(method, path, json.dumps(body) if body is not None else None,
                      {"Content-Type": "application/json", **(headers or {})})
            r = c.getresponse()
            text = r.read()
            return r.status, r.headers, json.loads(text) if text else None
        finally:
            c.close()


class Client(threading.Thread):
    """Creates one record after another; the same key until an answer comes."""

    def __init__(self, number, server, headers, stop):
        super().__init__(daemon=True)
        self.number, self.server, self.headers, self.stop = number, server, headers, stop
        self.answered, self.tried, self.trouble, self.replayed = {}, 0, [], 0

    def run(self):
        while not self.stop.is_set():
            self.tried += 1
            key = f"crash-{self.number}-{self.tried}"
            while not self.stop.is_set() and not self.attempt(key):
                time.sleep(0.01)

    def attempt(self, key):
        try:
            status, headers, body = self.server.ask("POST", "/api/v1/news",
                                                    {"title": key, "kind": "news", "body": "<p>断电测试</p>"},
                                                    {**self.headers, "Idempotency-Key": key})
        except (OSError, http.client.HTTPException, ValueError):
            return False
        if status == 201:
            self.answered[key] = int(body["id"])
            self.replayed += headers.get("Idempotency-Replayed") == "true"
            return True
        if status not in (429, 503) and len(self.trouble) < 5:
            self.trouble.append((key, status, body))
        return False


def judge(data, answered):
    c = sqlite3.connect(data / "county.db")
    rows = c.execute("SELECT id, title FROM news WHERE title LIKE 'crash-%'").fetchall()
    found = dict((title, id_) for id_, title in rows)
    audit = dict(c.execute("SELECT record_id, COUNT(*) FROM audit WHERE resource = 'news' GROUP BY record_id"))
    event = dict(c.execute("SELECT record_id, COUNT(*) FROM event WHERE resource = 'news' GROUP BY record_id"))
    whole = c.execute("PRAGMA integrity_check").fetchone()[0]
    c.close()
    lost = [k for k, id_ in answered.items() if found.get(k) != id_]
    half = [id_ for id_, _ in rows if audit.get(id_) != 1 or event.get(id_) != 1]
    return [(whole == "ok", f"the database is whole: {whole}"),
            (not lost, f"of {len(answered)} answered records lost: {len(lost)} {lost[:3]}"),
            (len(found) == len(rows), f"stored twice: {len(rows) - len(found)}"),
            (not half, f"of {len(rows)} records without exactly one audit line and one event: {len(half)}")]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--ezhen", required=True)
    p.add_argument("--kills", type=int, default=12)
    p.add_argument("--clients", type=int, default=8)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--data")
    args = p.parse_args()
    rnd = random.Random(args.seed)
    stop = threading.Event()
    starts = []
    with tempfile.TemporaryDirectory() as tmp:
        data = pathlib.Path(tmp) / "data"
        if args.data:
            shutil.copytree(args.data, data)
        else:
            subprocess.run([args.ezhen, "demo", "--data", str(data), "--county", "140406", "--seed", "1", "--scale", "1"],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        accounts = dict(line.split() for line in (data / "demo-accounts.txt").read_text().splitlines())
        server = Server(args.ezhen, data)
        starts.append(server.start())
        # One session for all, opened before the first kill: the guard against guessing counts broken-off log-ins.
        _, headers, body = server.ask("POST", "/api/v1/session", {"login": "operator", "password": accounts["operator"]})
        session = {"Cookie": headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": body["csrf"]}
        clients = [Client(i, server, session, stop) for i in range(args.clients)]
        for c in clients:
            c.start()
        try:
            for _ in range(args.kills):
                time.sleep(rnd.uniform(0.15, 0.9))
                server.kill()
                starts.append(server.start())
            time.sleep(1)
            stop.set()
            for c in clients:
                c.join(30)
        finally:
            server.kill()
        answered = {k: v for c in clients for k, v in c.answered.items()}
        checks = judge(data, answered)
    trouble = [t for c in clients for t in c.trouble]
    checks.insert(0, (len(answered) > args.kills, "there was work to lose"))
    checks.append((not trouble, f"no answer was strange: {trouble[:3]}"))
    print(f"# seed {args.seed}, {args.kills} kills, {sum(c.replayed for c in clients)} repeats found their first try stored,"
          f" slowest start {max(starts):.2f} s")
    for n, (good, text) in enumerate(checks, 1):
        print(f"{'ok' if good else 'not ok'} {n} - {text}")
    print(f"1..{len(checks)}")
    sys.exit(not all(good for good, _ in checks))


if __name__ == "__main__":
    main()
