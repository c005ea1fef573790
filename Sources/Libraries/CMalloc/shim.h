// SPDX-License-Identifier: Apache-2.0
#pragma once
// mallopt(3) and malloc_trim(3), which Swift's Glibc module leaves out.
#include <malloc.h>
