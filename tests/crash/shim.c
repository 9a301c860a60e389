/*
 * shim.c - LD_PRELOAD library that writes down, in order, what a program does to
 * the files below CRASH_DIR, so that replay.py can rebuild the disk as a power cut
 * might have left it. Files are known by inode: names come and go.
 *
 * Record, little endian: u8 type, u64 inode, u64 offset, u64 begun, u32 length, bytes.
 *   W write (bytes: data)         T truncate (offset: new size)
 *   S fsync (begun: number of records when it started; it covers those before)
 *   C create or link (bytes: name)   U unlink (name)   R rename (old NUL new)
 *   M mkdir (name)                A acknowledgement: whatever goes to descriptor 1
 * Names are relative to CRASH_DIR. Writes are written down after they happened.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FDS = 4096 };

/* A preloaded library has no one to hand its state to. */
static struct {
	pthread_mutex_t mu;
	char dir[PATH_MAX];
	size_t dir_len;
	int log;
	uint64_t records;
	uint64_t inode[FDS]; /* of open descriptors below dir; 0: not ours */
} shim = { .mu = PTHREAD_MUTEX_INITIALIZER, .log = -1 };

__attribute__((constructor)) static void
start(void)
{
	const char *dir = getenv("CRASH_DIR"), *log = getenv("CRASH_LOG");

	if (dir == NULL || log == NULL || realpath(dir, shim.dir) == NULL)
		return;
	shim.dir_len = strlen(shim.dir);
	shim.log = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static uint64_t
begun(void)
{
	uint64_t n;

	pthread_mutex_lock(&shim.mu);
	n = shim.records;
	pthread_mutex_unlock(&shim.mu);
	return n;
}

static void
note(char type, uint64_t inode, uint64_t offset, uint64_t from, const void *data, size_t n)
{
	char head[29];
	uint32_t len = (uint32_t)n;
	struct iovec v[2] = { { head, sizeof(head) }, { (void *)(uintptr_t)data, n } };
	int saved = errno;

	head[0] = type;
	memcpy(head + 1, &inode, 8);
	memcpy(head + 9, &offset, 8);
	memcpy(head + 17, &from, 8);
	memcpy(head + 25, &len, 4);
	pthread_mutex_lock(&shim.mu);
	shim.records++;
	if (syscall(SYS_writev, shim.log, v, 2) != (long)(sizeof(head) + n))
		abort();
	pthread_mutex_unlock(&shim.mu);
	errno = saved;
}

/* The name below the folder, or NULL when the path leads elsewhere. */
static const char *
ours(int at, const char *path, char out[PATH_MAX])
{
	char dir[PATH_MAX], full[2 * PATH_MAX];
	const char *slash;

	if (shim.log < 0 || path == NULL)
		return NULL;
	if (path[0] == '/' || at == AT_FDCWD) {
		snprintf(full, sizeof(full), "%s", path);
	} else {
		char link[64];
		ssize_t n;

		snprintf(link, sizeof(link), "/proc/self/fd/%d", at);
		n = readlink(link, dir, sizeof(dir) - 1);
		if (n < 0)
			return NULL;
		dir[n] = 0;
		snprintf(full, sizeof(full), "%s/%s", dir, path);
	}
	slash = strrchr(full, '/');
	if (slash == NULL)
		snprintf(dir, sizeof(dir), ".");
	else
		snprintf(dir, sizeof(dir), "%.*s", (int)(slash == full ? 1 : slash - full), full);
	if (realpath(dir, out) == NULL)
		return NULL;

	size_t len = strlen(out);

	snprintf(out + len, PATH_MAX - len, "/%s", slash != NULL ? slash + 1 : full);
	return strncmp(out, shim.dir, shim.dir_len) == 0 && out[shim.dir_len] == '/' ? out + shim.dir_len + 1 : NULL;
}

static uint64_t
inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? (uint64_t)st.st_ino : 0;
}

static int
do_open(int at, const char *path, int flags, mode_t mode)
{
	char full[PATH_MAX];
	const char *name = ours(at, path, full);
	struct stat st;
	bool existed = name == NULL || lstat(full, &st) == 0;
	int fd = (int)syscall(SYS_openat, at, path, flags, mode);

	if (fd < 0 || fd >= FDS)
		return fd;

	/* The folder itself is opened to be synced. */
	bool is_dir = name == NULL && shim.log >= 0 && realpath(path, full) != NULL && strcmp(full, shim.dir) == 0;

	shim.inode[fd] = name != NULL || is_dir ? inode_of(fd) : 0;
	if (!existed)
		note('C', shim.inode[fd], 0, 0, name, strlen(name));
	if (existed && name != NULL && (flags & O_TRUNC))
		note('T', shim.inode[fd], 0, 0, NULL, 0);
	return fd;
}

