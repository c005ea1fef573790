// SPDX-License-Identifier: Apache-2.0

/// One of many equal applications: Deployment, ServiceAccount, Service and Ingress of the same name.
package struct GeneratedApp: Sendable {
    /// The namespace of all of them.
    package static let namespace = "bench"

    package let index: Int

    package init(index: Int) { self.index = index }

    /// How many applications, with their Namespace, are about so many objects; no more than one commit may have.
    package static func count(objects: Int) -> Int { max(1, min(objects, 9_999) / 4) }

    /// `app-0042`.
    package var name: String {
        let digits = String(index)
        return "app-" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// The file that declares the four objects, as a person would write it.
    package var manifest: String {
        [deployment, serviceAccount, service, ingress].joined(separator: "---\n")
    }

    private var deployment: String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: \(name)
          namespace: bench
          labels: {app: \(name)}
        spec:
          replicas: 0
          selector:
            matchLabels: {app: \(name)}
          template:
            metadata:
              labels: {app: \(name)}
            spec:
              serviceAccountName: \(name)
              containers:
              - name: web
                image: registry.example.com/\(name):1.0
                ports:
                - containerPort: 8080
                env:
                - name: MODE
                  value: production
                resources:
                  requests: {cpu: 50m, memory: 64Mi}
                  limits: {memory: 128Mi}

        """
    }

    private var serviceAccount: String {
        """
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: \(name)
          namespace: bench

        """
    }

    private var service: String {
        """
        apiVersion: v1
        kind: Service
        metadata:
          name: \(name)
          namespace: bench
        spec:
          selector: {app: \(name)}
          ports:
          - port: 80
            targetPort: 8080

        """
    }

    private var ingress: String {
        """
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: \(name)
          namespace: bench
        spec:
          rules:
          - host: \(name).example.com
            http:
              paths:
              - path: /
                pathType: Prefix
                backend:
                  service:
                    name: \(name)
                    port:
                      number: 80

        """
    }
}
