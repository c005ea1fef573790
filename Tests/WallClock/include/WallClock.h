// SPDX-License-Identifier: Apache-2.0
// Loaded into a process by LD_PRELOAD: nothing here is called by name.
