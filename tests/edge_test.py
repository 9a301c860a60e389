#!/usr/bin/env python3
"""The public edge: Debian's nginx with packaging/nginx/ezhen.conf in front of edge_server.

usage: edge_test.py EDGE_SERVER HTTP_VECTORS_TEST

Only addresses and paths of the configuration are replaced. What nginx meant
(its log) is compared with what the program understood (edge_server's list) by
request id: a request smuggled past nginx would have an id nginx never gave.
"""
import collections
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import warnings

ROOT = pathlib.Path(__file__).resolve().parent.parent
count = failed = 0
Reply = collections.namedtuple("Reply", "status head body")


def ok(condition, name, *facts):
    global count, failed
    count += 1
    failed += not condition
    print("%sok %d - %s" % ("" if condition else "not ", count, name))
    if not condition:
        for fact in facts:
            print("#", str(fact)[:500])
    sys.stdout.flush()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Edge:
    def __init__(self, folder, server):
        self.folder, self.tls, self.plain = folder, free_port(), free_port()
        self.sock, self.seen, self.log = folder / "app.sock", folder / "seen", folder / "edge.log"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", folder / "key.pem", "-out", folder / "cert.pem", "-days", "2", "-subj",
                        "/CN=ezhen.example", "-addext", "subjectAltName=DNS:ezhen.example"],
                       check=True, capture_output=True)
        text = (ROOT / "packaging/nginx/ezhen.conf").read_text()
        for pattern, new in [
                (r"listen \[::\][^;]*;.*", ""), (r"listen 80 ", "listen 127.0.0.1:%d " % self.plain),
                (r"listen 443 ", "listen 127.0.0.1:%d " % self.tls), (r"unix:/run/ezhen/ezhen\.sock", "unix:%s" % self.sock),
                (r"/etc/ezhen/tls/fullchain\.pem", str(folder / "cert.pem")),
                (r"/etc/ezhen/tls/key\.pem", str(folder / "key.pem")), (r"/var/cache/nginx/ezhen", str(folder / "cache")),
                (r"/var/log/nginx/ezhen\.log", str(self.log))]:
            text, n = re.subn(pattern, new, text)
            assert n > 0, pattern
        # The packaged log leaves the target out on purpose; the test needs it to compare.
        text = text.replace("$request_time $request_id'", "$request_time $request_id $request_uri'")
        (folder / "ezhen.conf").write_text(text)
        temp = "".join("%s_temp_path %s;" % (kind, folder / kind)
                       for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (folder / "nginx.conf").write_text(
            "%s worker_processes 1; daemon off; pid %s; error_log %s;\nevents { worker_connections 512; }\n"
            "http { %s default_type application/octet-stream; include %s; }\n"
            % ("user root;" if os.geteuid() == 0 else "", folder / "pid", folder / "error.log", temp, folder / "ezhen.conf"))
        self.app = subprocess.Popen([server, str(self.sock), str(self.seen)], stdin=subprocess.PIPE)
        self.nginx = subprocess.Popen(["nginx", "-e", folder / "error.log", "-c", folder / "nginx.conf"],
                                      stderr=subprocess.DEVNULL)
        self.context = ssl.create_default_context(cafile=str(folder / "cert.pem"))

    def stop(self):
        self.nginx.terminate()
        self.nginx.wait()
        self.app.stdin.close()
        self.app.wait()

    def dial(self, alpn=None, rcvbuf=None):
        raw = socket.socket()
        if rcvbuf:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        raw.settimeout(5)
        raw.connect(("127.0.0.1", self.tls))
        return self.context.wrap_socket(raw, server_hostname="ezhen.example")

    def wait(self):
        for _ in range(200):
            try:
                self.dial().close()
                return True
            except OSError:
                time.sleep(0.05)
        return False


def receive(s, wait=5.0):
    """Everything that comes until the other side ends or is silent."""
    data = b""
    s.settimeout(wait)
    try:
        while True:
            part = s.recv(65536)
            if not part:
                break
            data += part
    except OSError:
        pass
    return data


def parse(data):
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin1").split("\r\n")
    fields = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
    words = lines[0].split(" ")
    return Reply(int(words[1]) if len(words) > 1 and words[1].isdigit() else 0, fields, body)


def get(edge, path, fields="", method="GET"):
    with edge.dial() as s:
        s.sendall(("%s %s HTTP/1.1\r\nHost: ezhen.example\r\nConnection: close\r\n%s\r\n" % (method, path, fields)).encode())
        return parse(receive(s))


# ---- ordinary ----

def test_tls(edge):
    r = get(edge, "/t/ABC?p=1")
    ok(r.status == 200 and b"127.0.0.1 tls=1 1" in r.body, "TLS works, and the program knows the client's address", r)
    ok("max-age" in r.head.get("strict-transport-security", "") and r.head.get("x-content-type-options") == "nosniff",
       "security headers of both arrive", r.head)
    ok(r.head.get("server") == "nginx", "no version is told", r.head.get("server"))
    for version, name in [(ssl.TLSVersion.TLSv1_1, "TLS 1.1"), (ssl.TLSVersion.TLSv1_2, "TLS 1.2"),
                          (ssl.TLSVersion.TLSv1_3, "TLS 1.3")]:
        warnings.simplefilter("ignore", DeprecationWarning)
        context = ssl.create_default_context(cafile=str(edge.folder / "cert.pem"))
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
        try:
            with socket.create_connection(("127.0.0.1", edge.tls), 5) as raw:
                context.wrap_socket(raw, server_hostname="ezhen.example").close()
                worked = True
        except OSError:
            worked = False
        ok(worked == (version != ssl.TLSVersion.TLSv1_1), "%s is %s" % (name, "spoken" if worked else "refused"))
    with socket.create_connection(("127.0.0.1", edge.plain), 5) as s:
        s.sendall(b"GET /t/ABC?p=1 HTTP/1.1\r\nHost: ezhen.example\r\nConnection: close\r\n\r\n")
        r = parse(receive(s))
    ok(r.status == 301 and r.head["location"] == "https://ezhen.example/t/ABC?p=1", "plain HTTP is sent to TLS", r)
    ok(get(edge, "/metrics").status == 404, "the metrics are not public")
    r = get(edge, "/t/ABC", "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: http\r\nX-Request-Id: forged-forged\r\n")
    ok(b"127.0.0.1 tls=1" in r.body and r.head["x-request-id"] != "forged-forged", "a client cannot forge who it is", r)


def test_cache(edge):
    first, second = get(edge, "/news/1").body, get(edge, "/news/1").body
    ok(first == second, "a public page comes from the cache")
    ok(get(edge, "/news/1", "Accept-Language: en\r\n").body != first, "in the reader's language")
    ok(get(edge, "/news/1", "Cookie: ezhen_session=1\r\n").body != first, "but never for someone logged in")
    ok(get(edge, "/news/1", "Cookie: __Host-ezhen_session=1\r\n").body != first, "whatever the cookie is called")
    ok(get(edge, "/news/1").body == first, "whose page is not kept for others")
    ok(get(edge, "/news/1?p=2").body != first, "other parameters are another page")
    ok(get(edge, "/t/ABC").body != get(edge, "/t/ABC").body, "a scan page is never cached")
    ok(get(edge, "/api/v1/plots").body != get(edge, "/api/v1/plots").body, "nor is the API")
    r = get(edge, "/t/ABC", "Accept-Encoding: gzip\r\n")
    ok(r.head.get("content-encoding") == "gzip" and len(r.body) < 1000, "pages are compressed", r.head)
    ok("content-encoding" not in get(edge, "/assets/x.js", "Accept-Encoding: gzip\r\n").head, "built files are left alone")


def test_events(edge):
    with edge.dial() as s:
        start = time.monotonic()
        s.sendall(b"GET /api/v1/live HTTP/1.1\r\nHost: ezhen.example\r\n\r\n")
        data = b""
        while b"tick" not in data and time.monotonic() - start < 5:
            data += s.recv(4096)
        first = time.monotonic() - start
    ok(b"tick" in data and first < 0.3, "an event passes at once (%d ms)" % (first * 1000))


# ---- limits ----

def body_status(edge, path, n):
    with edge.dial() as s:
        s.sendall(("POST %s HTTP/1.1\r\nHost: ezhen.example\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
                   % (path, n)).encode())
        try:
            s.sendall(b"x" * min(n, 1500000))
        except OSError:
            pass
        return parse(receive(s))


def test_limits(edge):
    ok(body_status(edge, "/api/v1/plots", 1048576).status == 200, "a body of 1 MiB passes")
    r = body_status(edge, "/api/v1/plots", 1048577)
    ok(r.status == 413 and "过大".encode() in r.body and b"too large" in r.body, "one byte more does not, in two languages", r)
    ok(body_status(edge, "/api/v1/files", 1500000).status == 200, "an upload may be larger")
    ok(body_status(edge, "/api/v1/files", 10 * 1024 ** 3).status == 413, "but not 10 GB")
    ok(get(edge, "/t/" + "A" * 9000).status == 414, "a line of 9 kB is refused")
    ok(get(edge, "/t/A", "X: %s\r\n" % ("a" * 9000)).status in (400, 431), "and so is a field of 9 kB")
    statuses = [get(edge, "/api/v1/session").status for _ in range(30)]
    ok(statuses[:15] == [200] * 15 and 429 in statuses[20:], "log-in attempts from one address are limited", statuses)
    r = get(edge, "/api/v1/session")
    ok(r.status == 429 and "频繁".encode() in r.body, "and told so", r)
    ok(get(edge, "/t/ABC").status == 200, "while scans go on")
    held = [edge.dial() for _ in range(64)]
    answers = []
    for s in held:
        s.sendall(b"GET /api/v1/live HTTP/1.1\r\nHost: ezhen.example\r\n\r\n")
    for s in held:
        answers.append(parse(receive(s, 0.05)).status)
        s.close()
    ok(429 in answers and 200 in answers, "streams from one address are limited", answers)


# ---- the same vectors as http_vectors_test ----

def lines_of(path, wanted):
    for _ in range(100):
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        if len(lines) >= wanted:
            break
        time.sleep(0.01)
    return lines


def one_meaning(edge, data):
    """Sends bytes; None when nginx and the program agree on the requests in them, otherwise what differs."""
    before_seen, before_log = len(lines_of(edge.seen, 0)), len(lines_of(edge.log, 0))
    with edge.dial() as s:
        try:
            s.sendall(data)
        except OSError:
            pass
        answer = receive(s, 0.15)
    time.sleep(0.02)
    seen, logged = lines_of(edge.seen, 0)[before_seen:], lines_of(edge.log, 0)[before_log:]
    meant = {}
    for line in logged:
        words = line.split(" ")
        meant[words[7]] = (words[2], words[4])
    ids = [line.split(" ")[0] for line in seen]
    if len(ids) != len(set(ids)):
        return "a request arrived twice: %s" % seen
    for line in seen:
        key, method, path, _ = line.split(" ", 3)
        if key not in meant:
            return "the program saw what nginx did not send: %s" % line
        if meant[key][0] != method:
            return "methods differ: %s, %s" % (line, meant[key])
    # HTTP/0.9 is answered without a head.
    answers = len(re.findall(rb"HTTP/1\.1 \d\d\d ", answer)) or int(answer != b"")
    if len(seen) > answers:
        return "%d requests, %d answers" % (len(seen), answers)
    return None


def test_vectors(edge, program):
    dumped = subprocess.run([program, "--dump"], check=True, capture_output=True, text=True).stdout.splitlines()
    ok(len(dumped) >= 60, "%d vectors" % len(dumped))
    before = len(lines_of(edge.seen, 0))
    for line in dumped:
        name, _, data = line.partition("\t")
        problem = one_meaning(edge, bytes.fromhex(data).replace(b"Host: a\r\n", b"Host: ezhen.example\r\n"))
        ok(problem is None, name, problem)
    seen = lines_of(edge.seen, 0)[before:]
    hidden = [s for s in seen if "/smuggled" in s]
    print("# %d of %d vectors let nginx take the second request as one of its own" % (len(hidden), len(dumped)))
    for name, data in [("NUL and LF for CR LF", b"GET /t/A HTTP/1.1\0\nHost: ezhen.example\0\n\0\n"),
                       ("a line beginning with NUL", b"\0GET /x HTTP/1.1\r\nGET /t/A HTTP/1.1\r\nHost: ezhen.example\r\n\r\n")]:
        before = len(lines_of(edge.seen, 0))
        with edge.dial() as s:
            s.sendall(data)
            r = parse(receive(s, 0.3))
        ok(r.status == 400 and len(lines_of(edge.seen, 0)) == before, "%s: refused at the edge" % name, r)


# ---- slow clients ----

def timed_cut(results, name, edge, prepare, step, rcvbuf=None):
    start = time.monotonic()
    try:
        with edge.dial(rcvbuf=rcvbuf) as s:
            s.settimeout(1)
            prepare(s)
            while time.monotonic() - start < 60:
                if not step(s):
                    break
    except (OSError, ssl.SSLError):
        pass
    results[name] = time.monotonic() - start


def drip(s):
    s.sendall(b"a")
    s.settimeout(1)
    try:
        return s.recv(1) != b""
    except TimeoutError:
        return True


def silence(s):
    try:
        return s.recv(1) != b""
    except TimeoutError:
        return True


def not_reading(s):
    # Nothing is read through TLS; the end shows on the socket underneath.
    time.sleep(1)
    return s.sendall(b"\r\n") is None


def test_slow(edge):
    results, threads = {}, []
    cases = [
        ("a head sent byte by byte", lambda s: s.sendall(b"GET /t/A HTTP/1.1\r\nX: "), drip, None, 13),
        ("a body that stops", lambda s: s.sendall(
            b"POST /api/v1/files HTTP/1.1\r\nHost: ezhen.example\r\nContent-Length: 1000\r\n\r\nabc"), silence, None, 19),
        ("a reader that does not read", lambda s: s.sendall(b"GET /big HTTP/1.1\r\nHost: ezhen.example\r\n\r\n"),
         not_reading, 4096, 28),
    ]
    for name, prepare, step, rcvbuf, _ in cases:
        t = threading.Thread(target=timed_cut, args=(results, name, edge, prepare, step, rcvbuf))
        t.start()
        threads.append(t)
    time.sleep(1)
    ok(get(edge, "/t/ABC").status == 200, "others are served meanwhile")
    for t in threads:
        t.join()
    for name, _, _, _, most in cases:
        ok(results[name] < most, "%s is cut after %.1f s" % (name, results[name]))


def test_away(edge):
    get(edge, "/news/1")
    time.sleep(0.5)  # an expired copy is renewed in the background
    kept = get(edge, "/news/1").body
    edge.app.stdin.close()
    edge.app.wait()
    edge.app = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    r = get(edge, "/t/ABC")
    ok(r.status == 503 and "维护".encode() in r.body, "without the program the edge says so", r)
    ok(get(edge, "/news/1").body == kept, "and serves the public pages it has")


def test_unit():
    if shutil.which("systemd-analyze") is None:
        ok(True, "the service unit is hardened # SKIP systemd-analyze is not installed")
        return
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20",
                           ROOT / "packaging/systemd/ezhen.service"], capture_output=True, text=True)
    ok(done.returncode == 0, "the service unit is hardened: %s" % done.stdout.strip().splitlines()[-1][2:40],
       done.stdout[-500:], done.stderr)


def main():
    if shutil.which("nginx") is None:
        print("1..0 # SKIP nginx is not installed")
        return 0
    with tempfile.TemporaryDirectory() as name:
        edge = Edge(pathlib.Path(name), sys.argv[1])
        try:
            started = edge.wait()
            ok(started, "Debian's nginx takes the configuration", (edge.folder / "error.log").read_text())
            if started:
                test_tls(edge)
                test_cache(edge)
                test_events(edge)
                test_vectors(edge, sys.argv[2])
                test_limits(edge)
                test_slow(edge)
                test_away(edge)
        finally:
            edge.stop()
    test_unit()
    print("1..%d" % count)
    return failed > 0


sys.exit(main())
