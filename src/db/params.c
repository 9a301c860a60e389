#include "base/base.h"
#include "db/params.h"

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_name(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

/* Number of bytes of the quoted text or comment that starts here; 0 when none does. */
static size_t
skip_inert(struct str s)
{
	struct str end;
	char c = s.p[0];

	if (c == '\'' || c == '"')
		end = (struct str){ s.p, 1 };
	else if (str_starts(s, S("--")))
		end = S("\n");
	else if (str_starts(s, S("/*")))
		end = S("*/");
	else
		return 0;

	/* A doubled quote reads as two texts side by side, which comes to the same. */
	ptrdiff_t at = str_find(s, end, c == '/' ? 2 : 1);

	return at < 0 ? s.n : (size_t)at + end.n;
}

static int
number_of(struct params *out, struct str name)
{
	for (int i = 0; i < out->count; i++)
		if (str_eq(out->name[i], name))
			return i + 1;
	if (out->count == PARAMS_MAX)
		return 0;
	out->name[out->count++] = name;
	return out->count;
}

bool
params_rewrite(struct str text, char sigil, struct params *out, struct sb *native)
{
	size_t i = 0, kept = 0;

	out->count = 0;
	while (i < text.n) {
		struct str rest = str_sub(text, i, text.n);
		size_t inert = skip_inert(rest);

		if (inert > 0 || rest.p[0] != ':') {
			i += inert > 0 ? inert : 1;
			continue;
		}
		if (rest.n < 2 || !is_letter(rest.p[1])) {
			i += rest.n > 1 && rest.p[1] == ':' ? 2 : 1;
			continue;
		}

		size_t len = 1;

		while (1 + len < rest.n && is_name(rest.p[1 + len]))
			len++;

		int number = number_of(out, str_sub(rest, 1, len));

		if (number == 0)
			return false;
		sb_add_str(native, str_sub(text, kept, i - kept));
		sb_addf(native, "%c%d", sigil, number);
		i += 1 + len;
		kept = i;
	}
	sb_add_str(native, str_sub(text, kept, text.n));
	return !native->truncated;
}
