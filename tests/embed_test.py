#!/usr/bin/env python3
"""embed.py on a small tree: names, compressed forms, and what it refuses."""
import gzip
import pathlib
import subprocess
import sys
import tempfile

TOOL = pathlib.Path(__file__).resolve().parent.parent / "tools/embed.py"
count = failed = 0


def ok(condition, name):
    global count, failed
    count += 1
    failed += not condition
    print("%sok %d - %s" % ("" if condition else "not ", count, name))


def put(root, name, content):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def embed(root, *flags):
    out = root / "out"
    out.mkdir(exist_ok=True)
    done = subprocess.run([sys.executable, str(TOOL), "--root", str(root), "--asm", str(out / "a.S"), "--table",
                           str(out / "a.c"), "--blob", str(out / "a.bin"), "--depfile", str(out / "a.d"), *flags],
                          capture_output=True, text=True)
    return done, (out / "a.c").read_text() if done.returncode == 0 else "", out


with tempfile.TemporaryDirectory() as name:
    root = pathlib.Path(name)
    done, table, out = embed(root)
    ok(done.returncode == 0 and "asset_count = 0" in table, "an empty tree builds")
    script = "console.log(1);\n" * 200
    put(root, "web/dist/assets/x-1a2b.js", script)
    put(root, "web/dist/assets/x-1a2b.js.br", b"brotli")
    put(root, "web/dist/assets/p.png", b"\x89PNG" + bytes(1000))
    put(root, "web/dist/admin.html", "<p>")
    put(root, "assets/site.css", "body{}" * 100)
    put(root, "src/mod/trace/scan_page.html", "{{name}}")
    put(root, "src/mod/trace/story.sql", "SELECT 1")
    put(root, "src/core/error.html", "e")
    put(root, "sql/migrations/0001_first.sql", "CREATE")
    put(root, "web/dist/.hidden", "no")
    done, table, out = embed(root)
    names = [line.split('"')[1] for line in table.splitlines() if line.startswith('\t{ "')]
    ok(names == ["pages/core/error.html", "pages/trace/scan_page.html", "sql/migrations/0001_first.sql",
                 "sql/trace/story.sql", "static/site.css", "web/admin.html", "web/assets/p.png",
                 "web/assets/x-1a2b.js"], "every file has its name, in byte order")
    blob = (out / "a.bin").read_bytes()
    ok(b"brotli\0" in blob, "brotli made by the web build is taken")
    ok(gzip.compress(script.encode(), 9, mtime=0) in blob, "a missing gzip is made")
    ok(table.count("-gz") == 2, "only where it saves something")
    ok(table.count("true") == 2, "only names under assets/ are immutable")
    depends = (out / "a.d").read_text()
    ok("x-1a2b.js.br" in depends and "src/mod/trace " in depends, "files and folders are inputs of the build")
    done, table, out = embed(root, "--no-web")
    ok("web/" not in table.split("asset_table", 1)[1], "the web part can be left out")
    put(root, "src/mod/core/error.html", "twice")
    done, table, out = embed(root)
    ok(done.returncode != 0 and "pages/core/error.html" in done.stderr, "two files of one name are refused")

print("1..%d" % count)
sys.exit(failed > 0)