#define OPEN(fn)                                                               \
	int fn(const char *path, int flags, ...)                               \
	{                                                                      \
		va_list ap;                                                    \
		va_start(ap, flags);                                           \
		mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0; \
		va_end(ap);                                                    \
		return do_open(AT_FDCWD, path, flags, mode);                   \
	}
#define OPENAT(fn)                                                             \
	int fn(int at, const char *path, int flags, ...)                       \
	{                                                                      \
		va_list ap;                                                    \
		va_start(ap, flags);                                           \
		mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0; \
		va_end(ap);                                                    \
		return do_open(at, path, flags, mode);                         \
	}
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

int
close(int fd)
{
	if (fd >= 0 && fd < FDS)
		shim.inode[fd] = 0;
	return (int)syscall(SYS_close, fd);
}

static uint64_t
watched(int fd)
{
	return shim.log >= 0 && fd >= 0 && fd < FDS ? shim.inode[fd] : 0;
}

ssize_t
write(int fd, const void *p, size_t n)
{
	uint64_t inode = watched(fd);
	off_t at = inode != 0 ? lseek(fd, 0, SEEK_CUR) : 0;

	/* Told before it is heard: the acknowledgement may be relied on from here. */
	if (fd == 1 && shim.log >= 0)
		note('A', 0, 0, 0, p, n);

	ssize_t done = syscall(SYS_write, fd, p, n);

	if (inode != 0 && done > 0)
		note('W', inode, (uint64_t)at, 0, p, (size_t)done);
	return done;
}

static ssize_t
do_pwrite(int fd, const void *p, size_t n, off_t at)
{
	uint64_t inode = watched(fd);
	ssize_t done = syscall(SYS_pwrite64, fd, p, n, at);

	if (inode != 0 && done > 0)
		note('W', inode, (uint64_t)at, 0, p, (size_t)done);
	return done;
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	return do_pwrite(fd, p, n, at);
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	return do_pwrite(fd, p, n, at);
}

static int
do_truncate(int fd, off_t size)
{
	uint64_t inode = watched(fd);
	int rc = (int)syscall(SYS_ftruncate, fd, size);

	if (inode != 0 && rc == 0)
		note('T', inode, (uint64_t)size, 0, NULL, 0);
	return rc;
}

int
ftruncate(int fd, off_t size)
{
	return do_truncate(fd, size);
}

int
ftruncate64(int fd, off64_t size)
{
	return do_truncate(fd, size);
}

static int
do_sync(int fd, long number)
{
	uint64_t inode = watched(fd), from = inode != 0 ? begun() : 0;
	int rc = (int)syscall(number, fd);

	if (inode != 0 && rc == 0)
		note('S', inode, 0, from, NULL, 0);
	return rc;
}

int
fsync(int fd)
{
	return do_sync(fd, SYS_fsync);
}

int
fdatasync(int fd)
{
	return do_sync(fd, SYS_fdatasync);
}

static int
do_unlink(int at, const char *path, int flags)
{
	char full[PATH_MAX];
	const char *name = ours(at, path, full);
	int rc = (int)syscall(SYS_unlinkat, at, path, flags);

	if (name != NULL && rc == 0)
		note('U', 0, 0, 0, name, strlen(name));
	return rc;
}

int
unlink(const char *path)
{
	return do_unlink(AT_FDCWD, path, 0);
}

int
unlinkat(int at, const char *path, int flags)
{
	return do_unlink(at, path, flags);
}

static int
do_rename(int at, const char *from, int to_at, const char *to)
{
	char full[PATH_MAX], to_full[PATH_MAX], both[2 * PATH_MAX];
	const char *name = ours(at, from, full), *to_name = ours(to_at, to, to_full);
	int rc = (int)syscall(SYS_renameat, at, from, to_at, to);

	if (name != NULL && to_name != NULL && rc == 0)
		note('R', 0, 0, 0, both, (size_t)snprintf(both, sizeof(both), "%s%c%s", name, 0, to_name));
	return rc;
}

int
rename(const char *from, const char *to)
{
	return do_rename(AT_FDCWD, from, AT_FDCWD, to);
}

int
renameat(int at, const char *from, int to_at, const char *to)
{
	return do_rename(at, from, to_at, to);
}

int
mkdir(const char *path, mode_t mode)
{
	char full[PATH_MAX];
	const char *name = ours(AT_FDCWD, path, full);
	int rc = (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);

	if (name != NULL && rc == 0)
		note('M', 0, 0, 0, name, strlen(name));
	return rc;
}
