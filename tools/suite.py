#!/usr/bin/env python3
"""suite - runs the tests of a level and counts them. Called by ./test, which has installed what is needed."""
import json
import os
import pathlib
import re
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import pgtemp  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
WEB = ROOT / "web"


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures = []

    def fail(self, name, text=""):
        self.failed += 1
        self.failures.append((name, text))

    def step(self, name, command, **options):
        """A check that is one pass or one failure."""
        began = time.monotonic()
        done = subprocess.run(command, cwd=options.pop("cwd", ROOT), capture_output=True, text=True, check=False, **options)
        ok = done.returncode == 0
        print(f"{'ok' if ok else 'FAILED'}  {name}  ({time.monotonic() - began:.0f} s)", flush=True)
        if ok:
            self.passed += 1
        else:
            self.fail(name, (done.stdout + done.stderr)[-6000:])
        return ok


def build(count, folder, *options, env=None):
    """Configures once and compiles; nothing else can run when this fails."""
    if not (ROOT / folder / "build.ninja").exists():
        if not count.step(f"configure {folder}", ["meson", "setup", folder, *options], env=env):
            return False
    return count.step(f"compile {folder}", ["ninja", "-C", folder], env=env)


def tally(count, folder, log):
    for line in log.read_text().splitlines():
        test = json.loads(line)
        out = test.get("stdout", "")
        good = len(re.findall(r"^ok\b(?!.*# SKIP)", out, re.M))
        skipped = len(re.findall(r"^ok\b.*# SKIP", out, re.M))
        bad = re.findall(r"^not ok\b.*(?:\n#.*)*", out, re.M)
        count.passed += good
        count.skipped += skipped
        for text in bad:
            count.fail(f"{folder}: {test['name']}", text)
        if test["result"] not in ("OK", "SKIP", "EXPECTEDFAIL") and not bad:
            count.fail(f"{folder}: {test['name']} {test['result']}", (out + test.get("stderr", ""))[-4000:])
        elif good + skipped + len(bad) == 0 and test["result"] == "OK":
            count.passed += 1
        print(f"{'ok' if test['result'] in ('OK', 'SKIP') else 'FAILED'}  {folder}: {test['name']}"
              f"  {good} passed ({test['duration']:.0f} s)", flush=True)


def meson_tests(count, folder, suites, env):
    command = ["meson", "test", "-C", folder, "--no-rebuild", "--num-processes", "2", "--timeout-multiplier", "4"]
    for suite in suites:
        command += ["--suite", suite]
    log = ROOT / folder / "meson-logs" / "testlog.json"
    log.unlink(missing_ok=True)
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if log.exists():
        tally(count, folder, log)
    else:
        count.fail(f"{folder}: meson test", done.stdout + done.stderr)


def web_tests(count, env):
    npm = ["npm", "--prefix", str(WEB)]
    if not count.step("web: types", [*npm, "run", "check"], env=env):
        return
    report = WEB / "test-results" / "unit.json"
    report.parent.mkdir(exist_ok=True)
    report.unlink(missing_ok=True)
    done = subprocess.run([*npm, "test", "--", "--reporter=json", f"--outputFile={report}"], cwd=ROOT, env=env,
                          capture_output=True, text=True, check=False)
    if not report.exists():
        count.fail("web: unit tests", done.stdout + done.stderr)
        return
    result = json.loads(report.read_text())
    count.passed += result["numPassedTests"]
    print(f"{'ok' if result['success'] else 'FAILED'}  web: unit tests  {result['numPassedTests']} passed", flush=True)
    for suite in result["testResults"]:
        for one in suite["assertionResults"]:
            if one["status"] == "failed":
                count.fail("web: " + one["fullName"], "\n".join(one["failureMessages"])[:2000])
        if suite["status"] == "failed" and not suite["assertionResults"]:
            count.fail("web: " + suite["name"], suite.get("message", ""))


def browser_stories(count, env):
    done = subprocess.run([sys.executable, ROOT / "tests" / "browser.py"], cwd=ROOT, env=env, capture_output=True,
                          text=True, check=False)
    found = re.search(r"^(\d+) passed, (\d+) failed$", done.stdout, re.M)
    if not found:
        count.fail("browser stories", (done.stdout + done.stderr)[-6000:])
        return
    count.passed += int(found[1])
    print(f"{'ok' if found[2] == '0' else 'FAILED'}  browser stories  {found[1]} passed", flush=True)
    for _ in range(int(found[2])):
        count.fail("browser story", "")
    if found[2] != "0":
        count.failures[-1] = ("browser stories", done.stdout[-8000:])


def run_level(count, level, env):
    if level == "full":
        count.step("web: install and build", ["bash", "-c", ". tools/setup.sh; ensure_node; build_web"], env=env)
    count.step("tidy", [sys.executable, "tools/tidy.py"])
    if level in ("quick", "full") and build(count, "build", "--buildtype=release", "-Db_pie=true", env=env):
        meson_tests(count, "build", ["quick"] if level == "quick" else ["quick", "full"], env)
    if level in ("asan", "full"):
        clang = dict(env, CC="clang", ASAN_OPTIONS="detect_leaks=1:abort_on_error=0", UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1",
                     LSAN_OPTIONS=f"suppressions={ROOT / 'tools' / 'lsan.supp'}:print_suppressions=0")
        if build(count, "build-asan", "--buildtype=debug", "-Db_sanitize=address,undefined", "-Db_lundef=false",
                 "-Darena_emulator=true", "-Dfuzz=true", env=clang):
            meson_tests(count, "build-asan", ["quick", "fuzz"], clang)
    if level == "full":
        web_tests(count, env)
        browser_stories(count, env)


def main():
    level = sys.argv[1] if len(sys.argv) > 1 else "full"
    count, postgres, env = Count(), None, dict(os.environ)
    began = time.monotonic()
    try:
        if "PGTEST_URL" not in env:
            postgres = pgtemp.TempPostgres()
            env["PGTEST_URL"] = postgres.start()
        run_level(count, level, env)
    finally:
        if postgres:
            postgres.stop()
    for name, text in count.failures:
        print(f"\n--- {name}\n{text}")
    print(f"\n{level} in {time.monotonic() - began:.0f} s" + (f", {count.skipped} skipped" if count.skipped else ""))
    print(f"{count.passed} passed, {count.failed} failed")
    sys.exit(bool(count.failed or not count.passed))


if __name__ == "__main__":
    main()
