#!/usr/bin/env python3
"""golden - what derives from the tables, kept under docs/golden/ so that a change of a table is seen in review.

usage: golden.py EZHEN [--write]
"""
import difflib
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "docs" / "golden"


def printed(ezhen, what):
    return subprocess.run([ezhen, "print", what], capture_output=True, text=True, check=True).stdout


def routes(ezhen):
    """One line per route: method, path, permission; the document itself is too long to read."""
    document = json.loads(printed(ezhen, "openapi"))
    lines = []
    for path, item in document["paths"].items():
        for method, route in item.items():
            if isinstance(route, dict) and "responses" in route:
                lines.append(f"{method.upper():6} {path}  {' '.join(sorted(route['responses']))}")
    return "\n".join(sorted(lines, key=lambda line: line[7:])) + "\n"


def main():
    ezhen = sys.argv[1]
    made = {"schema.sql": printed(ezhen, "schema"), "roles.md": printed(ezhen, "roles"), "routes.txt": routes(ezhen)}
    failed = 0
    for number, (name, text) in enumerate(made.items(), 1):
        if "--write" in sys.argv:
            (GOLDEN / name).write_text(text)
        kept = (GOLDEN / name).read_text() if (GOLDEN / name).exists() else ""
        same = kept == text
        failed += not same
        print(f"{'ok' if same else 'not ok'} {number} - docs/golden/{name} is what the program prints")
        for line in list(difflib.unified_diff(kept.splitlines(), text.splitlines(), "kept", "printed", "", "", 0))[:40]:
            print("#", line)
    print(f"1..{len(made)}")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
