// SPDX-License-Identifier: Apache-2.0
import CLibCurl
import Foundation

extension EasyHandle {
    /// Lets the transfer's request judge each address before anything is sent there, whatever name led to it. A proxy
    /// looks up names by itself, so the address of a proxy is not checked.
    func guardAddresses(of transfer: Transfer) throws(HTTPError) {
        guard transfer.request.avoidsThisMachine, transfer.request.proxy == .none else { return }
        try set(CURLOPT_OPENSOCKETDATA, pointer: Unmanaged.passUnretained(transfer).toOpaque())
        try check(sternpost_easy_set_socket_function(raw, openSocket), CURLOPT_OPENSOCKETFUNCTION)
    }
}

extension IPAddress {
    /// The address of a socket; nil when it is of another family.
    init?(_ target: UnsafePointer<curl_sockaddr>) {
        guard let start = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return nil }
        let raw = UnsafeRawBufferPointer(start: UnsafeRawPointer(target) + start, count: Int(target.pointee.addrlen))
        let place: Range<Int>
        switch target.pointee.family {
        case AF_INET: place = 4..<8
        case AF_INET6: place = 8..<24
        default: return nil
        }
        guard raw.count >= place.upperBound else { return nil }
        self.init(bytes: Array(raw[place]))
    }
}

/// libcurl's callback: its first argument is an unretained ``Transfer`` that the loop keeps alive.
private let openSocket: curl_opensocket_callback = { box, _, target in
    guard let box, let target else { return CURL_SOCKET_BAD }
    guard let address = IPAddress(target), !address.isOfThisMachine else {
        Unmanaged<Transfer>.fromOpaque(box).takeUnretainedValue().refuseAddress()
        return CURL_SOCKET_BAD
    }
    let kind = target.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
    return socket(target.pointee.family, kind, target.pointee.protocol)
}
