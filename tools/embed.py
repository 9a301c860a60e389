#!/usr/bin/env python3
"""embed - puts every file the program serves or reads by itself into the binary.

Writes three files: a blob (all contents one after another, each with a NUL
behind), an assembler file that includes the blob, and a C table sorted by path
that points into it. The names inside the program:

    web/...      web/dist/...            the built console, phone and wall screen
    static/...   assets/...              styles and icons of the public pages
    pages/M/...  src/mod/M/**/*.html     page templates (src/core is module "core")
    sql/M/...    src/mod/M/**/*.sql      statements too long for a C string
    sql/migrations/...                   migrations

X.gz and X.br beside X are its compressed forms, not files of their own. A
missing .gz is made here; .br is only taken when the web build made it.
"""
import argparse
import gzip
import hashlib
import pathlib

TYPES = {
    ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json", ".map": "application/json",
    ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml",
    ".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".ico": "image/x-icon",
    ".woff2": "font/woff2", ".wasm": "application/wasm", ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml", ".sql": "text/plain; charset=utf-8",
}
COMPRESSIBLE = {".html", ".css", ".js", ".mjs", ".json", ".map", ".webmanifest", ".svg", ".wasm", ".txt", ".xml",
                ".ico"}
FORMS = (".gz", ".br")


class Source:
    """One folder of files and the name it gets inside the program."""

    def __init__(self, folder, prefix, suffixes=None, served=False):
        self.folder, self.prefix, self.suffixes, self.served = folder, prefix, suffixes, served

    def files(self):
        if not self.folder.is_dir():
            return
        for path in sorted(self.folder.rglob("*")):
            if not path.is_file() or any(p.startswith(".") for p in path.relative_to(self.folder).parts):
                continue
            if path.suffix in FORMS and path.with_suffix("").is_file():
                continue
            if self.suffixes is None or path.suffix in self.suffixes:
                yield self.prefix + path.relative_to(self.folder).as_posix(), path


def c_string(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Blob:
    def __init__(self):
        self.data = bytearray()

    def add(self, content):
        at = len(self.data)
        self.data += content + b"\0"
        self.data += b"\0" * (-len(self.data) % 16)
        return at


def forms_of(path, raw, served):
    """The compressed forms worth keeping: {".gz": bytes, ".br": bytes}."""
    forms = {}
    if not served or path.suffix not in COMPRESSIBLE:
        return forms
    for ext in FORMS:
        beside = path.with_name(path.name + ext)
        if beside.is_file():
            forms[ext] = beside.read_bytes()
    if ".gz" not in forms and len(raw) >= 256:
        forms[".gz"] = gzip.compress(raw, 9, mtime=0)
    return {ext: data for ext, data in forms.items() if len(data) < len(raw) * 0.95}


def form_row(blob, content, etag):
    if content is None:
        return "{ { NULL, 0 }, NULL }"
    return "{ { asset_blob + %d, %d }, %s }" % (blob.add(content), len(content), c_string('"%s"' % etag))


def row(blob, name, path, served):
    raw = path.read_bytes()
    forms = forms_of(path, raw, served)
    digest = hashlib.sha256(raw).hexdigest()[:20]
    kind = TYPES.get(path.suffix, "application/octet-stream")
    immutable = "true" if name.startswith("web/assets/") else "false"
    cells = [form_row(blob, raw, digest),
             form_row(blob, forms.get(".gz"), digest + "-gz"),
             form_row(blob, forms.get(".br"), digest + "-br")]
    return "\t{ %s, %s, %s,\n\t\t%s },\n" % (c_string(name), c_string(kind), immutable, ",\n\t\t".join(cells))


def sources(root, web):
    found = [Source(root / "assets", "static/", served=True),
             Source(root / "src/core", "pages/core/", {".html"}),
             Source(root / "src/mod", "pages/", {".html"}),
             Source(root / "src/core", "sql/core/", {".sql"}),
             Source(root / "src/mod", "sql/", {".sql"}),
             Source(root / "sql/migrations", "sql/migrations/", {".sql"})]
    if web:
        found.insert(0, Source(root / "web/dist", "web/", served=True))
    return found


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--root", type=pathlib.Path, required=True)
    ap.add_argument("--asm", type=pathlib.Path, required=True)
    ap.add_argument("--table", type=pathlib.Path, required=True)
    ap.add_argument("--blob", type=pathlib.Path, required=True)
    ap.add_argument("--depfile", type=pathlib.Path, required=True)
    ap.add_argument("--no-web", action="store_true")
    args = ap.parse_args()

    blob, rows, inputs, seen = Blob(), {}, [], set()
    for source in sources(args.root.resolve(), not args.no_web):
        # Folders are inputs too: a new file changes the time of the folder it lands in.
        for folder in [source.folder, source.folder.parent]:
            if folder.is_dir():
                inputs.append(folder)
        if source.folder.is_dir():
            inputs += [p for p in source.folder.rglob("*") if p.is_dir()]
        for name, path in source.files():
            if name in rows:
                raise SystemExit("embed: two files would be called %s" % name)
            rows[name] = row(blob, name, path, source.served)
            inputs.append(path)
            inputs += [p for p in (path.with_name(path.name + ext) for ext in FORMS) if p.is_file()]

    args.blob.write_bytes(bytes(blob.data) or b"\0")
    table = ['#include "net/assets.h"\n\nextern const char asset_blob[];\n\n',
             "const struct asset asset_table[] = {\n"]
    # Byte order, as strcmp() sees it, because the program searches by halving.
    table += [rows[name] for name in sorted(rows, key=lambda n: n.encode())]
    table += ["\t{ NULL, NULL, false, { { NULL, 0 }, NULL }, { { NULL, 0 }, NULL }, { { NULL, 0 }, NULL } },\n"
              "};\nconst size_t asset_count = %d;\n" % len(rows)]
    args.table.write_text("".join(table))
    args.asm.write_text(
        '\t.section .rodata\n\t.balign 16\n\t.globl asset_blob\n\t.type asset_blob, @object\n'
        'asset_blob:\n\t.incbin "%s"\n\t.size asset_blob, .-asset_blob\n'
        '\t.section .note.GNU-stack,"",@progbits\n/* %s */\n'
        % (args.blob.resolve(), hashlib.sha256(bytes(blob.data)).hexdigest()))
    unique = [p for p in inputs if not (p in seen or seen.add(p))]
    args.depfile.write_text("%s: %s\n" % (args.table, " ".join(str(p).replace(" ", "\\ ") for p in unique)))


main()
