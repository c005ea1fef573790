// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <git2.h>
#include <spawn.h>
#include <sys/prctl.h>

// git_libgit2_opts is variadic, which Swift cannot call: one function per option that we set.

static inline int sternpost_git_clear_search_path(int level) {
    return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
}

static inline int sternpost_git_set_authorities(const char *file) {
    return git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, file, (const char *)NULL);
}

static inline int sternpost_git_set_user_agent(const char *agent) {
    return git_libgit2_opts(GIT_OPT_SET_USER_AGENT, agent);
}

static inline int sternpost_git_set_owner_validation(int enabled) {
    return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, enabled);
}

static inline int sternpost_git_set_fsync(int enabled) {
    return git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, enabled);
}

static inline int sternpost_git_set_strict(int enabled) {
    int error = git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, enabled);
    if (error < 0) return error;
    error = git_libgit2_opts(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION, enabled);
    if (error < 0) return error;
    return git_libgit2_opts(GIT_OPT_ENABLE_STRICT_SYMBOLIC_REF_CREATION, enabled);
}

static inline int sternpost_git_set_pack_limits(size_t objects, size_t object_bytes) {
    int error = git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECTS, objects);
    if (error < 0) return error;
    return git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECT_SIZE, object_bytes);
}

// The worker process: prctl is variadic too, and glibc declares the second function only for _GNU_SOURCE.

extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

/// The kernel kills this process when the thread that started it ends; it leaves no core and no one may trace it.
static inline int sternpost_worker_guard(int signal) {
    if (prctl(PR_SET_PDEATHSIG, (unsigned long)signal) != 0) return -1;
    return prctl(PR_SET_DUMPABLE, 0UL);
}
