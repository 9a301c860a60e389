#!/usr/bin/env python3
"""The scan page against Node and nginx in one run, in server CPU per request.

usage: bench/scan/run.py [--build build] [--codes 1000000] [--rounds 5] [--seconds 4] [--work DIR] [--out FILE]

Three servers answer the same wrk (64 connections, a random code for each
request): ezhen's /t/CODE; fastify + better-sqlite3 running the same join and
sending the same bytes; nginx sending those bytes from a file. They take turns,
and only the CPU time of the server's processes counts, so that a busy machine
disturbs little. The result goes to bench/results/scan.md.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COUNTY = "140406"
TICK = os.sysconf("SC_CLK_TCK")


def say(text):
    print("bench: " + text, flush=True)


def tree(pid):
    """A process and everything below it."""
    pids = [pid]
    for at in pids:
        try:
            tasks = pathlib.Path("/proc/%d/task" % at).iterdir()
            for task in tasks:
                pids += [int(p) for p in (task / "children").read_text().split()]
        except OSError:
            continue
    return pids


def cpu_seconds(pid):
    ticks = 0
    for p in tree(pid):
        try:
            fields = pathlib.Path("/proc/%d/stat" % p).read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICK


def memory_mb(pid):
    kb = 0
    for p in tree(pid):
        try:
            m = re.search(r"VmRSS:\s+(\d+)", pathlib.Path("/proc/%d/status" % p).read_text())
            kb += int(m[1]) if m else 0
        except OSError:
            continue
    return kb / 1024


class Server:
    def __init__(self, name, command, first_line, path, env=None, log=None):
        self.name, self.path = name, path
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log or subprocess.DEVNULL, text=True,
                                        env=dict(os.environ, **(env or {})))
        self.port = None
        while self.port is None:
            line = self.process.stdout.readline()
            if line == "":
                raise SystemExit("bench: %s did not start" % name)
            found = re.search(first_line, line)
            self.port = int(found[1]) if found else None

    def url(self, path=None):
        return "http://127.0.0.1:%d%s" % (self.port, self.path if path is None else path)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Nginx(Server):
    def __init__(self, work):
        with __import__("socket").socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.name, self.path = "nginx", "/page.html"
        folder = work / "nginx"
        folder.mkdir(exist_ok=True)
        temp = "".join("%s_temp_path %s;" % (k, folder / k) for k in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (folder / "nginx.conf").write_text(
            "%s worker_processes 1; daemon off; pid %s; error_log %s;\nevents { worker_connections 1024; }\n"
            "http { %s access_log off; sendfile on; tcp_nopush on; open_file_cache max=16; keepalive_requests 1000000000;"
            " types { text/html html; } server { listen 127.0.0.1:%d; root %s; } }\n"
            % ("user root;" if os.geteuid() == 0 else "", folder / "pid", folder / "error.log", temp, self.port, work))
        self.process = subprocess.Popen(["nginx", "-e", folder / "error.log", "-c", folder / "nginx.conf"])
        time.sleep(0.5)


def prepare(args, work):
    data, codes = work / "data", work / ("codes-%d" % args.codes)
    ezhen, fill = ROOT / args.build / "ezhen", ROOT / args.build / "bench/scan_fill"
    if not ezhen.exists() or not fill.exists():
        raise SystemExit("bench: build first: meson setup --reconfigure -Dbench=true %s && ninja -C %s" % (args.build, args.build))
    if not codes.exists():
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        say("demo county")
        subprocess.run([ezhen, "demo", "--data", data, "--county", COUNTY, "--seed", "1", "--scale", "1"], check=True,
                       stdout=subprocess.DEVNULL)
        say("%d codes" % args.codes)
        subprocess.run([fill, data / "county.db", str(args.codes), codes], check=True)
    peer = work / "peer"
    if not (peer / "node_modules").exists():
        say("npm install for the peer")
        shutil.copytree(HERE / "peer", peer, dirs_exist_ok=True)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=peer, check=True)
    for name in ("server.js", "package.json"):
        shutil.copy(HERE / "peer" / name, peer / name)
    return data, codes, peer


def fetch(url):
    request = urllib.request.Request(url, headers={"Sec-Purpose": "prefetch"})
    with urllib.request.urlopen(request, timeout=10) as reply:
        return reply.read(), dict(reply.headers)


def load(server, args, codes, count_scans, seed):
    """One turn of wrk: (CPU microseconds per request, requests per second, errors)."""
    env = dict(os.environ, CODES=str(codes), SEED=str(seed))
    if not count_scans:
        env["PREFETCH"] = "1"
    command = ["wrk", "-t1", "-c%d" % args.connections, "-d%ds" % args.seconds]
    if server.name != "nginx":
        command += ["-s", str(HERE / "codes.lua")]
    before = cpu_seconds(server.process.pid)
    out = subprocess.run(command + [server.url(server.path if server.name == "nginx" else "/")], env=env, check=True,
                         capture_output=True, text=True).stdout
    # What a server puts off until after the answer is its work all the same.
    time.sleep(1.0 if count_scans else 0.2)
    spent = cpu_seconds(server.process.pid) - before
    requests = int(re.search(r"(\d+) requests in", out)[1])
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    return spent / requests * 1e6, requests / args.seconds, int(bad[1]) if bad else 0


def machine():
    model = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return "%s, %d cores, Linux %s, %s" % (model[1] if model else platform.machine(), os.cpu_count(),
                                           platform.release().split("-")[0], pathlib.Path("/etc/debian_version").read_text().strip())


def commit():
    run = lambda *c: subprocess.run(["git", "-C", ROOT, *c], capture_output=True, text=True).stdout.strip()
    return run("rev-parse", "--short", "HEAD") + (" with changes" if run("status", "--porcelain", "--untracked-files=no") else "")


def report(args, rows, page_bytes, memory):
    best = {name: min(v for v, _, _ in turns) for name, turns in rows.items()}
    ours, counted, node, nginx = best["ezhen"], best["ezhen, scan counted"], best["Node"], best["nginx"]
    medians = {name: [a[0] / b[0] for a, b in zip(rows["ezhen"], rows[name])] for name in ("Node", "nginx")}
    lines = [
        "# Scan page: server CPU per request", "",
        "%s · commit %s · %s" % (datetime.date.today().isoformat(), commit(), machine()), "",
        "%d codes, %d connections, %d rounds of %d s in turn, a page of %d bytes. Smallest CPU time of the rounds; "
        "wall-clock rates on a shared machine are only an indication." % (args.codes, args.connections, args.rounds, args.seconds, page_bytes), "",
        "| server | CPU µs per request | requests/s seen | resident MB | errors |", "|---|---|---|---|---|"]
    titles = {"ezhen": "ezhen `/t/CODE`, the page alone (as for a prefetch)", "ezhen, scan counted": "ezhen `/t/CODE`, each scan counted and stored",
              "Node": "Node %s, fastify + better-sqlite3, same join, same bytes" % node_version(), "nginx": "nginx, the same bytes from a file"}
    for name, turns in rows.items():
        lines.append("| %s | %.1f | %d | %.0f | %d |" % (titles[name], best[name], max(r for _, r, _ in turns), memory[name], sum(e for _, _, e in turns)))
    lines += ["", "| ratio | smallest | median of rounds | target |", "|---|---|---|---|",
              "| ezhen to Node | %.3f | %.3f | at most 0.25 |" % (ours / node, statistics.median(medians["Node"])),
              "| ezhen to nginx | %.2f | %.2f | at most 2.2 |" % (ours / nginx, statistics.median(medians["nginx"])), "",
              "Counting and storing a scan costs %.1f µs more; the Node peer counts nothing. Made by `bench/scan/run.py`." % (counted - ours), ""]
    pathlib.Path(args.out).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(args.out).write_text("\n".join(lines))
    print("\n".join(lines))


def node_version():
    return subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip().lstrip("v")


def measure(args, servers, codes):
    rows = {name: [] for name in ("ezhen", "ezhen, scan counted", "Node", "nginx")}
    for i in range(args.rounds + 1):
        for name in rows:
            turn = load(servers[name.split(",")[0]], args, codes, name.endswith("counted"), i + 1)
            say("round %d %s: %.1f us, %d/s, %d errors" % (i, name, *turn))
            if i > 0:  # the first round only warms up
                rows[name].append(turn)
    return rows


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--build", default="build")
    ap.add_argument("--codes", type=int, default=1000000)
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--seconds", type=int, default=4)
    ap.add_argument("--connections", type=int, default=64)
    ap.add_argument("--work", type=pathlib.Path, default=pathlib.Path("/tmp/ezhen-bench-scan"))
    ap.add_argument("--out", default=str(ROOT / "bench/results/scan.md"))
    args = ap.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    data, codes, peer = prepare(args, args.work)
    servers = {}
    try:
        with open(args.work / "ezhen.log", "w") as log:
            servers["ezhen"] = Server("ezhen", [ROOT / args.build / "ezhen", "serve", "--data", data, "--listen", "127.0.0.1:0"],
                                      r"ready http://127\.0\.0\.1:(\d+)", "/", log=log)
        code = codes.open().readline().strip()
        page, headers = fetch(servers["ezhen"].url("/t/" + code))
        (args.work / "page.html").write_bytes(page)
        skip = {"date", "connection", "content-length", "x-request-id", "transfer-encoding"}
        (args.work / "page.html.headers").write_text(json.dumps({k: v for k, v in headers.items() if k.lower() not in skip}))
        servers["Node"] = Server("Node", ["node", peer / "server.js", data / "county.db", args.work / "page.html", COUNTY], r"^(\d+)$", "/",
                                 env={"NODE_ENV": "production"})
        servers["nginx"] = Nginx(args.work)
        for name, path in (("Node", "/t/" + code), ("nginx", "/page.html")):
            if fetch(servers[name].url(path))[0] != page:
                raise SystemExit("bench: %s does not send the same bytes" % name)
        rows = measure(args, servers, codes)
        memory = {name: memory_mb(servers[name.split(",")[0]].process.pid) for name in rows}
        report(args, rows, len(page), memory)
    finally:
        for server in servers.values():
            server.stop()


sys.exit(main())
