#include "base/base.h"
#include "core/sandbox_priv.h"
#include <errno.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { WALL_CLOCK_S = 3600 };

static bool
limit(__rlimit_resource_t what, rlim_t value)
{
	struct rlimit l = { value, value };

	return setrlimit(what, &l) == 0;
}

static bool
set_limits(int64_t memory_bytes, int cpu_s)
{
	bool good = limit(RLIMIT_CPU, (rlim_t)cpu_s) && limit(RLIMIT_CORE, 0);

	/* the last resort against a worker that only sleeps */
	alarm(WALL_CLOCK_S);
	if (!SANDBOX_WALLS)
		return good;
	return good && limit(RLIMIT_AS, (rlim_t)memory_bytes) && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_NOFILE, 0) &&
	       limit(RLIMIT_NPROC, 0);
}

/*
 * Handles every right this kernel knows and grants none: no path can be opened even if seccomp had a hole.
 * A kernel without Landlock leaves this wall out; seccomp alone still refuses the calls.
 */
static bool
lock_paths(void)
{
	static const uint64_t file_rights[] = { 0, 0x1FFF, 0x3FFF, 0x7FFF, 0x7FFF, 0xFFFF };
	struct {
		uint64_t fs, net, scoped;
	} rules = { 0 };
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	size_t size = 8;
	int fd;
	bool good;

	if (abi < 1)
		return errno == ENOSYS || errno == EOPNOTSUPP;
	rules.fs = file_rights[abi < (long)ARRAY_LEN(file_rights) ? abi : (long)ARRAY_LEN(file_rights) - 1];
	if (abi >= 4) {
		rules.net = 3; /* bind and connect TCP */
		size = 16;
	}
	if (abi >= 6) {
		rules.scoped = 3; /* abstract sockets, signals */
		size = 24;
	}
	fd = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
	if (fd < 0)
		return false;
	good = syscall(SYS_landlock_restrict_self, fd, 0) == 0;
	close(fd);
	return good;
}

static bool
allow_memory(scmp_filter_ctx filter)
{
	/* memory, but never executable memory */
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
		       SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS)) == 0 &&
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
		       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
}

static bool
lock_calls(void)
{
	static const int allowed[] = { SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(lseek), SCMP_SYS(close),
		SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(futex), SCMP_SYS(getrandom),
		SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(exit), SCMP_SYS(exit_group),
		SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall) };
	/* nothing a parser might try by mistake: who calls these is an intruder */
	static const int deadly[] = { SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
		SCMP_SYS(process_vm_writev), SCMP_SYS(init_module), SCMP_SYS(bpf), SCMP_SYS(keyctl), SCMP_SYS(unshare),
		SCMP_SYS(mount) };
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	bool good = filter != NULL;

	for (size_t i = 0; i < ARRAY_LEN(allowed) && good; i++)
		good = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) == 0;
	for (size_t i = 0; i < ARRAY_LEN(deadly) && good; i++)
		good = seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, deadly[i], 0) == 0;
	good = good && allow_memory(filter) && seccomp_load(filter) == 0;
	seccomp_release(filter);
	return good;
}

bool
sandbox_lock(int64_t memory_bytes, int cpu_s)
{
	if (prctl(PR_SET_DUMPABLE, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return false;
	if (!SANDBOX_WALLS)
		return set_limits(memory_bytes, cpu_s);
	return lock_paths() && set_limits(memory_bytes, cpu_s) && lock_calls();
}
