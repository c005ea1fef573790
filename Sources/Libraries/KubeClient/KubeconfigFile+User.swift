// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeObjects
import PlainText

extension KubeconfigFile {
    /// The credentials of the user. A written token or password wins over a plug-in, as in kubectl.
    func credentials(
        _ user: JSON,
        name: String,
        cluster: JSON,
        server: String
    ) throws(KubeError) -> KubeCredentials {
        if let provider = user["auth-provider"], !provider.isNull {
            throw fail("user \(name) uses auth-provider, which Kubernetes removed in 1.26; use an exec plug-in")
        }
        let userName = user["username"]?.string ?? ""
        let hasToken = user["token"]?.string?.isEmpty == false || user["tokenFile"]?.string?.isEmpty == false
        if !userName.isEmpty, hasToken { throw fail("user \(name) has both a username and a token; remove one") }
        if let path = user["tokenFile"]?.string, !path.isEmpty { return .tokenFile(path: absolute(path)) }
        if let token = user["token"]?.string, !token.isEmpty { return .token(token) }
        if !userName.isEmpty { return .basic(user: userName, password: user["password"]?.string ?? "") }
        guard let exec = user["exec"], !exec.isNull else { return .none }
        return .plugin(try plugin(exec, name: name, cluster: cluster, server: server))
    }

    private func plugin(
        _ exec: JSON,
        name: String,
        cluster: JSON,
        server: String
    ) throws(KubeError) -> ExecPlugin {
        let place = "user \(name): exec"
        let command = try requiredText(exec, "command", in: place)
        let apiVersion = try requiredText(exec, "apiVersion", in: place)
        guard ExecPlugin.apiVersions.contains(apiVersion) else {
            throw fail(
                "\(place).apiVersion is \(apiVersion); known are \(ExecPlugin.apiVersions.joined(separator: ", "))"
            )
        }
        let modeText = exec["interactiveMode"]?.string ?? "IfAvailable"
        guard let mode = ExecPlugin.InteractiveMode(rawValue: modeText) else {
            throw fail("\(place).interactiveMode must be Never, IfAvailable or Always")
        }
        var environment: [String: String] = [:]
        for variable in exec["env"]?.array ?? [] {
            guard let key = variable["name"]?.string, !key.isEmpty else { throw fail("\(place).env has no name") }
            environment[key] = variable["value"]?.string ?? ""
        }
        let isRelativePath = command.contains("/") && !command.hasPrefix("/")
        return ExecPlugin(
            command: isRelativePath ? absolute(command) : command,
            arguments: exec["args"]?.array?.compactMap(\.string) ?? [],
            environment: environment,
            apiVersion: apiVersion,
            interactiveMode: mode,
            cluster: exec["provideClusterInfo"]?.bool == true ? try clusterInfo(cluster, server) : nil,
            installHint: exec["installHint"]?.string ?? ""
        )
    }

    /// What a plug-in may know of the cluster: `spec.cluster` of ExecCredential.
    private func clusterInfo(_ cluster: JSON, _ server: String) throws(KubeError) -> JSON {
        var info: JSON = ["server": .string(server)]
        for key in ["tls-server-name", "proxy-url", "insecure-skip-tls-verify", "disable-compression"] {
            if let value = cluster[key], !value.isNull { info[key] = value }
        }
        if case .only(let authorities) = try trust(cluster, name: "of the plug-in") {
            info["certificate-authority-data"] = .string(Base64.text(of: authorities))
        }
        let name = "client.authentication.k8s.io/exec"
        let extensions = cluster["extensions"]?.array ?? []
        if let config = extensions.first(where: { $0["name"]?.string == name })?["extension"] {
            info["config"] = config
        }
        return info
    }

    /// The headers by which the user impersonates another one.
    func impersonation(_ user: JSON, name: String) throws(KubeError) -> [HTTPHeader] {
        let target = user["as"]?.string ?? ""
        let groups = user["as-groups"]?.array?.compactMap(\.string) ?? []
        let uid = user["as-uid"]?.string ?? ""
        let extra = user["as-user-extra"]?.object ?? JSONObject()
        guard !target.isEmpty else {
            // Sent without a user, the rest would be ignored, and we would act with our own rights.
            if groups.isEmpty, uid.isEmpty, extra.isEmpty { return [] }
            throw fail("user \(name) has as-groups, as-uid or as-user-extra but no as; name the user")
        }
        var headers = [HTTPHeader("Impersonate-User", target)]
        if !uid.isEmpty { headers.append(HTTPHeader("Impersonate-Uid", uid)) }
        headers += groups.map { HTTPHeader("Impersonate-Group", $0) }
        for member in extra {
            let key = Redactor.percentEncoded(member.key.lowercased())
            for value in member.value.array?.compactMap(\.string) ?? [] {
                headers.append(HTTPHeader("Impersonate-Extra-\(key)", value))
            }
        }
        return headers
    }
}
