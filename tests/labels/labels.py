#!/usr/bin/env python3
"""labels - prints labels with label_print, renders them with pdftoppm and reads them with zbarimg; then again with a
blot over a tenth of each symbol. TAP. usage: labels.py LABEL_PRINT COUNT"""
import math
import pathlib
import random
import subprocess
import sys
import tempfile

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Corner and size of the QR box on a label, mm; labels per page with their corners.
DESIGNS = {
    "60x40": ((1.5, 7.8, 28, 28), [(0, 0)]),
    "50x30": ((1, 5.4, 21.2, 21.2), [(0, 0)]),
    "a4_40": ((0.8, 0.9, 20.9, 20.9), [(8 + 48.5 * (i % 4), 21.5 + 25.4 * (i // 4)) for i in range(40)]),
}
DPI = 300
done = failed = 0


def ok(good, text):
    global done, failed
    done += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {done} - {text}", flush=True)


def code_of(i):
    x, out = i + 1, ""
    for _ in range(20):
        x = (x * 6364136223846793005 + 1442695040888963407) % 2**64
        out += LETTERS[x >> 59]
    return out


def read_pgm(path):
    data = path.read_bytes()
    parts = data.split(None, 4)
    width, height = int(parts[1]), int(parts[2])
    return width, height, bytearray(data[len(data) - width * height:])


def write_pgm(path, width, height, pixels):
    path.write_bytes(b"P5\n%d %d\n255\n" % (width, height) + bytes(pixels))


def decode(path):
    # zbarimg exits with 4 when it finds nothing
    out = subprocess.run(["zbarimg", "-q", "--raw", str(path)], capture_output=True, text=True, check=False).stdout
    return out.split()


def crop(width, pixels, x, y, w, h):
    return bytearray(b"".join(bytes(pixels[(y + r) * width + x:(y + r) * width + x + w]) for r in range(h)))


def symbol_of(width, height, pixels):
    """Bounding box of the dark pixels: the symbol without its quiet zone."""
    rows = [r for r in range(height) if min(pixels[r * width:(r + 1) * width]) < 128]
    columns = [c for c in range(width) if min(pixels[c::width]) < 128]
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def blot(width, height, pixels, rng):
    """Paints a disc over a tenth of the symbol, anywhere but on the patterns a reader finds the symbol by: the three
    finders and the alignment mark. zbar misjudges the corner when the latter is covered, whatever the error correction."""
    left, top, right, bottom = symbol_of(width, height, pixels)
    side = right - left
    radius = math.sqrt(0.10 * side * side / math.pi)
    finder = side * 0.11
    eyes = [(left + finder, top + finder), (right - finder, top + finder), (left + finder, bottom - finder)]
    while True:
        cx, cy = rng.uniform(left + radius, right - radius), rng.uniform(top + radius, bottom - radius)
        if all(math.hypot(cx - x, cy - y) > radius + finder * 1.6 for x, y in eyes) and \
                math.hypot(cx - left - side * 0.815, cy - top - side * 0.815) > radius + side * 0.06:
            break
    colour = rng.choice((0, 255))
    for y in range(int(cy - radius), int(cy + radius) + 1):
        for x in range(int(cx - radius), int(cx + radius) + 1):
            if (x - cx) ** 2 + (y - cy) ** 2 <= radius * radius:
                pixels[y * width + x] = colour


def labels(folder, program, design, count):
    """One grey picture of the QR box of each label."""
    pdf = folder / f"{design}.pdf"
    subprocess.run([program, design, str(count), str(pdf)], check=True)
    subprocess.run(["pdftoppm", "-gray", "-r", str(DPI), str(pdf), str(folder / design)], check=True)
    (bx, by, bw, bh), corners = DESIGNS[design]
    mm, i = DPI / 25.4, 0
    for page in sorted(folder.glob(f"{design}-*.pgm")):
        width, height, pixels = read_pgm(page)
        for cx, cy in corners:
            if i < count:
                w, h = int(bw * mm), int(bh * mm)
                yield i, w, h, crop(width, pixels, int((cx + bx) * mm), int((cy + by) * mm), w, h)
                i += 1


def main():
    program, count = sys.argv[1], int(sys.argv[2])
    rng = random.Random(7)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for design in DESIGNS:
            clean = damaged = seen = 0
            for i, w, h, pixels in labels(folder, program, design, count):
                want, picture = [f"https://ez.example.cn/t/{code_of(i)}"], folder / "one.pgm"
                seen += 1
                write_pgm(picture, w, h, pixels)
                clean += decode(picture) == want
                blot(w, h, pixels, rng)
                write_pgm(picture, w, h, pixels)
                damaged += decode(picture) == want
            ok(seen == count and clean == count, f"{design}: {clean} of {count} labels are read")
            ok(damaged == count, f"{design}: {damaged} of {count} with a tenth of the symbol covered are read")
        for paper in ("certificate-a5", "certificate-80x60"):
            pdf = folder / f"{paper}.pdf"
            subprocess.run([program, paper, "0", str(pdf)], check=True)
            subprocess.run(["pdftoppm", "-gray", "-singlefile", "-r", str(DPI), str(pdf), str(folder / paper)], check=True)
            ok(decode(folder / f"{paper}.pgm") == ["https://ez.example.cn/certificate/140406-2026-000123"], f"{paper}: the code is read")
            text = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
            ok("承诺达标合格证" in text and "潞城大葱" in text and "自行检测合格" in text, f"{paper}: the words are text in the PDF")
            fonts = subprocess.run(["pdffonts", str(pdf)], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
            ok(fonts and all(" yes yes yes" in line for line in fonts), f"{paper}: every font is embedded")
    print(f"1..{done}")
    sys.exit(failed != 0)


main()
