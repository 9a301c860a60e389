#include "base/base.h"
#include "core/sandbox_priv.h"
#include "lib/sheet/sheet_write.h"
#include "tap.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- acts that must be refused from inside ---- */

static bool
open_password_file(void)
{
	return open("/etc/passwd", O_RDONLY) >= 0;
}

static bool
create_file(void)
{
	return open("/tmp/ezhen-sandbox-escape", O_WRONLY | O_CREAT, 0600) >= 0;
}

static bool
status_of_file(void)
{
	struct stat st;

	return stat("/etc/passwd", &st) == 0;
}

static bool
status_of_descriptor(void)
{
	struct stat st;

	return fstat(0, &st) == 0;
}

static bool
list_folder(void)
{
	return open("/", O_RDONLY | O_DIRECTORY) >= 0;
}

static bool
remove_file(void)
{
	return unlink("/tmp/ezhen-sandbox-victim") == 0 || errno == ENOENT;
}

static bool
rename_file(void)
{
	return rename("/tmp/ezhen-sandbox-victim", "/tmp/ezhen-sandbox-b") == 0 || errno == ENOENT;
}

static bool
make_folder(void)
{
	return mkdir("/tmp/ezhen-sandbox-dir", 0700) == 0;
}

static bool
tcp_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static bool
unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static bool
udp_socket(void)
{
	return socket(AF_INET6, SOCK_DGRAM, 0) >= 0;
}

static bool
new_process(void)
{
	pid_t p = (pid_t)syscall(SYS_fork);

	if (p == 0)
		_exit(0);
	return p > 0;
}

static bool
run_program(void)
{
	char *argv[] = { NULL };

	execve("/bin/true", argv, argv);
	return false;
}

static bool
kill_parent(void)
{
	return kill(getppid(), 0) == 0 || syscall(SYS_tkill, getppid(), 0) == 0;
}

static bool
trace_parent(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0;
}

static bool
executable_memory(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool
memory_made_executable(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p != MAP_FAILED && mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0;
}

static bool
map_descriptor(void)
{
	return mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 0, 0) != MAP_FAILED;
}

static bool
raise_limits(void)
{
	struct rlimit l = { RLIM_INFINITY, RLIM_INFINITY };

	return setrlimit(RLIMIT_AS, &l) == 0;
}

static bool
change_user(void)
{
	return setuid(0) == 0;
}

static bool
mount_something(void)
{
	return mount("none", "/tmp", "tmpfs", 0, NULL) == 0;
}

static bool
another_namespace(void)
{
	return syscall(SYS_unshare, 0x10000000) == 0;
}

static bool
send_descriptor(void)
{
	struct msghdr m = { 0 };

	return sendmsg(0, &m, 0) >= 0 || errno != EPERM;
}

static bool
sleep_long(void)
{
	struct timespec t = { 0, 1 };

	return clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL) == 0;
}

static bool
device_control(void)
{
	return syscall(SYS_ioctl, 0, 0x5401, 0) == 0 || errno != EPERM;
}

static bool
name_process(void)
{
	return syscall(SYS_prctl, 15, "x", 0, 0, 0) == 0;
}

