#include "base/base.h"
#include "core/file.h"
#include "core/store.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHA_BYTES = 32 };

struct store {
	int dir, temp_dir; /* data_dir/files, data_dir/files/tmp */
	pthread_mutex_t lock;
	uint64_t sequence;
};

static enum rc
disk_error(struct err *e, const char *zh, const char *en)
{
	if (errno == ENOSPC || errno == EDQUOT)
		return fail_code(e, RC_UNAVAILABLE, "disk-full", NULL, "磁盘空间不足", "the disk is full");
	return fail(e, RC_UNAVAILABLE, NULL, "%s（%s）", "%s (%s)", e->lang == LANG_EN ? en : zh, strerror(errno));
}

static void
store_close(void *arg)
{
	struct store *s = arg;

	close(s->dir);
	close(s->temp_dir);
	pthread_mutex_destroy(&s->lock);
}

static int
open_dir(int at, const char *name)
{
	if (mkdirat(at, name, 0700) != 0 && errno != EEXIST)
		return -1;
	return openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

enum rc
store_open(struct store **out, struct arena *mem, const char *data_dir, struct err *e)
{
	struct store *s = NEW(mem, struct store);
	int data = open(data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (data < 0)
		return disk_error(e, "数据目录打不开", "the data folder cannot be opened");
	s->dir = open_dir(data, "files");
	s->temp_dir = s->dir >= 0 ? open_dir(s->dir, "tmp") : -1;
	if (s->temp_dir < 0) {
		enum rc rc = disk_error(e, "文件目录打不开", "the folder of files cannot be opened");

		close(data);
		if (s->dir >= 0)
			close(s->dir);
		return rc;
	}
	fsync(data);
	close(data);
	pthread_mutex_init(&s->lock, NULL);
	arena_on_done(mem, store_close, s);
	*out = s;
	return RC_OK;
}

enum rc
store_begin(struct store *s, struct store_item *it, struct err *e)
{
	uint64_t n = __atomic_add_fetch(&s->sequence, 1, __ATOMIC_RELAXED);

	*it = (struct store_item){ .s = s, .fd = -1 };
	snprintf(it->temp, sizeof(it->temp), "%d-%llu", (int)getpid(), (unsigned long long)n);
	it->fd = openat(s->temp_dir, it->temp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (it->fd < 0) {
		it->s = NULL;
		return disk_error(e, "无法写入文件", "the file cannot be written");
	}
	it->digest = EVP_MD_CTX_new();
	ASSERT(it->digest != NULL && EVP_DigestInit_ex(it->digest, EVP_sha256(), NULL) == 1);
	return RC_OK;
}

enum rc
store_write(struct store_item *it, struct str data, struct err *e)
{
	EVP_DigestUpdate(it->digest, data.p, data.n);
	it->bytes += (int64_t)data.n;
	while (data.n > 0) {
		ssize_t done = write(it->fd, data.p, data.n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return disk_error(e, "无法写入文件", "the file cannot be written");
		data = str_sub(data, (size_t)done, data.n);
	}
	return RC_OK;
}

static void
split(const char *sha256, char folder[3], const char **name)
{
	memcpy(folder, sha256, 2);
	folder[2] = '\0';
	*name = sha256 + 2;
}

static enum rc
move_in(struct store_item *it, struct err *e)
{
	struct store *s = it->s;
	char folder[3];
	const char *name;
	int dir, moved, synced;

	split(it->sha256, folder, &name);
	dir = open_dir(s->dir, folder);
	if (dir < 0)
		return disk_error(e, "无法写入文件", "the file cannot be written");
	/* renamed even when it is there already: the new time keeps a sweep away until the row is committed */
	pthread_mutex_lock(&s->lock);
	moved = renameat(s->temp_dir, it->temp, dir, name);
	pthread_mutex_unlock(&s->lock);
	synced = moved == 0 ? fsync(dir) : -1;
	close(dir);
	if (moved == 0)
		it->temp[0] = '\0';
	if (synced != 0 || fsync(s->dir) != 0)
		return disk_error(e, "无法写入文件", "the file cannot be written");
	return RC_OK;
}

enum rc
store_keep(struct store_item *it, struct err *e)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char sha[SHA_BYTES];

	EVP_DigestFinal_ex(it->digest, sha, NULL);
	for (int i = 0; i < SHA_BYTES; i++) {
		it->sha256[2 * i] = hex[sha[i] >> 4];
		it->sha256[2 * i + 1] = hex[sha[i] & 15];
	}
	it->sha256[SHA_HEX] = '\0';
	if (fsync(it->fd) != 0)
		return disk_error(e, "无法写入文件", "the file cannot be written");
	return move_in(it, e);
}

void
store_drop(struct store_item *it)
{
	if (it->s == NULL)
		return;
	if (it->temp[0] != '\0')
		unlinkat(it->s->temp_dir, it->temp, 0);
	close(it->fd);
	EVP_MD_CTX_free(it->digest);
	it->s = NULL;
}

static bool
is_hash(struct str sha256)
{
	for (size_t i = 0; i < sha256.n; i++)
		if (strchr("0123456789abcdef", sha256.p[i]) == NULL || sha256.p[i] == '\0')
			return false;
	return sha256.n == SHA_HEX;
}

static int
folder_of(struct store *s, struct str sha256, char hash[SHA_HEX + 1], const char **name)
{
	char folder[3];

	if (!is_hash(sha256)) {
		errno = EINVAL;
		return -1;
	}
	memcpy(hash, sha256.p, SHA_HEX);
	hash[SHA_HEX] = '\0';
	split(hash, folder, name);
	return openat(s->dir, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

enum rc
store_read(struct store *s, struct str sha256, int *fd, int64_t *bytes, struct err *e)
{
	char hash[SHA_HEX + 1];
	const char *name = NULL;
	struct stat st;
	int dir = folder_of(s, sha256, hash, &name);

	*fd = dir >= 0 ? openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	if (dir >= 0)
		close(dir);
	if (*fd < 0 || fstat(*fd, &st) != 0) {
		if (*fd >= 0)
			close(*fd);
		*fd = -1;
		return fail_code(e, RC_UNAVAILABLE, "content-missing", NULL, "文件内容缺失", "the content of the file is missing");
	}
	*bytes = st.st_size;
	return RC_OK;
}

static bool
is_older(int dir, const char *name, int64_t before_ms)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000 < before_ms;
}

void
store_remove(struct store *s, struct str sha256, int64_t before_ms)
{
	char hash[SHA_HEX + 1];
	const char *name = NULL;
	int dir = folder_of(s, sha256, hash, &name);

	if (dir < 0)
		return;
	pthread_mutex_lock(&s->lock);
	if (is_older(dir, name, before_ms))
		unlinkat(dir, name, 0);
	pthread_mutex_unlock(&s->lock);
	close(dir);
}

void
store_tidy(struct store *s, int64_t before_ms)
{
	int copy = openat(s->dir, "tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy >= 0 ? fdopendir(copy) : NULL;
	struct dirent *entry;

	if (d == NULL)
		return;
	while ((entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.' && is_older(s->temp_dir, entry->d_name, before_ms))
			unlinkat(s->temp_dir, entry->d_name, 0);
	closedir(d);
}
