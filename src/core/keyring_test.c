/* Keys, sealing, blind hashes, masking vectors, key numbers, units. */
#include "base/base.h"
#include "core/ctx.h"
#include "core/keyring.h"
#include "core/resource.h"
#include "core/unit.h"
#include "tap.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void
test_keyring(struct arena *a, const char *dir)
{
	struct keyring *k = NULL, *again = NULL;
	struct err e = { 0 };
	unsigned char x[80], y[80];
	char path[300];
	struct stat st;

	ok(keyring_open(&k, a, dir, &rand_system, &e) == RC_OK, "a key is made at first start");
	snprintf(path, sizeof(path), "%s/keys/master", dir);
	ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600 && st.st_size == 32,
		"the key file is 32 bytes and private");
	ok(keyring_open(&again, a, dir, &rand_system, &e) == RC_OK, "the key is read at the second start");
	keyring_derive(k, "session", 140406, x, sizeof(x));
	keyring_derive(again, "session", 140406, y, sizeof(y));
	ok(memcmp(x, y, sizeof(x)) == 0, "the same key derives the same bytes");
	keyring_derive(k, "session", 140407, y, sizeof(y));
	ok(memcmp(x, y, 16) != 0, "another county derives other bytes");
	keyring_derive(k, "sessioN", 140406, y, sizeof(y));
	ok(memcmp(x, y, 16) != 0, "another purpose derives other bytes");
	chmod(path, 0644);
	ok(keyring_open(&again, a, dir, &rand_system, &e) == RC_DENIED,
		"a key file others may read is refused");
	chmod(path, 0600);
	ok(truncate(path, 31) == 0 && keyring_open(&again, a, dir, &rand_system, &e) == RC_UNAVAILABLE,
		"a short key file is refused");
	unlink(path);
	ok(symlink("/etc/hostname", path) == 0 && keyring_open(&again, a, dir, &rand_system, &e) != RC_OK,
		"a symbolic link is refused");
	unlink(path);
	snprintf(path, sizeof(path), "%s/keys", dir);
	rmdir(path);

	struct str plain = S("13800000000"), aad = S("people.phone.17"), sealed, back = { 0 };

	sealed = seal(k, a, &rand_system, 140406, aad, plain);
	ok(str_starts(sealed, S("v1.")) && str_find(sealed, plain, 0) < 0, "sealed text hides the value");
	ok(unseal(k, a, 140406, aad, sealed, &back) && str_eq(back, plain), "it opens in its place");
	ok(!unseal(k, a, 140406, S("people.phone.18"), sealed, &back), "it does not open in another row");
	ok(!unseal(k, a, 140407, aad, sealed, &back), "it does not open in another county");
	ok(!str_eq(sealed, seal(k, a, &rand_system, 140406, aad, plain)), "sealing twice gives two texts");
	for (size_t i = 0, bad = 0; i < sealed.n; i++) {
		struct str broken = str_dup(a, sealed);
		char *at = (char *)(uintptr_t)broken.p;

		at[i] = at[i] == 'A' ? 'B' : 'A';
		bad += unseal(k, a, 140406, aad, broken, &back);
		if (i + 1 == sealed.n)
			is_i64((int64_t)bad, 0, "no altered character goes unnoticed");
	}
	ok(!unseal(k, a, 140406, aad, S(""), &back) && !unseal(k, a, 140406, aad, S("v1."), &back),
		"empty texts do not open");
	ok(unseal(k, a, 1, aad, seal(k, a, &rand_system, 1, aad, S("")), &back) && back.n == 0,
		"an empty value survives");

	struct str b1 = blind(k, a, 140406, "people.phone", plain),
		   b2 = blind(k, a, 140406, "users.phone", plain);

	ok(b1.n == 22 && str_eq(b1, blind(k, a, 140406, "people.phone", plain)), "the blind hash repeats");
	ok(!str_eq(b1, b2) && !str_eq(b1, blind(k, a, 140407, "people.phone", plain)),
		"it differs by field and county");
	is_str(sha256_hex(a, S("abc")), S("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
		"SHA-256 of abc");
}

/* Each line of the requirement's vectors: kind, raw, masked. */
static void
test_masks(struct arena *a)
{
	static const struct {
		const char *name;
		enum field_type type;
		const char *raw, *masked;
	} rows[] = {
		{ "name", T_TEXT, "张三", "*三" },
		{ "name", T_TEXT, "欧阳某某", "***某" },
		{ "name", T_TEXT, "李", "*" },
		{ "phone", T_PHONE, "13800000000", "138****0000" },
		{ "idno", T_IDNO, "110000190001010012", "1****************2" },
		{ "bank_card", T_CODE, "6228480000000000000", "***************0000" },
		{ "address", T_TEXT, "河南省郑州市中牟县某某镇某某村1号", "河南省郑州市中牟县****" },
		{ "email", T_EMAIL, "farmer01@example.cn", "f*******@example.cn" },
		{ "uscc", T_USCC, "91419900MA00000154", "91419900MA00000154" },
		{ "ip", T_TEXT, "203.0.113.57", "203.0.113.*" },
		{ "phone", T_PHONE, "0355-1234567", "*********567" },
		{ "address", T_LONGTEXT, "某处某地", "****" },
		{ "address", T_TEXT, "内蒙古自治区呼和浩特市新城区某街1号",
			"内蒙古自治区呼和浩特市新城区****" },
		{ "email", T_EMAIL, "a@b.cn", "*@b.cn" },
		{ "story", T_LONGTEXT, "很长的一段话", "****" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct field f = { .name = rows[i].name, .type = rows[i].type };

		is_str(mask_value(a, &f, str_from_c(rows[i].raw)), str_from_c(rows[i].masked), "mask of %s",
			rows[i].name);
	}
}

struct stepping {
	int64_t ms;
};
static int64_t
stepping_ms(void *self)
{
	return ((struct stepping *)self)->ms;
}

static void
test_ids(struct arena *a)
{
	struct stepping s = { 1700000000000 };
	struct clock clock = { stepping_ms, stepping_ms, &s };
	struct id_source *ids = id_source_new(a, 7, &clock);
	int64_t last = 0, id = 0;
	bool ascending = true;

	for (int i = 0; i < 10000; i++) {
		if (i == 5000)
			s.ms -= 3600000;
		id = id_new(ids);
		ascending &= id > last;
		last = id;
	}
	ok(ascending, "keys ascend although the clock steps back and one millisecond overflows");
	ok(id_time_ms(id) - 1700000000000 < 10, "a key tells its time");
	is_i64(id >> 12 & 1023, 7, "a key tells its node");
	s.ms = 0;
	ids = id_source_new(a, 0, &clock);
	ok(id_new(ids) > 0, "a clock before 2020 still gives positive keys");
	ok(unit_find("MU") != NULL && unit_find("MU")->num == 2000 && unit_find("XX") == NULL,
		"units are found by code");
	for (const struct unit *u = units; u->code != NULL; u++)
		ok(unit_find(u->base) != NULL && u->label.zh != NULL && u->label.en != NULL,
			"unit %s is complete", u->code);
}

int
main(void)
{
	char dir[] = "/tmp/keyring-test-XXXXXX";
	ARENA a;

	arena_init(&a, 64 << 20);
	if (mkdtemp(dir) == NULL)
		return 1;
	test_keyring(&a, dir);
	test_masks(&a);
	test_ids(&a);
	rmdir(dir);
	return tap_done();
}
