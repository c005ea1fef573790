// SPDX-License-Identifier: Apache-2.0
import GitStore

// What `sternpost git-worker` does, without the rest of the program: tests of one module start it as their worker.
GitWorker.runIfAsked(arguments: CommandLine.arguments)
