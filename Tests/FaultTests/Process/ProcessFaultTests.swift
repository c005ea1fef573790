// SPDX-License-Identifier: Apache-2.0
import Testing

/// Tests with processes of the real binary, one after the other: side by side they would only wait for each other.
@Suite(.serialized) enum ProcessFaultTests {}
