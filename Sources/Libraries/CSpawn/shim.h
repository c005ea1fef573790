// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <spawn.h>

// glibc declares it only for _GNU_SOURCE.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