/* True when the act failed or cost the process its life. */
static bool
is_refused(bool (*act)(void))
{
	pid_t p;
	int status;

	fflush(NULL);
	p = fork();
	if (p == 0) {
		struct rlimit none = { 0, 0 };

		setrlimit(RLIMIT_CORE, &none);
		if (!sandbox_lock(INT64_C(512) << 20, 10))
			_exit(3);
		_exit(act() ? 1 : 2);
	}
	while (waitpid(p, &status, 0) < 0 && errno == EINTR)
		;
	return (WIFEXITED(status) && WEXITSTATUS(status) == 2) || (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

static void
test_forbidden(void)
{
	static const struct {
		const char *name;
		bool (*act)(void);
	} acts[] = { { "open /etc/passwd", open_password_file }, { "create a file", create_file },
		{ "ask for a file's status", status_of_file }, { "ask for a descriptor's status", status_of_descriptor },
		{ "list a folder", list_folder }, { "remove a file", remove_file }, { "rename a file", rename_file },
		{ "make a folder", make_folder }, { "open a TCP socket", tcp_socket }, { "open a Unix socket", unix_socket },
		{ "open a UDP socket", udp_socket }, { "fork", new_process }, { "run a program", run_program },
		{ "signal the parent", kill_parent }, { "trace the parent", trace_parent },
		{ "map executable memory", executable_memory }, { "make memory executable", memory_made_executable },
		{ "map a descriptor", map_descriptor }, { "raise its limits", raise_limits }, { "change its user", change_user },
		{ "mount", mount_something }, { "leave its namespace", another_namespace },
		{ "send a descriptor", send_descriptor }, { "sleep", sleep_long }, { "control a device", device_control },
		{ "change its name", name_process } };

	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		if (SANDBOX_WALLS)
			ok(is_refused(acts[i].act), "a worker may not %s", acts[i].name);
		else
			printf("ok %d - a worker may not %s # SKIP sanitizers run without walls\n", ++tap_count, acts[i].name);
	}
}

/* ---- real work ---- */

struct counted {
	int64_t rows, bytes;
	int64_t stop_at;
	char first[64];
};

static enum rc
count_row(void *arg, const struct sheet_row *row, struct err *e)
{
	struct counted *c = arg;

	if (c->rows++ == 0)
		snprintf(c->first, sizeof(c->first), STR_FMT, STR_ARG(row->cells[0].text));
	for (size_t i = 0; i < row->count; i++)
		c->bytes += (int64_t)row->cells[i].text.n;
	return c->rows == c->stop_at ? fail(e, RC_STATE, NULL, "停", "stop") : RC_OK;
}

static int
memory_file(const void *p, size_t n)
{
	int fd = memfd_create("sandbox_test", MFD_CLOEXEC);

	if (fd < 0 || write(fd, p, n) != (ssize_t)n)
		abort();
	return fd;
}

static enum rc
read_text(struct sandbox *s, struct str text, struct counted *c, struct err *e)
{
	int fd = memory_file(text.p, text.n);
	enum rc rc;

	*e = (struct err){ .lang = LANG_EN };
	rc = sandbox_sheet(s, fd, &sheet_limits_default, count_row, c, e);
	close(fd);
	return rc;
}

static int
make_book(int64_t rows)
{
	struct sheet_out_options options = { .kind = SHEET_KIND_XLSX, .fd = memfd_create("book", MFD_CLOEXEC) };
	struct sheet_out *o;
	struct err e = { 0 };
	ARENA a;

	arena_init(&a, 64 << 20);
	if (sheet_out_open(&o, &a, &options, &e) != RC_OK)
		abort();
	sheet_out_sheet(o, "a");
	for (int64_t i = 0; i < rows; i++) {
		sheet_out_text(o, S("东坡一号地"));
		sheet_out_number(o, i, 3);
		sheet_out_date(o, 20000);
		if (sheet_out_row(o, &e) != RC_OK)
			abort();
	}
	if (sheet_out_finish(o, &e) != RC_OK)
		abort();
	return options.fd;
}

static void
test_sheets(struct sandbox *s)
{
	struct counted c = { 0 };
	struct err e = { .lang = LANG_EN };
	int fd = make_book(20000);

	is_i64(sandbox_sheet(s, fd, &sheet_limits_default, count_row, &c, &e), RC_OK, "a workbook is read: %s", e.text);
	is_i64(c.rows, 20000, "all rows arrive");
	ok(strcmp(c.first, "东坡一号地") == 0, "as they are");
	c = (struct counted){ .stop_at = 100 };
	is_i64(sandbox_sheet(s, fd, &sheet_limits_default, count_row, &c, &e), RC_STATE, "the caller may stop");
	is_i64(c.rows, 100, "at once");
	close(fd);
	c = (struct counted){ 0 };
	is_i64(read_text(s, S("\xC3\xFB\xB3\xC6,b\n1,2\n"), &c, &e), RC_OK, "GB 18030 is read: %s", e.text);
	ok(c.rows == 2 && strcmp(c.first, "名称") == 0, "and converted inside");
	is_i64(read_text(s, S("\xFF\xFE\x61\x00\x0A\x00"), &c, &e), RC_OK, "UTF-16 is read: %s", e.text);
	is_i64(read_text(s, S("\"a\n"), &c, &e), RC_INVALID, "a mistake is reported: %s", e.text);
	is_i64(read_text(s, S("PK\x03\x04rest"), &c, &e), RC_INVALID, "a cut archive is reported: %s", e.text);
	is_i64(read_text(s, S("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), &c, &e), RC_INVALID, "an old workbook is reported");
	ok(e.code != NULL && strcmp(e.code, "sheet-encrypted") == 0, "with its code");
}

struct pictures {
	size_t count, bytes;
};

static enum rc
count_picture(void *arg, size_t index, struct str jpeg, struct err *e)
{
	struct pictures *p = arg;

	(void)index, (void)e;
	p->count++;
	p->bytes += jpeg.n;
	return RC_OK;
}

/* A PNG of one colour: 3 x 2 pixels, made by hand with stored blocks would need CRCs; a real one is in the corpus. */
static int
corpus_file(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/fuzz/corpora/image/%s", getenv("SOURCE_ROOT") != NULL ? getenv("SOURCE_ROOT") : ".", name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static void
test_pictures(struct sandbox *s)
{
	static const char *const names[] = { "a.jpg", "a.png", "a.webp", "b.webp" };
	static const int32_t sides[] = { 0, 1600, 320 };
	struct image_facts facts;
	struct err e = { .lang = LANG_EN };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		int fd = corpus_file(names[i]);
		struct pictures p = { 0 };

		is_i64(sandbox_image(s, fd, &image_limits_default, sides, 3, &facts, count_picture, &p, &e), RC_OK, "%s: %s", names[i], e.text);
		ok(p.count == 3 && p.bytes > 300 && facts.width == 9 && facts.height == 7, "%s becomes three pictures", names[i]);
		close(fd);
	}

	int svg = memory_file("<svg xmlns='http://www.w3.org/2000/svg'/>", 41);
	struct pictures none = { 0 };

	is_i64(sandbox_image(s, svg, &image_limits_default, sides, 3, &facts, count_picture, &none, &e), RC_INVALID, "SVG: %s", e.text);
	ok(e.code != NULL && strcmp(e.code, "image-type") == 0, "with its code");
	close(svg);
}

static void
test_sniffing(struct sandbox *s)
{
	static const struct {
		const char *text, *type;
	} files[] = { { "%PDF-1.4\n%\xE2\xE3", "application/pdf" }, { "<!DOCTYPE html><html><script>", "text/html" },
		{ "<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"></svg>", "image/svg+xml" }, { "a;b\n1;2\n", "text/plain" } };
	struct err e = { .lang = LANG_EN };
	char type[SANDBOX_TYPE_MAX] = "";

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		int fd = memory_file(files[i].text, strlen(files[i].text));

		is_i64(sandbox_sniff(s, fd, type, &e), RC_OK, "a type is told: %s", e.text);
		ok(strcmp(type, files[i].type) == 0, "%s is %s", files[i].type, type);
		close(fd);
	}
}

struct task {
	struct sandbox *s;
	int fd;
	int64_t rows;
	enum rc rc;
};

static void *
read_in_thread(void *arg)
{
	struct task *t = arg;
	struct counted c = { 0 };
	struct err e = { 0 };

	t->rc = sandbox_sheet(t->s, t->fd, &sheet_limits_default, count_row, &c, &e);
	t->rows = c.rows;
	return NULL;
}

static void
test_many_at_once(struct sandbox *s)
{
	enum { N = 8 };
	pthread_t threads[N];
	struct task tasks[N];
	int good = 0, fd = make_book(2000);

	for (int i = 0; i < N; i++) {
		tasks[i] = (struct task){ .s = s, .fd = fd };
		pthread_create(&threads[i], NULL, read_in_thread, &tasks[i]);
	}
	for (int i = 0; i < N; i++) {
		pthread_join(threads[i], NULL);
		good += tasks[i].rc == RC_OK && tasks[i].rows == 2000;
	}
	is_i64(good, N, "eight threads read the same file at once");
	close(fd);
}

struct killing {
	struct sandbox *s;
	int64_t rows;
	bool killed;
};

/* Ends the worker in the middle of its file, as the kernel does at a limit. */
static enum rc
kill_worker(void *arg, const struct sheet_row *row, struct err *e)
{
	struct killing *k = arg;
	char path[64];
	int worker = 0;
	FILE *f;

	(void)row, (void)e;
	if (k->rows++ > 0)
		return RC_OK;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", sandbox_pid(k->s), sandbox_pid(k->s));
	f = fopen(path, "r");
	if (f != NULL && fscanf(f, "%d", &worker) == 1)
		k->killed = kill(worker, SIGKILL) == 0;
	if (f != NULL)
		fclose(f);
	return RC_OK;
}

static void
test_limits(void)
{
	struct sandbox_options small = { .memory_bytes = INT64_C(64) << 20, .cpu_s = 5 };
	static const int32_t sides[] = { 0 };
	struct image_facts facts;
	struct pictures p = { 0 };
	struct sandbox *s;
	struct err e = { .lang = LANG_EN };
	struct counted c = { 0 };
	struct killing k = { 0 };
	int fd = make_book(50000), flood = corpus_file("flood.png");
	pid_t mother;

	ok(sandbox_start(&s, &small, &e) == RC_OK, "a sandbox with little memory starts");
	k.s = s;
	is_i64(sandbox_sheet(s, fd, &sheet_limits_default, kill_worker, &k, &e), RC_LIMIT, "a worker killed at work: %s", e.text);
	ok(k.killed && k.rows < 50000 && e.code != NULL && strcmp(e.code, "sandbox-limit") == 0, "is reported, after %lld rows", LL(k.rows));
	is_i64(sandbox_sheet(s, fd, &sheet_limits_default, count_row, &c, &e), RC_OK, "the next one works again: %s", e.text);
	is_i64(sandbox_image(s, flood, &image_limits_default, sides, 1, &facts, count_picture, &p, &e), RC_LIMIT,
		"a pixel flood of 20,000 x 20,000: %s", e.text);
	mother = sandbox_pid(s);
	kill(mother, SIGKILL);
	waitpid(mother, NULL, 0);
	is_i64(sandbox_sheet(s, fd, &sheet_limits_default, count_row, &c, &e), RC_UNAVAILABLE, "without its mother: %s", e.text);
	sandbox_stop(s);
	close(fd);
	close(flood);
	ok(kill(mother, 0) != 0, "nothing is left running");
}

int
main(void)
{
	struct sandbox *s;
	struct err e = { .lang = LANG_EN };

	test_forbidden();
	if (sandbox_start(&s, NULL, &e) != RC_OK)
		return 1;
	test_sheets(s);
	test_pictures(s);
	test_sniffing(s);
	test_many_at_once(s);
	sandbox_stop(s);
	test_limits();
	return tap_done();
}
