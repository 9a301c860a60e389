#!/usr/bin/env python3
"""sheets - farm workbooks written by openpyxl and by LibreOffice, with planted wrong cells, imported by the program.
Every planted cell must come back marked, nothing else may be marked, no wrong row may be stored, every good row must
be stored as written; and the corrected error workbook must go in. TAP. usage: sheets.py EZHEN ROWS WRONG"""
import csv
import datetime
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

try:
    import openpyxl
except ModuleNotFoundError:  # Debian's openpyxl belongs to Debian's interpreter
    if os.path.realpath(sys.executable) == os.path.realpath("/usr/bin/python3"):
        raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])

HEADERS = ["地块名称", "地块编号", "所属主体", "所在村镇", "位置", "面积（亩）", "类型", "土壤", "灌溉方式", "备注"]
NAME, CODE, ORG, PLACE, POINT, AREA, KIND, SOIL, WATER, NOTE = range(10)
KINDS = ["大田", "设施大棚", "果园", "旱地"]
# Column and what stands in the cell instead. None: left empty.
MISTAKES = [(NAME, None), (NAME, "长" * 61), (CODE, "编号一"), (ORG, "没有这家合作社"), (ORG, None), (PLACE, "没有这个村"), (PLACE, None),
            (POINT, "东边地头"), (POINT, "113.2,91.5"), (AREA, "十亩"), (AREA, "1.23456"), (AREA, "-3"), (AREA, None), (KIND, "池塘"),
            (KIND, None), (SOIL, "土" * 61), (NOTE, "记" * 501), (WATER, "水" * 61)]
done = failed = 0


def ok(good, text, why=""):
    global done, failed
    done += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {done} - {text}", flush=True)
    if not good and why:
        print("\n".join("# " + line for line in str(why).splitlines()[:20]), flush=True)


def run(*command, **options):
    out = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False, **options)
    if out.returncode != 0:
        print(f"Bail out! {command[0]} {command[1]}: {out.stdout[-500:]} {out.stderr[-500:]}")
        sys.exit(1)
    return out.stdout


def export(ezhen, data, resource, folder):
    target = folder / f"{resource}-{time.monotonic_ns()}.csv"
    run(ezhen, "export", resource, "--data", data, "--format", "csv", "--out", target)
    with open(target, encoding="utf-8-sig", newline="") as f:
        rows = list(csv.reader(f))
    return [dict(zip(rows[0], row)) for row in rows[1:]]


