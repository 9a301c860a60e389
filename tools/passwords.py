#!/usr/bin/env python3
"""Makes src/core/common_passwords.txt: passwords that people who know other people try first.

The list is ours: everyday words, pinyin, places, keyboard walks, dates and numbers that are lucky in China,
combined by the few patterns that people use. One lower-case entry a line, sorted, 8 to 20 characters
(shorter ones cannot be chosen anyway). Run again after a change; a test counts the lines.
"""
import itertools
import pathlib

WORDS = """password passwort passw0rd passwd secret letmein welcome admin administrator root user guest test tester
demo login master manager system server default public private office county computer internet network dragon monkey
football baseball basketball superman batman sunshine princess iloveyou loveyou forever freedom whatever trustno
shadow killer hunter soccer summer winter spring autumn flower orange banana apple cherry purple yellow silver
golden diamond angel lucky happy hello world china beijing shanghai shanxi taiyuan changzhi lucheng linfen daning
xinzhou xinfu yunnan nujiang lushui dehong yingjiang kunming guangzhou shenzhen ezhen dianshang nongcun nongmin
xiangcun zhuanqian facai gongxi xingfu kuaile woaini woaiwo woaijia aiwoziji mima yonghu guanli guanliyuan ceshi
gongsi qiye bangong xiangmu shuju pingtai fuwu zhongguo zhonghua laoshi xuesheng pengyou baobei laopo laogong
jintian mingtian kaixin wangwei wangfang lina zhangwei liwei liqiang wanglei zhangmin liujie chenjie yangyang
taobao jingdong weixin wechat alipay zhifubao douyin kuaishou pinduoduo qwerty asdfgh zxcvbn qazwsx qweasd iphone
huawei xiaomi google baidu tencent microsoft windows linux oracle database access security changeme nimda support
service market village station trace farmer grower officer operator auditor inspector""".split()
TAILS = """1 12 123 1234 12345 123456 1234567 12345678 123456789 0 00 000 01 001 007 11 111 22 222 33 333 55 555 66
666 6666 77 777 88 888 8888 99 999 9999 168 188 518 520 521 1314 5201314 2000 2008 2010 2015 2018 2019 2020 2021 2022
2023 2024 2025 2026 2027 2028 ! !! !@# @ @123 @1234 @2024 @2025 @2026 _123 .123 #123 123! 123@ 1! 1@ abc qwe a aa aaa
888888 666666 123123 112233""".split()
ROWS = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "0987654321", "poiuytrewq",
	"lkjhgfdsa", "mnbvcxz", "!@#$%^&*()"]
CHUNKS = "abc qwe asd zxc qaz wsx edc rfv 123 321 1234 4321 12345 123456 654321 111 888 666 520 1314 168 aaa 147 258 369".split()
COLUMNS = ["1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/", "qaz1", "wsx2", "zaq1", "xsw2",
	"cde3", "vfr4", "!qaz", "@wsx", "#edc", "$rfv"]


def entries():
	for w in WORDS:
		yield w
		yield w + w
		for t in TAILS:
			yield w + t
	for w in WORDS:
		for t in ("123", "123456", "888", "1"):
			yield t + w
	for row in ROWS:
		for n in range(8, len(row) + 1):
			for at in range(len(row) - n + 1):
				yield row[at:at + n]
	for a, b in itertools.product(CHUNKS, CHUNKS):
		yield a + b
		yield a + b + a
	for a, b in itertools.product(COLUMNS, COLUMNS):
		yield a + b
	for d in "0123456789abcdefghijklmnopqrstuvwxyz":
		for n in range(8, 13):
			yield d * n
	for a, b in itertools.product("0123456789", repeat=2):
		for n in (4, 5, 6):
			yield (a + b) * n
			yield a * n + b * n
	for y in range(1960, 2027):
		for md in ("0101", "0102", "0214", "0501", "0520", "0601", "0701", "0808", "0909", "1001", "1010", "1111", "1212",
			"1225", "1231"):
			yield f"{y}{md}"
	for a, b in itertools.product(("520", "521", "1314", "168", "188", "518", "888", "666", "999", "198", "199", "200"), repeat=2):
		yield (a + b) * 2
		yield a + b + a + b[:2]


def main():
	out = pathlib.Path(__file__).resolve().parent.parent / "src" / "core" / "common_passwords.txt"
	lines = sorted({e for e in entries() if 8 <= len(e) <= 20})
	out.write_text("\n".join(lines) + "\n", encoding="ascii")
	print(f"{out.name}: {len(lines)} passwords")


main()
