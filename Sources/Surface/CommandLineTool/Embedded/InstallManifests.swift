// SPDX-License-Identifier: Apache-2.0
// Made by scripts/embed.sh from the files it names: change those, then run make embed.

/// The manifests of `infra/`: what `sternpost install` prints.
enum InstallManifests {
    /// Path and text of each file, ascending by path.
    static let files: [(path: String, text: String)] = [
        (
            "00-namespace.yaml",
            #"""
            apiVersion: v1
            kind: Namespace
            metadata:
              name: sternpost
              labels:
                app.kubernetes.io/name: sternpost
                pod-security.kubernetes.io/enforce: restricted

            """#
        ),
        (
            "crd.yaml",
            #"""
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata:
              name: projects.sternpost.dev
              labels:
                app.kubernetes.io/name: sternpost
                applyset.kubernetes.io/is-parent-type: "true"
            spec:
              group: sternpost.dev
              scope: Namespaced
              names:
                kind: Project
                listKind: ProjectList
                plural: projects
                singular: project
                categories: [sternpost]
              versions:
                - name: v1alpha1
                  served: true
                  storage: true
                  subresources:
                    status: {}
                  additionalPrinterColumns:
                    - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
                    - {name: Revision, type: string, jsonPath: .status.revision}
                    - {name: Status, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].message'}
                    - {name: Suspended, type: boolean, priority: 1, jsonPath: .spec.suspend}
                    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
                  schema:
                    openAPIV3Schema:
                      type: object
                      required: [spec]
                      properties:
                        spec:
                          type: object
                          required: [repo]
                          properties:
                            repo:
                              type: string
                              minLength: 1
                              description: Where the repository is, as https, ssh (git@…) or file URL.
                            ref:
                              type: object
                              description: What is followed, one of the four; the branch main by default.
                              maxProperties: 1
                              properties:
                                branch: {type: string}
                                tag: {type: string}
                                commit: {type: string, pattern: '^[0-9a-f]{40}$'}
                                semver: {type: string, description: 'A range over the tags, such as ">=1.2 <2".'}
                            requireFastForward:
                              type: boolean
                              default: false
                              description: Whether a branch that was rewritten or set back halts the project.
                            path:
                              type: string
                              default: infra
                              description: The folder whose manifests are synced.
                            interval: {type: string, default: 30s}
                            credentials:
                              type: object
                              properties:
                                secretName:
                                  type: string
                                  description: A Secret with username and password, token, or identity and known_hosts.
                            targetNamespace:
                              type: string
                              description: The namespace of objects that name none.
                            prune:
                              type: object
                              properties:
                                enabled: {type: boolean, default: true}
                                maxObjects: {type: integer, minimum: 0, default: 5}
                                maxPercent: {type: integer, minimum: 0, maximum: 100, default: 30}
                            drift:
                              type: string
                              enum: [heal, report]
                              default: heal
                            health:
                              type: object
                              properties:
                                timeout: {type: string, default: 5m}
                            images:
                              type: object
                              properties:
                                rollLatest: {type: boolean, default: true}
                                tags:
                                  type: array
                                  maxItems: 100
                                  description: Tags that move, or patterns such as edge-*; latest by default.
                                  items: {type: string}
                                interval: {type: string, default: 1m}
                                undo: {type: boolean, default: true}
                                maxConcurrent: {type: integer, minimum: 1, maximum: 100, default: 3}
                                windows:
                                  type: array
                                  maxItems: 100
                                  description: When rollouts may begin, such as "Mon-Fri 09:00-17:00 Europe/Berlin"; always by default.
                                  items: {type: string}
                                registries:
                                  type: array
                                  maxItems: 100
                                  items:
                                    type: object
                                    required: [host]
                                    properties:
                                      host: {type: string, minLength: 1}
                                      mirrors:
                                        type: array
                                        maxItems: 100
                                        items: {type: string}
                                      ca: {type: string, description: Certificates of its authorities in PEM form.}
                                      insecure: {type: boolean, default: false}
                            suspend: {type: boolean, default: false}
                        status:
                          type: object
                          properties:
                            observedGeneration: {type: integer, format: int64}
                            revision: {type: string}
                            lastHandledReconcileAt: {type: string}
                            conditions:
                              type: array
                              x-kubernetes-list-type: map
                              x-kubernetes-list-map-keys: [type]
                              items:
                                type: object
                                required: [type, status, reason, message, lastTransitionTime]
                                properties:
                                  type: {type: string}
                                  status: {type: string, enum: ["True", "False", "Unknown"]}
                                  reason: {type: string}
                                  message: {type: string}
                                  lastTransitionTime: {type: string, format: date-time}
                                  observedGeneration: {type: integer, format: int64}

            """#
        ),
        (
            "deployment.yaml",
            #"""
            # The history and the mirrors of the repositories. One writer: the volume is ReadWriteOnce and the update is Recreate.
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata:
              name: sternpost-data
              namespace: sternpost
            spec:
              accessModes: [ReadWriteOnce]
              resources:
                requests:
                  storage: 2Gi
            ---
            # The projects: one file each. Replace the example by your own.
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: sternpost-projects
              namespace: sternpost
            data:
              posts.yaml: |
                apiVersion: sternpost.dev/v1alpha1
                kind: Project
                metadata: {name: posts, namespace: sternpost}
                spec:
                  repo: https://git.example.com/acme/posts.git
                  ref: {branch: main}
                  path: infra
                  interval: 30s
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: sternpost
              namespace: sternpost
              labels:
                app.kubernetes.io/name: sternpost
            spec:
              replicas: 1
              strategy:
                type: Recreate
              selector:
                matchLabels:
                  app.kubernetes.io/name: sternpost
              template:
                metadata:
                  labels:
                    app.kubernetes.io/name: sternpost
                spec:
                  serviceAccountName: sternpost
                  terminationGracePeriodSeconds: 30
                  securityContext:
                    runAsNonRoot: true
                    runAsUser: 65532
                    runAsGroup: 65532
                    fsGroup: 65532
                    seccompProfile:
                      type: RuntimeDefault
                  containers:
                    - name: sternpost
                      image: sternpost:0.1.0
                      # What no project may declare. One that manages Sternpost itself is named by --own-project.
                      args:
                        - run
                        - --config=/etc/sternpost/projects
                        - --data-dir=/data
                        - --listen=0.0.0.0:8080
                        - --forbid-namespaces=kube-system,kube-public,kube-node-lease
                        - --forbid-kinds=ClusterRole.rbac.authorization.k8s.io,ClusterRoleBinding.rbac.authorization.k8s.io,MutatingWebhookConfiguration.admissionregistration.k8s.io,ValidatingWebhookConfiguration.admissionregistration.k8s.io,APIService.apiregistration.k8s.io
                      ports:
                        - name: http
                          containerPort: 8080
                      readinessProbe:
                        httpGet: {path: /readyz, port: http}
                        periodSeconds: 10
                      livenessProbe:
                        httpGet: {path: /healthz, port: http}
                        periodSeconds: 20
                        failureThreshold: 3
                      resources:
                        requests: {cpu: 50m, memory: 64Mi}
                        limits: {memory: 256Mi}
                      securityContext:
                        allowPrivilegeEscalation: false
                        readOnlyRootFilesystem: true
                        capabilities:
                          drop: [ALL]
                      volumeMounts:
                        - {name: data, mountPath: /data}
                        - {name: projects, mountPath: /etc/sternpost/projects, readOnly: true}
                        - {name: tmp, mountPath: /tmp}
                  volumes:
                    - name: data
                      persistentVolumeClaim:
                        claimName: sternpost-data
                    - name: projects
                      configMap:
                        name: sternpost-projects
                    - name: tmp
                      emptyDir:
                        sizeLimit: 64Mi

            """#
        ),
        (
            "network.yaml",
            #"""
            # In: nothing. The kubelet's probes come from the node, whose traffic no policy stops, and `kubectl port-forward` comes out
            # on the Pod's own loopback. Out: names, git over https and ssh, and the API server.
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata:
              name: sternpost
              namespace: sternpost
            spec:
              podSelector:
                matchLabels:
                  app.kubernetes.io/name: sternpost
              policyTypes: [Ingress, Egress]
              ingress: []
              egress:
                - ports:
                    - {protocol: UDP, port: 53}
                    - {protocol: TCP, port: 53}
                - ports:
                    - {protocol: TCP, port: 443}
                    - {protocol: TCP, port: 6443}
                    - {protocol: TCP, port: 22}

            """#
        ),
        (
            "rbac.yaml",
            #"""
            # What Sternpost may do. No wildcard in verbs. Add a rule for each further kind that your repositories declare: a kind
            # that is missing here is refused by the API server, and the sync says so by name.
            apiVersion: v1
            kind: ServiceAccount
            metadata:
              name: sternpost
              namespace: sternpost
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata:
              name: sternpost
            rules:
              # Its own: inventories, projects, the leader's lease, events.
              - apiGroups: [sternpost.dev]
                resources: [projects]
                verbs: [get, list, watch, patch, update]
              - apiGroups: [sternpost.dev]
                resources: [projects/status]
                verbs: [get, patch, update]
              - apiGroups: [coordination.k8s.io]
                resources: [leases]
                verbs: [get, create, update]
              - apiGroups: [events.k8s.io]
                resources: [events]
                verbs: [create, patch]
              # What projects declare.
              - apiGroups: [""]
                resources:
                  - configmaps
                  - limitranges
                  - namespaces
                  - persistentvolumeclaims
                  - resourcequotas
                  - secrets
                  - serviceaccounts
                  - services
                verbs: [get, list, watch, create, patch, update, delete]
              - apiGroups: [apps]
                resources: [daemonsets, deployments, statefulsets]
                verbs: [get, list, watch, create, patch, update, delete]
              - apiGroups: [batch]
                resources: [cronjobs, jobs]
                verbs: [get, list, watch, create, patch, update, delete]
              - apiGroups: [networking.k8s.io]
                resources: [ingresses, networkpolicies]
                verbs: [get, list, watch, create, patch, update, delete]
              - apiGroups: [autoscaling]
                resources: [horizontalpodautoscalers]
                verbs: [get, list, watch, create, patch, update, delete]
              - apiGroups: [policy]
                resources: [poddisruptionbudgets]
                verbs: [get, list, watch, create, patch, update, delete]
              # To tell why something is not healthy, and what images run.
              - apiGroups: [""]
                resources: [pods, events]
                verbs: [get, list, watch]
              - apiGroups: [storage.k8s.io]
                resources: [storageclasses]
                verbs: [get]
              # To tell before an object without namespace is deleted whether it owns a definition.
              - apiGroups: [apiextensions.k8s.io]
                resources: [customresourcedefinitions]
                verbs: [get, list]
              # The pods of a StatefulSet that an undone image rollout has left: its controller does not replace them.
              - apiGroups: [""]
                resources: [pods]
                verbs: [delete]
              - apiGroups: [apps]
                resources: [replicasets]
                verbs: [get, list, watch]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata:
              name: sternpost
            roleRef:
              apiGroup: rbac.authorization.k8s.io
              kind: ClusterRole
              name: sternpost
            subjects:
              - kind: ServiceAccount
                name: sternpost
                namespace: sternpost

            """#
        ),
    ]
}
