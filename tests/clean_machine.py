#!/usr/bin/env python3
"""clean_machine - proves that the install lists of tools/setup.sh are complete.

apt is asked what a machine with nothing but the essential packages would get from each list; every header that was
compiled, every library that the program loads and every program that the scripts call must belong to that set.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / (sys.argv[1] if len(sys.argv) > 1 else "build")
RUN_TOOLS = ["gcc", "meson", "ninja", "pkg-config", "python3", "git", "curl", "fc-list"]
TEST_TOOLS = RUN_TOOLS + ["clang", "ctags", "nginx", "chromium", "zbarimg", "pdftoppm", "soffice", "sqlite3", "openssl", "strace"]
failed = 0


def ok(condition, text):
    global failed
    failed += not condition
    ok.count += 1
    print(f"{'ok' if condition else 'not ok'} {ok.count} - {text}")


ok.count = 0


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options).stdout


def lists():
    text = run("bash", "-c", f". {ROOT}/tools/setup.sh; echo $BUILD_PACKAGES; echo $TEST_PACKAGES").splitlines()
    return text[0].split(), text[1].split()


def essential():
    listed = run("dpkg-query", "-W", "-f", "${Package} ${Essential} ${Priority}\n")
    return {p for p, e, pr in (line.split() for line in listed.splitlines() if len(line.split()) == 3)
            if e == "yes" or pr == "required"}


def closure(packages):
    """What apt would install on a machine where nothing is installed."""
    with tempfile.NamedTemporaryFile("w") as empty:
        env = dict(os.environ, LC_ALL="C", DEBIAN_FRONTEND="noninteractive")
        out = run("apt-get", "-s", "-o", f"Dir::State::status={empty.name}", "-o", "APT::Install-Recommends=false",
                  "install", *packages, env=env)
    return set(re.findall(r"^Inst (\S+)", out, re.M))


def owner(path):
    real = os.path.realpath(path)
    for name in dict.fromkeys((path, real, re.sub(r"^/usr/lib/", "/lib/", real), re.sub(r"^/lib/", "/usr/lib/", path))):
        found = run("dpkg-query", "-S", name)
        if found:
            return {re.sub(r":.*", "", p.strip()) for p in found.splitlines()[0].rsplit(": ", 1)[0].split(",")}
    return set()


def headers():
    used = run("ninja", "-C", str(BUILD), "-t", "deps")
    return sorted(set(re.findall(r"^\s+(/usr/include/\S+\.h)$", used, re.M)))


def libraries():
    return sorted(set(re.findall(r"=> (/\S+)", run("ldd", str(BUILD / "ezhen")))))


def check(kind, paths, have):
    missing = {}
    for path in paths:
        packages = owner(path)
        if packages and not packages & have:
            missing.setdefault(sorted(packages)[0], path)
    for package, path in missing.items():
        print(f"# {path} belongs to {package}")
    ok(paths and not missing, f"{len(paths)} {kind} all come from the install list")


def main():
    build, test = lists()
    base = essential()
    run_set, test_set = closure(build) | base, closure(build + test) | base
    ok(len(run_set) > len(base), f"apt resolves the install list ({len(run_set)} packages)")
    check("headers", headers(), run_set)
    check("libraries", libraries(), run_set)
    for names, have, what in ((RUN_TOOLS, run_set, "./run"), (TEST_TOOLS, test_set, "./test")):
        paths = [p for p in (run("bash", "-c", f"command -v {n}").strip() for n in names)]
        ok(all(paths), f"every program that {what} calls is here")
        check(f"programs of {what}", [p for p in paths if p and not p.startswith("/usr/local")], have)
    print(f"1..{ok.count}")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
