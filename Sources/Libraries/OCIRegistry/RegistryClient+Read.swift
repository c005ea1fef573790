// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import Waiting

extension RegistryClient {
    /// Reads what a tag (or a pinned digest) points to. Callers who ask the same at the same time share one answer.
    ///
    /// - Parameters:
    ///   - image: Its digest, when it has one, is what is read.
    ///   - keyring: The credentials; anonymous reading is tried last.
    ///   - known: The last reading. While the tag has not moved it is returned again, for the price of one HEAD.
    /// - Returns: A reading whose digests were computed from the bytes, never only told.
    /// - Throws: ``RegistryError`` of the registry itself; a mirror's failure only leads to the next.
    package func read(
        _ image: ImageReference,
        keyring: RegistryKeyring,
        known: TagReading? = nil
    ) async throws(RegistryError) -> TagReading {
        let known = known?.image == image ? known : nil
        let key = ReadKey(image: image, known: known, credentials: credentials(image, keyring))
        return try await reads.value(for: key) { () async throws(RegistryError) in
            try await self.ask(image, keyring) { session throws(RegistryError) in
                try await session.read(as: image, known: known)
            }
        }
    }

    /// Whether the digest of a pinned image is still there. A mirror's no is not taken for an answer.
    ///
    /// - Parameters:
    ///   - image: With a digest; one without is looked for by its tag.
    ///   - keyring: The credentials; anonymous reading is tried last.
    /// - Returns: False when the registry says that there is no such digest or repository.
    /// - Throws: ``RegistryError`` when that cannot be known.
    package func exists(_ image: ImageReference, keyring: RegistryKeyring) async throws(RegistryError) -> Bool {
        do throws(RegistryError) {
            try await ask(image, keyring) { session throws(RegistryError) in try await session.look() }
            return true
        } catch  where error.reason == .tagMissing || error.reason == .repositoryMissing {
            return false
        }
    }

    /// The configurations of all platforms, which some runtimes report as image ID: one GET for each platform of an
    /// index.
    ///
    /// - Throws: ``RegistryError``; `tooLarge` for an index with more than 64 platforms.
    package func configDigests(
        of reading: TagReading,
        keyring: RegistryKeyring
    ) async throws(RegistryError) -> Set<ImageDigest> {
        guard reading.isIndex else { return reading.configDigests }
        guard reading.platformDigests.count <= 64 else {
            let message = "\(reading.image) has \(reading.platformDigests.count) platforms, more than 64"
            throw RegistryError(reason: .tooLarge, message: message)
        }
        return try await ask(reading.image, keyring) { session throws(RegistryError) in
            var found: Set<ImageDigest> = []
            for digest in reading.platformDigests.sorted() {
                let manifest = try await session.manifest(digest.description, pinnedTo: digest).manifest
                if let config = manifest.configDigest { found.insert(config) }
            }
            return found
        }
    }

    /// All credentials that a reading may use, of mirrors too.
    private func credentials(_ image: ImageReference, _ keyring: RegistryKeyring) -> [RegistryCredential] {
        settings.endpoints(for: image.registry).flatMap { keyring.credentials(for: image.at(registry: $0)) }
    }

    /// Asks the mirrors and then the registry, until one has an answer.
    private func ask<Answer: Sendable>(
        _ image: ImageReference,
        _ keyring: RegistryKeyring,
        _ body: @Sendable (RegistrySession) async throws(RegistryError) -> Answer
    ) async throws(RegistryError) -> Answer {
        for mirror in settings.endpoints(for: image.registry).dropLast() {
            do throws(RegistryError) {
                return try await visit(image.at(registry: mirror), keyring, body)
            } catch  where error.reason != .cancelled {
                continue
            }
        }
        return try await visit(image, keyring, body)
    }

    /// One call to one registry: waits for its turn, tries the credentials, tells the gate how it ended.
    private func visit<Answer: Sendable>(
        _ image: ImageReference,
        _ keyring: RegistryKeyring,
        _ body: (RegistrySession) async throws(RegistryError) -> Answer
    ) async throws(RegistryError) -> Answer {
        let pass = try await gate.enter(RegistrySettings.apiHost(of: image.registry))
        do throws(RegistryError) {
            let answer = try await tryCredentials(image, keyring, body)
            gate.leave(pass, .good)
            return answer
        } catch {
            if error.isOfConnection { forgetScheme(of: image.registry) }
            gate.leave(pass, error.ending)
            throw error
        }
    }

    private func tryCredentials<Answer: Sendable>(
        _ image: ImageReference,
        _ keyring: RegistryKeyring,
        _ body: (RegistrySession) async throws(RegistryError) -> Answer
    ) async throws(RegistryError) -> Answer {
        let deadline = ContinuousClock.now.advanced(by: settings.callDeadline)
        var first: RegistryError?
        for credential in candidates(image, keyring) {
            let session = RegistrySession(client: self, image: image, credential: credential, deadline: deadline)
            do throws(RegistryError) {
                let answer = try await body(session)
                prefer(credential, for: image)
                return answer
            } catch  where error.isCredentialMatter {
                first = first ?? error
            }
        }
        throw first ?? RegistryError(reason: .denied, message: "\(image): no credential is left to try")
    }
}

extension RegistryError {
    /// What the registry's pace makes of it.
    var ending: RegistryPace.Ending {
        switch reason {
        case .rateLimited, .serverError, .unreachable, .timeout, .tls: .failed(retryAfter: retryAfter)
        case .cancelled, .backingOff, .busy, .configuration: .unknown
        default: .good
        }
    }

    var isOfConnection: Bool { reason == .unreachable || reason == .tls || reason == .timeout }
}
