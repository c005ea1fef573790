// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "guarded_stream.h"
#include <git2.h>
#include <git2/sys/alloc.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
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

static inline int sternpost_git_set_windows(size_t window, size_t mapped) {
    int error = git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, window);
    if (error < 0) return error;
    return git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, mapped);
}

// An allocator that refuses single requests above a limit, for the process that reads: what unfolds in memory then ends
// as "out of memory" in libgit2, which is an error, and not as the end of this process.

#define STERNPOST_GIT_ALLOCATION_LIMIT ((size_t)32 << 20)

static inline void *sternpost_git_checked(void *memory) {
    if (!memory) git_error_set_oom();
    return memory;
}

static inline int sternpost_git_fits(size_t count, size_t size) {
    return size == 0 || count <= STERNPOST_GIT_ALLOCATION_LIMIT / size;
}

static void *sternpost_git_malloc(size_t size, const char *file, int line) {
    (void)file, (void)line;
    return sternpost_git_checked(sternpost_git_fits(1, size) ? malloc(size) : NULL);
}

static void *sternpost_git_calloc(size_t count, size_t size, const char *file, int line) {
    (void)file, (void)line;
    return sternpost_git_checked(sternpost_git_fits(count, size) ? calloc(count, size) : NULL);
}

static void *sternpost_git_realloc(void *memory, size_t size, const char *file, int line) {
    (void)file, (void)line;
    return sternpost_git_checked(sternpost_git_fits(1, size) ? realloc(memory, size) : NULL);
}

static void *sternpost_git_reallocarray(void *memory, size_t count, size_t size, const char *file, int line) {
    (void)file, (void)line;
    return sternpost_git_checked(sternpost_git_fits(count, size) ? realloc(memory, count * size) : NULL);
}

static void *sternpost_git_mallocarray(size_t count, size_t size, const char *file, int line) {
    (void)file, (void)line;
    return sternpost_git_checked(sternpost_git_fits(count, size) ? malloc(count * size) : NULL);
}

static char *sternpost_git_substrdup(const char *text, size_t count, const char *file, int line) {
    (void)file, (void)line;
    char *copy = sternpost_git_checked(sternpost_git_fits(count + 1, 1) && count + 1 ? malloc(count + 1) : NULL);
    if (!copy) return NULL;
    memcpy(copy, text, count);
    copy[count] = 0;
    return copy;
}

static char *sternpost_git_strndup(const char *text, size_t count, const char *file, int line) {
    return sternpost_git_substrdup(text, strnlen(text, count), file, line);
}

static char *sternpost_git_strdup(const char *text, const char *file, int line) {
    return sternpost_git_substrdup(text, strlen(text), file, line);
}

static inline int sternpost_git_bound_allocations(void) {
    static git_allocator bounded = {
        sternpost_git_malloc, sternpost_git_calloc, sternpost_git_strdup, sternpost_git_strndup,
        sternpost_git_substrdup, sternpost_git_realloc, sternpost_git_reallocarray, sternpost_git_mallocarray, free,
    };
    return git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &bounded);
}

// The worker process: prctl is variadic too.

/// Leaves no core and lets no one trace this process.
static inline int sternpost_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0UL); }

/// The kernel kills this process when the thread that started it ends; it leaves no core and no one may trace it.
static inline int sternpost_worker_guard(int signal) {
    if (prctl(PR_SET_PDEATHSIG, (unsigned long)signal) != 0) return -1;
    return sternpost_forbid_dumps();
}
