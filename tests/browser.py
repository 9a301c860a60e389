#!/usr/bin/env python3
"""browser - starts the real program with demo data on a free port and runs the stories of web/test/e2e in Chromium."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def start(data):
    server = subprocess.Popen([ROOT / "run", "--data", data, "--port", "0", "--scale", "1"], cwd=ROOT, stdout=subprocess.PIPE,
                              text=True, start_new_session=True)
    env, accounts = dict(os.environ), {}
    for line in server.stdout:
        ready = re.match(r"ready (http://\S+)", line)
        account = re.match(r"(\w+)\s+(\S+)$", line)
        if ready:
            env["EZHEN_URL"] = ready[1]
        elif account:
            accounts[account[1]] = account[2]
        if "EZHEN_URL" in env and "inspector" in accounts:  # the last line
            env["EZHEN_ACCOUNTS"] = json.dumps(accounts)
            return server, env
    raise RuntimeError("the server did not start")


def main():
    data = tempfile.mkdtemp(prefix="ezhen-browser-")
    report = ROOT / "web" / "test-results" / "e2e.json"
    report.parent.mkdir(exist_ok=True)
    report.unlink(missing_ok=True)
    server = None
    try:
        server, env = start(data)
        env["PLAYWRIGHT_JSON_OUTPUT_NAME"] = str(report)
        done = subprocess.run(["npx", "playwright", "test", "--reporter=json", *sys.argv[1:]], cwd=ROOT / "web", env=env,
                              capture_output=True, text=True, check=False)
        if not report.exists():
            print(done.stdout[-4000:], done.stderr[-4000:])
            print("0 passed, 1 failed")
            return 1
        result = json.loads(report.read_text())
        return print_result(result)
    finally:
        if server and server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
        shutil.rmtree(data, ignore_errors=True)


def each_spec(suite):
    yield from suite.get("specs", [])
    for inner in suite.get("suites", []):
        yield from each_spec(inner)


def print_result(result):
    passed = failed = 0
    for suite in result["suites"]:
        for spec in each_spec(suite):
            if spec["ok"]:
                passed += 1
                continue
            failed += 1
            print("not ok -", suite["file"], spec["title"])
            for test in spec["tests"]:
                for run in test["results"]:
                    print(re.sub(r"\x1b\[[0-9;]*m", "", (run.get("error") or {}).get("message", ""))[:3000])
    for error in result.get("errors", []):
        failed += 1
        print("not ok -", error.get("message", "")[:3000])
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
