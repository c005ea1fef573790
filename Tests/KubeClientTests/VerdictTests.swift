// SPDX-License-Identifier: Apache-2.0
import KubeClient
import Testing

/// Which errors say no to what was asked for, and which say nothing about it.
struct VerdictTests {
    @Test(
        arguments: [
            (.invalid, 422, true), (.invalid, 500, true), (.tooLarge, 500, true), (.admissionDenied, 500, true),
            (.forbidden, 403, true), (.quotaExceeded, 403, true), (.badRequest, 400, true), (.unauthorized, 401, false),
            (.tooManyRequests, 429, false), (.serverError, 500, false), (.conflict, 409, false), (.timeout, nil, false),
            (.tls, nil, false), (.cancelled, nil, false),
        ] as [(KubeError.Reason, Int?, Bool)]
    )
    func `what the server refuses is a verdict, whatever the status, and what it did not answer is none`(
        _ reason: KubeError.Reason,
        _ status: Int?,
        _ isVerdict: Bool
    ) {
        #expect(KubeError(reason: reason, statusCode: status, message: "").isVerdict == isVerdict)
    }
}
