// SPDX-License-Identifier: Apache-2.0
import CLibCurl

/// One libcurl easy handle and the lists that must outlive its transfer. Lives on the wire's thread only.
final class EasyHandle {
    let raw: UnsafeMutableRawPointer
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    /// Where libcurl writes the reason of a failure; its address must not change while the handle lives.
    private let errorText: UnsafeMutablePointer<CChar>

    /// Nil when there is no memory.
    init?() {
        guard let raw = curl_easy_init() else { return nil }
        self.raw = raw
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_easy_cleanup(raw)
        freeLists()
        errorText.deallocate()
    }

    /// Forgets all options, so that the handle can serve another request. Call it only outside the multi handle.
    func reset() {
        curl_easy_reset(raw)
        freeLists()
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    private func freeLists() {
        for list in lists { curl_slist_free_all(list) }
        lists = []
    }

    /// What libcurl wrote about the failure; empty when it wrote nothing.
    var failureText: String { String(cString: errorText) }

    func set(_ option: CURLoption, _ value: Int) throws(HTTPError) {
        try check(sternpost_easy_set_long(raw, option, value), option)
    }

    func set(_ option: CURLoption, offset value: Int) throws(HTTPError) {
        try check(sternpost_easy_set_offset(raw, option, curl_off_t(value)), option)
    }

    func set(_ option: CURLoption, _ value: String?) throws(HTTPError) {
        try check(sternpost_easy_set_text(raw, option, value), option)
    }

    func set(_ option: CURLoption, pointer value: UnsafeMutableRawPointer?) throws(HTTPError) {
        try check(sternpost_easy_set_pointer(raw, option, value), option)
    }

    func set(_ option: CURLoption, function value: curl_write_callback) throws(HTTPError) {
        try check(sternpost_easy_set_function(raw, option, value), option)
    }

    func set(_ option: CURLoption, blob bytes: [UInt8]) throws(HTTPError) {
        let code = bytes.withUnsafeBytes { sternpost_easy_set_blob(raw, option, $0.baseAddress, $0.count) }
        try check(code, option)
    }

    /// Hands over bytes that libcurl copies.
    func set(copied bytes: [UInt8]) throws(HTTPError) {
        try set(CURLOPT_POSTFIELDSIZE_LARGE, offset: bytes.count)
        let code = bytes.withUnsafeBytes {
            sternpost_easy_set_pointer(raw, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: $0.baseAddress))
        }
        try check(code, CURLOPT_COPYPOSTFIELDS)
    }

    func set(_ option: CURLoption, list lines: [String]) throws(HTTPError) {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                throw HTTPError(reason: .badRequest, message: "out of memory", mayHaveBeenSent: false)
            }
            list = longer
        }
        guard let list else { return }
        lists.append(list)
        try check(sternpost_easy_set_list(raw, option, list), option)
    }

    /// Makes libcurl write the reasons of failures where `failureText` reads them.
    func keepFailureText() throws(HTTPError) {
        try check(sternpost_easy_set_pointer(raw, CURLOPT_ERRORBUFFER, errorText), CURLOPT_ERRORBUFFER)
    }

    /// A number that libcurl knows of the transfer; 0 when it knows none.
    func long(_ info: CURLINFO) -> Int {
        var value = 0
        return sternpost_easy_get_long(raw, info, &value) == CURLE_OK ? value : 0
    }

    func check(_ code: CURLcode, _ option: CURLoption) throws(HTTPError) {
        guard code != CURLE_OK else { return }
        throw HTTPError(
            reason: .badRequest,
            message: "libcurl refused option \(option.rawValue): \(String(cString: curl_easy_strerror(code)))",
            mayHaveBeenSent: false
        )
    }
}
