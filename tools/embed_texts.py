#!/usr/bin/env python3
"""embed_texts.py OUT NAME FILE... - small text files as `const char *const NAME[][2]`: stem and content, ending with NULLs."""
import pathlib
import sys

target, name, *sources = sys.argv[1:]


def quote(line):
	return '\t\t"' + line.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("?", "\\?") + '\\n"\n'


with open(target, "w", encoding="utf-8") as out:
	out.write("/* Generated. Do not edit. */\n#include <stddef.h>\n")
	out.write(f"extern const char *const {name}[][2];\nconst char *const {name}[][2] = {{\n")
	for source in sorted(sources):
		path = pathlib.Path(source)
		out.write(f'\t{{ "{path.stem}",\n')
		out.writelines(quote(line) for line in path.read_text(encoding="utf-8").splitlines())
		out.write("\t},\n")
	out.write("\t{ NULL, NULL },\n};\n")
