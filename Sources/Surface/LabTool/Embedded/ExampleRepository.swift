// SPDX-License-Identifier: Apache-2.0
// Made by scripts/embed.sh from the files it names: change those, then run make embed.

/// The example project of `examples-repo/`: what `sternpost-lab demo` makes its repository from.
enum ExampleRepository {
    /// Path and text of each file, ascending by path.
    static let files: [(path: String, text: String)] = [
        (
            "README.md",
            #"""
            # posts: an example project that Sternpost deploys

            Two small services, the way people learn Kubernetes. Everything that the cluster should have is in `infra/`, as plain
            YAML:

            | file | what it declares |
            |---|---|
            | `00-namespace.yaml` | the namespace `posts` |
            | `posts-depl.yaml` | the `posts` Deployment: two replicas of `tkirton/posts:0.0.1` |
            | `posts-services.yaml` | its Services, one of each type: ClusterIP, NodePort, LoadBalancer, ExternalName |
            | `posts-config.yaml` | the ConfigMap that it reads |
            | `event-bus-depl.yaml` | a second service with its ClusterIP Service |
            | `ingress.yaml` | the Ingress for ingress-nginx |

            ## 1. By hand

            ```sh
            kubectl apply -f infra/                       # create or change everything
            kubectl -n posts get deployments,pods,services,ingresses
            kubectl -n posts describe deployment posts-depl
            ```

            A new version by hand is three steps: build and push the image, write its tag into `infra/posts-depl.yaml`, and
            `kubectl apply -f infra/posts-depl.yaml`. On the tag `latest` the file does not change, so one types
            `kubectl -n posts rollout restart deployment NAME` instead. A file that is deleted changes nothing in the
            cluster: somebody has to remember `kubectl delete`.

            The Secret `posts-token` is not in git. Create it once; the Deployment refers to it and also starts without it:

            ```sh
            kubectl -n posts create secret generic posts-token --from-literal=token=…
            ```

            ## 2. By push

            Put this folder into a git repository of its own and point Sternpost at it:

            ```sh
            sternpost sync --repo https://git.example.com/acme/posts.git      # one pass, now
            sternpost run --config project.yaml                               # from now on, at every push
            ```

            `project.yaml`:

            ```yaml
            apiVersion: sternpost.dev/v1alpha1
            kind: Project
            metadata: {name: posts, namespace: sternpost}
            spec:
              repo: https://git.example.com/acme/posts.git
              ref: {branch: main}
              path: infra
              interval: 30s
            ```

            Then:

            | you do | Sternpost does |
            |---|---|
            | change `replicas` or an image tag and push | applies just that object and waits until it is healthy |
            | delete a file and push | deletes what the file had declared, and only that |
            | `kubectl scale` by hand | puts back what git says, and notes who changed it |
            | push a broken file | changes nothing, and tells the file, the line and the remedy |

            `sternpost history` tells what happened, `sternpost show ID` one sync in full, `sternpost diff --repo …` what a sync would
            change.

            """#
        ),
        (
            "infra/00-namespace.yaml",
            #"""
            apiVersion: v1
            kind: Namespace
            metadata:
              name: posts
              labels:
                app.kubernetes.io/part-of: posts

            """#
        ),
        (
            "infra/event-bus-depl.yaml",
            #"""
            # A second service, with its Service.
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: event-bus-depl
              namespace: posts
              labels:
                app.kubernetes.io/name: event-bus
                app.kubernetes.io/part-of: posts
            spec:
              replicas: 1
              selector:
                matchLabels:
                  app: event-bus
              template:
                metadata:
                  labels:
                    app: event-bus
                    app.kubernetes.io/name: event-bus
                    app.kubernetes.io/part-of: posts
                spec:
                  containers:
                    - name: event-bus
                      image: tkirton/event-bus:0.0.1
                      imagePullPolicy: Always
                      ports:
                        - name: http
                          containerPort: 4005
                      resources:
                        requests:
                          cpu: 50m
                          memory: 64Mi
                        limits:
                          memory: 128Mi
            ---
            apiVersion: v1
            kind: Service
            metadata:
              name: event-bus
              namespace: posts
            spec:
              type: ClusterIP
              selector:
                app: event-bus
              ports:
                - name: http
                  protocol: TCP
                  port: 4005
                  targetPort: http

            """#
        ),
        (
            "infra/ingress.yaml",
            #"""
            # For ingress-nginx: http://posts.example.com/posts and /events.
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata:
              name: posts-ingress
              namespace: posts
              annotations:
                nginx.ingress.kubernetes.io/use-regex: "true"
            spec:
              ingressClassName: nginx
              rules:
                - host: posts.example.com
                  http:
                    paths:
                      - path: /posts
                        pathType: Prefix
                        backend:
                          service:
                            name: posts-clusterip-srv
                            port:
                              number: 4000
                      - path: /events
                        pathType: Prefix
                        backend:
                          service:
                            name: event-bus
                            port:
                              number: 4005

            """#
        ),
        (
            "infra/posts-config.yaml",
            #"""
            # What the posts service reads at its start. Changing it here and pushing is all a person does.
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: posts-config
              namespace: posts
              labels:
                app.kubernetes.io/name: posts
                app.kubernetes.io/part-of: posts
            data:
              EVENT_BUS_URL: http://event-bus.posts.svc.cluster.local:4005
              LOG_LEVEL: info

            """#
        ),
        (
            "infra/posts-depl.yaml",
            #"""
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: posts-depl
              namespace: posts
              labels:
                app.kubernetes.io/name: posts
                app.kubernetes.io/part-of: posts
            spec:
              replicas: 2
              selector:
                matchLabels:
                  app: posts
              template:
                metadata:
                  labels:
                    app: posts
                    app.kubernetes.io/name: posts
                    app.kubernetes.io/part-of: posts
                spec:
                  containers:
                    - name: posts
                      image: tkirton/posts:0.0.1
                      ports:
                        - name: http
                          containerPort: 4000
                      envFrom:
                        - configMapRef:
                            name: posts-config
                      env:
                        # The Secret is not in git: see README.md. The service also starts without it.
                        - name: API_TOKEN
                          valueFrom:
                            secretKeyRef:
                              name: posts-token
                              key: token
                              optional: true
                      resources:
                        requests:
                          cpu: 50m
                          memory: 64Mi
                        limits:
                          memory: 128Mi
                      readinessProbe:
                        httpGet:
                          path: /posts
                          port: http
                        periodSeconds: 5

            """#
        ),
        (
            "infra/posts-services.yaml",
            #"""
            # The four types of Service, side by side.
            #
            # ClusterIP: an address inside the cluster, for the other services.
            apiVersion: v1
            kind: Service
            metadata:
              name: posts-clusterip-srv
              namespace: posts
            spec:
              type: ClusterIP
              selector:
                app: posts
              ports:
                - name: http
                  protocol: TCP
                  port: 4000
                  targetPort: http
            ---
            # NodePort: a port on every node, for development.
            apiVersion: v1
            kind: Service
            metadata:
              name: posts-nodeport-srv
              namespace: posts
            spec:
              type: NodePort
              selector:
                app: posts
              ports:
                - name: http
                  protocol: TCP
                  port: 4000
                  targetPort: http
                  nodePort: 30400
            ---
            # LoadBalancer: an address that the cloud gives, for the world.
            apiVersion: v1
            kind: Service
            metadata:
              name: posts-loadbalancer-srv
              namespace: posts
            spec:
              type: LoadBalancer
              selector:
                app: posts
              ports:
                - name: http
                  protocol: TCP
                  port: 80
                  targetPort: http
            ---
            # ExternalName: a name inside the cluster for something outside of it.
            apiVersion: v1
            kind: Service
            metadata:
              name: posts-database
              namespace: posts
            spec:
              type: ExternalName
              externalName: database.example.com

            """#
        ),
    ]
}
