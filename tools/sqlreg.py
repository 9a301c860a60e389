#!/usr/bin/env python3
"""sqlreg - the register of statements: every `struct db_sql` of the sources, found in the text.

usage: sqlreg.py BUILD              prints FILE:LINE NAME for each
       sqlreg.py BUILD --run TEST   hands them to the test program, which prepares each on both engines
                                    (FILE:LINE, NAME, ENGINE and TEXT, each ended by a NUL), and lints them

A statement for one engine only is marked by its C variable (sqlite_x, lite_x, pg_x, x_sqlite, x_pg)
or by its place in an array ([DB_SQLITE] = …, [DB_PG] = …)."""
import concurrent.futures
import json
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
START = re.compile(r"struct\s+db_sql\s*(?:(\w+)\s*(\[\s*\w*\s*\])?\s*=\s*|\)\s*)\{")
TOKEN = re.compile(r'"((?:\\.|[^"\\])*)"|//[^\n]*|/\*.*?\*/|(\w+)|([{},.=])|\s+|(.)', re.S)
ESCAPE = {"n": "\n", "t": "\t", '"': '"', "'": "'", "\\": "\\", "r": "\r", "0": "\0"}


def unescape(text):
    return re.sub(r"\\(.)", lambda m: ESCAPE.get(m[1], m[1]), text, flags=re.S)


def groups(text, at):
    """The initialiser that starts behind an open brace: lists of strings, None for what is no literal, per element."""
    element, elements, depth, plain, engine = [], [], 1, True, ""
    value = None
    while depth:
        m = TOKEN.match(text, at)
        if not m:
            return []
        at = m.end()
        string, word, mark, other = m[1], m[2], m[3], m[4]
        if string is not None:
            value = (value or "") + unescape(string)
        elif mark == "{":
            depth += 1
            element, value, plain = [], None, True
        elif mark in (",", "}"):
            if value is not None or not plain:
                element.append(value if plain else None)
            value, plain = None, True
            if mark == "}":
                depth -= 1
                if len(element) >= 2:
                    elements.append((engine, *element[:2]))
                element, engine = [], ""
        elif mark == "=" or (word in ("name", "text")) or mark == ".":
            continue
        elif word in ("DB_SQLITE", "DB_PG"):
            engine = word[3:].lower()
        elif other in ("[", "]"):
            continue
        elif word is not None or other is not None:
            plain = False
    return elements


def engine_of(variable):
    """What the name of the C variable says about the engine."""
    if variable.startswith(("sqlite_", "lite_")) or variable.endswith("_sqlite"):
        return "sqlite"
    return "pg" if variable.startswith("pg_") or variable.endswith("_pg") else ""


def statements(path, text):
    for m in START.finditer(text):
        for engine, name, sql in groups(text, m.end()):
            yield path, text.count("\n", 0, m.start()) + 1, m[1] or "", name, sql, engine or engine_of(m[1] or "")


def preprocess(path, command):
    args = [a for a in shlex.split(command["command"])]
    keep = [a for a in args[1:] if a.startswith(("-I", "-D", "-std", "-isystem"))]
    out = subprocess.run([args[0] if "ccache" not in args[0] else args[1], *keep, "-E", "-P", str(ROOT / path)],
                         cwd=command["directory"], capture_output=True, text=True, check=False)
    return out.stdout


def scan_file(path, commands):
    text = path.read_text()
    name = path.relative_to(ROOT)
    if "struct db_sql" not in text:
        return []
    found = list(statements(name, text))
    if any(f[3] is None or f[4] is None for f in found) and str(path) in commands:
        lines = {f[2]: f[1] for f in found}
        found = [(name, lines.get(f[2], 0) if f[2] else 0, *f[2:])
                 for f in statements(name, preprocess(name, commands[str(path)]))]
    return [f for f in found if f[3] is not None and f[4] is not None]


def scan(build):
    commands = {}
    for c in json.loads((pathlib.Path(build) / "compile_commands.json").read_text()):
        commands[str((pathlib.Path(c["directory"]) / c["file"]).resolve())] = c
    paths = [p for p in sorted((ROOT / "src").rglob("*.c")) if not p.stem.endswith("_test")]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return [s for found in pool.map(lambda p: scan_file(p, commands), paths) for s in found]


def main():
    found = scan(sys.argv[1])
    if len(sys.argv) < 4:
        for path, line, _, name, _, _ in found:
            print(f"{path}:{line} {name}")
        return
    data = "".join(f"{path}:{line}\0{name}\0{engine}\0{text}\0" for path, line, _, name, text, engine in found)
    done = subprocess.run([sys.argv[3], str(ROOT / "sql" / "migrations")], input=data.encode(), check=False)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