def make_rows(prefix, count, wrong, orgs, places, rng):
    """Rows as people would type them, and the planted cells as (row number in the sheet, column)."""
    rows, planted = [], set()
    for i in range(count):
        org = orgs[i % len(orgs)]
        rows.append([f"{prefix}地块{i}", f"{prefix}-{i}", org, rng.choice(places), f"113.{rng.randrange(100000, 999999)},36.{rng.randrange(100000, 999999)}",
                     rng.randrange(1, 500000) / 1000, rng.choice(KINDS), "壤土", "滴灌", f"第{i}块"])
    at = rng.sample(range(1, count), wrong - wrong // 10)
    for n, i in enumerate(at):
        column, value = MISTAKES[n % len(MISTAKES)]
        rows[i][column] = value
        planted.add((i + 2, column))
    for i in rng.sample(at, wrong // 10):  # some rows are wrong twice
        column = KIND if (i + 2, KIND) not in planted else AREA
        rows[i][column] = "不对"
        planted.add((i + 2, column))
    return rows, planted


def write_openpyxl(path, rows, folder):
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("地块")
    sheet.append(HEADERS)
    for row in rows:
        sheet.append(row)
    book.save(path)


def write_libreoffice(path, rows, folder):
    source = folder / (path.stem + ".csv")
    with open(source, "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f)
        out.writerow(HEADERS)
        out.writerows([["" if v is None else v for v in row] for row in rows])
    # 44: comma, 34: quote, 76: UTF-8, from line 1
    run("soffice", f"-env:UserInstallation=file://{folder}/lo", "--headless", "--infilter=CSV:44,34,76,1", "--convert-to", "xlsx",
        "--outdir", path.parent, source)


def marked(path):
    """Cells with the colour of errors and a comment, as (row number as sent, column)."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    width, found, bare = len(HEADERS), set(), 0
    for row in sheet.iter_rows(min_row=2):
        for column in range(width):
            red = row[column].fill.fgColor.rgb == "FFFFC7CE"
            if red and row[column].comment is not None:
                found.add((row[width].value, column))
            bare += red != (row[column].comment is not None)
    return found, bare


def correct(source, target, rows_by_number):
    """What a person does with the error workbook: put right what is red, leave the rest."""
    book = openpyxl.load_workbook(source)
    sheet = book.worksheets[0]
    for row in sheet.iter_rows(min_row=2):
        for column in range(len(HEADERS)):
            if row[column].comment is not None:
                row[column].value = rows_by_number[row[len(HEADERS)].value][column]
    book.save(target)


def import_book(ezhen, data, book, errors):
    began = time.monotonic()
    out = run(ezhen, "import", "plots", book, "--data", data, "--errors", errors)
    return json.loads(out.strip().splitlines()[-1]), time.monotonic() - began


def check_stored(stored, prefix, rows, wrong_numbers, what):
    have = {r["地块编号"]: r for r in stored if r["地块编号"].startswith(prefix + "-")}
    want = {row[CODE]: row for i, row in enumerate(rows) if i + 2 not in wrong_numbers}
    ok(have.keys() == want.keys(), f"{what}: exactly the {len(want)} good rows are stored",
       f"missing {sorted(want.keys() - have.keys())[:5]}, too many {sorted(have.keys() - want.keys())[:5]}")
    different = [c for c, row in want.items() if c in have and
                 [have[c]["地块名称"], have[c]["所属主体"], float(have[c]["面积（亩）"]), have[c]["类型"], have[c]["备注"], have[c]["位置"]] !=
                 [row[NAME], row[ORG], row[AREA], row[KIND], row[NOTE], have[c]["位置"]]]
    points = [c for c, row in want.items() if c in have and [float(x) for x in have[c]["位置"].split(",")] != [float(x) for x in row[POINT].split(",")]]
    ok(not different and not points, f"{what}: as they were written", f"{different[:5]} {points[:5]}")


def one_book(ezhen, data, folder, prefix, what, write, count, wrong, orgs, places):
    rng = random.Random(prefix)
    rows, planted = make_rows(prefix, count, wrong, orgs, places, rng)
    good = make_rows(prefix, count, 0, orgs, places, random.Random(prefix))[0]
    numbers = {n for n, _ in planted}
    book, errors, fixed = folder / f"{prefix}.xlsx", folder / f"{prefix}-errors.xlsx", folder / f"{prefix}-fixed.xlsx"
    write(book, rows, folder)
    result, seconds = import_book(ezhen, data, book, errors)
    print(f"# {what}: {count} rows in {seconds:.1f} s")
    ok(result["rows"] == count and result["wrong"] == len(numbers) and result["created"] == count - len(numbers),
       f"{what}: {result['created']} of {result['rows']} rows created, {result['wrong']} wrong", result)
    ok(result["cells"] == len(planted), f"{what}: {len(planted)} wrong cells are counted", result)
    found, bare = marked(errors)
    ok(found == planted and bare == 0, f"{what}: the {len(planted)} planted cells are marked one by one, and no other",
       f"missing {sorted(planted - found)[:8]}, too many {sorted(found - planted)[:8]}, without comment {bare}")
    check_stored(export(ezhen, data, "plots", folder), prefix, good, numbers, what)
    correct(errors, fixed, {i + 2: row for i, row in enumerate(good)})
    result, _ = import_book(ezhen, data, fixed, folder / "none.xlsx")
    ok(result["created"] == len(numbers) and result["wrong"] == 0, f"{what}: the corrected error workbook goes in whole", result)
    check_stored(export(ezhen, data, "plots", folder), prefix, good, set(), f"{what}, corrected")


def main():
    ezhen, count, wrong = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2]), int(sys.argv[3])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        data = folder / "data"
        run(ezhen, "demo", "--data", data, "--scale", "1")
        orgs = [r["名称"] for r in export(ezhen, data, "organisations", folder)]
        places = sorted({r["所在村镇"] for r in export(ezhen, data, "plots", folder)})
        one_book(ezhen, data, folder, "OPX", "openpyxl", write_openpyxl, count, wrong, orgs, places)
        one_book(ezhen, data, folder, "LIB", "LibreOffice", write_libreoffice, count, wrong, orgs, places)
    print(f"1..{done}")
    sys.exit(failed != 0)


main()
