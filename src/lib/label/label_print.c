/*
 * label_print - prints sample label sheets for tests/labels/labels.py and people who look at designs.
 * usage: label_print DESIGN COUNT FILE   codes count up; the URL is https://ez.example.cn/t/CODE
 *        label_print certificate-a5|certificate-80x60 0 FILE
 */
#include "base/base.h"
#include "lib/label/label.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum rc
next_code(void *arg, size_t i, char code[21], struct err *e)
{
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint64_t x = (uint64_t)i + 1;

	(void)arg, (void)e;
	for (int k = 0; k < 20; k++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		code[k] = letters[x >> 59];
	}
	code[20] = '\0';
	return RC_OK;
}

static enum rc
certificate(const char *name, int fd, struct err *e)
{
	struct label_certificate k = { .paper = strstr(name, "a5") != NULL ? LABEL_PAPER_A5 : LABEL_PAPER_80X60,
		.statement = S("未使用禁用农药、兽药及其他化合物；使用的常规农药、兽药残留不超标。"),
		.basis = LABEL_SELF_TEST,
		.product = S("潞城大葱"),
		.quantity = S("500 千克"),
		.origin = S("山西省长治市潞城区店上镇"),
		.issuer = S("潞城区东坡蔬菜种植专业合作社"),
		.contact = S("138****0000"),
		.issued_on = S("2026-11-21"),
		.number = S("140406-2026-000123"),
		.qr_url = S("https://ez.example.cn/certificate/140406-2026-000123"),
		.demo = true };

	return label_certificate_write(&k, fd, e);
}

int
main(int argc, char **argv)
{
	struct label_sheet s = { .product = S("潞城大葱（店上镇东坡基地精品）"),
		.producer = S("潞城区东坡蔬菜种植专业合作社"),
		.lot = S("批次 140406-20261121-0001"),
		.county = S("潞城区 e镇"),
		.public_url = S("https://ez.example.cn"),
		.demo = true };
	struct err e = { .lang = LANG_EN };
	enum rc rc = RC_INVALID;
	int fd;

	if (argc != 4) {
		fprintf(stderr, "usage: label_print DESIGN COUNT FILE\n");
		return 2;
	}
	s.count = (size_t)strtoul(argv[2], NULL, 10);
	fd = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (strncmp(argv[1], "certificate", 11) == 0)
		rc = certificate(argv[1], fd, &e);
	else if (label_design_find(str_from_c(argv[1]), &s.design))
		rc = label_sheet_write(&s, next_code, NULL, NULL, fd, &e);
	close(fd);
	if (rc != RC_OK)
		fprintf(stderr, "%s %s\n", e.field, e.text);
	return rc != RC_OK;
}
