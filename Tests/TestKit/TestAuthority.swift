// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A certificate authority of a test's own, made with the real `openssl` command.
package struct TestAuthority: Sendable {
    /// A server's certificate and key, as PEM files.
    package struct Identity: Sendable {
        package let certificate: String
        package let key: String
    }

    /// The authority's certificate as a PEM file.
    package let certificate: String
    private let key: String
    private let folder: URL

    /// Makes the authority's files in a folder.
    package init(in folder: URL) throws {
        self.folder = folder
        certificate = folder.appending(path: "ca.crt").path(percentEncoded: false)
        key = folder.appending(path: "ca.key").path(percentEncoded: false)
        try TestAuthority.openssl(
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650"]
                + ["-subj", "/CN=Test Authority", "-keyout", key, "-out", certificate]
        )
    }

    /// Makes a certificate for a host name.
    ///
    /// - Parameters:
    ///   - host: The only name in it.
    ///   - isExpired: Valid only in the year 2001.
    /// - Returns: Where the files are.
    /// - Throws: ``MissingProgram`` with what `openssl` said.
    package func identity(host: String, isExpired: Bool = false) throws -> Identity {
        let name = "\(host)-\(isExpired ? "expired" : "valid")"
        let file = { (suffix: String) in folder.appending(path: name + suffix).path(percentEncoded: false) }
        try TestAuthority.openssl(
            ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(host)"]
                + ["-keyout", file(".key"), "-out", file(".csr")]
        )
        let settings = """
            [ca]
            default_ca=own
            [own]
            new_certs_dir=\(folder.path(percentEncoded: false))
            database=\(file(".index"))
            rand_serial=yes
            default_md=sha256
            policy=any
            x509_extensions=server
            [any]
            commonName=supplied
            [server]
            subjectAltName=DNS:\(host)
            """
        try Data(settings.utf8).write(to: URL(filePath: file(".cnf")))
        try Data().write(to: URL(filePath: file(".index")))
        let end = isExpired ? "20011231000000Z" : "20491231000000Z"
        try TestAuthority.openssl(
            ["ca", "-batch", "-notext", "-config", file(".cnf"), "-cert", certificate, "-keyfile", key]
                + ["-startdate", "20010101000000Z", "-enddate", end, "-in", file(".csr"), "-out", file(".crt")]
        )
        return Identity(certificate: file(".crt"), key: file(".key"))
    }

    private static func openssl(_ arguments: [String]) throws {
        let result = try runProgram("openssl", arguments, package: "openssl")
        guard result.status == 0 else { throw MissingProgram(description: "openssl \(arguments[0]): \(result.errors)") }
    }
}
