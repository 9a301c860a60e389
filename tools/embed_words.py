#!/usr/bin/env python3
"""embed_words.py IN OUT NAME - a sorted text file as `const char *const NAME[]` ending with NULL, and NAME_count."""
import sys

source, target, name = sys.argv[1:4]
words = [line for line in open(source, encoding="utf-8").read().split("\n") if line]
if words != sorted(set(words)):
	sys.exit(f"{source}: lines must be sorted and different")


def quote(word):
	return '"' + word.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?") + '"'


with open(target, "w", encoding="utf-8") as out:
	out.write('/* Generated. Do not edit. */\n#include <stddef.h>\n')
	out.write(f"extern const char *const {name}[];\nextern const size_t {name}_count;\n")
	out.write(f"const char *const {name}[] = {{\n")
	out.writelines(f"\t{quote(w)},\n" for w in words)
	out.write(f"\tNULL,\n}};\nconst size_t {name}_count = {len(words)};\n")
