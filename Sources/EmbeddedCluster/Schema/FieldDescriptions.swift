// SPDX-License-Identifier: Apache-2.0

/// One sentence for the fields that people look up most, as `kubectl explain` prints them.
enum FieldDescriptions {
    /// The text of a field of a type, such as (`core/v1.Container`, `image`); empty when there is none.
    static func text(type: String, field: String) -> String { texts["\(type).\(field)"] ?? common[field] ?? "" }

    private static let common: [String: String] = [
        "apiVersion": "The group and version of the object's schema.",
        "kind": "The kind of the object.",
        "metadata": "Name, namespace, labels, annotations and what the server keeps about the object.",
        "spec": "The desired state.",
        "status": "The observed state, written by controllers.",
    ]

    private static let texts: [String: String] = [
        "meta/v1.ObjectMeta.name": "The object's name, unique in its namespace; cannot be changed.",
        "meta/v1.ObjectMeta.namespace": "The namespace the object lives in; cannot be changed.",
        "meta/v1.ObjectMeta.labels": "Keys and values that selectors match.",
        "meta/v1.ObjectMeta.annotations": "Keys and values that no selector matches.",
        "meta/v1.ObjectMeta.finalizers": "Names that must all be removed before a deleted object is gone.",
        "meta/v1.ObjectMeta.ownerReferences": "Objects this one depends on; it is removed with the last of them.",
        "apps/v1.DeploymentSpec.replicas": "Number of desired pods; 1 unless given.",
        "apps/v1.DeploymentSpec.selector": "Selects the pods of this deployment; must match the template's labels.",
        "apps/v1.DeploymentSpec.template": "The pods that are created.",
        "apps/v1.DeploymentSpec.strategy": "How pods are replaced by new ones.",
        "apps/v1.DeploymentSpec.paused": "Whether rollouts are stopped.",
        "apps/v1.DeploymentSpec.progressDeadlineSeconds": "Seconds after which a rollout has failed; 600 by default.",
        "core/v1.PodSpec.containers": "The containers of the pod; at least one.",
        "core/v1.PodSpec.initContainers": "Containers that run one after the other before the others start.",
        "core/v1.PodSpec.volumes": "Volumes that containers may mount.",
        "core/v1.PodSpec.restartPolicy": "When containers are started again: Always, OnFailure or Never.",
        "core/v1.PodSpec.serviceAccountName": "The service account the pod runs as.",
        "core/v1.Container.name": "The container's name, unique in the pod.",
        "core/v1.Container.image": "The image to run.",
        "core/v1.Container.command": "Replaces the image's entry point.",
        "core/v1.Container.args": "Arguments of the entry point.",
        "core/v1.Container.env": "Environment variables.",
        "core/v1.Container.ports": "Ports the container listens on.",
        "core/v1.Container.resources": "Resources the container asks for and may use at most.",
        "core/v1.Container.imagePullPolicy": "When the image is pulled: Always, IfNotPresent or Never.",
        "core/v1.Container.livenessProbe": "A failing probe restarts the container.",
        "core/v1.Container.readinessProbe": "A failing probe takes the pod out of its services.",
        "core/v1.ServiceSpec.type": "ClusterIP, NodePort, LoadBalancer or ExternalName.",
        "core/v1.ServiceSpec.ports": "The ports the service listens on.",
        "core/v1.ServiceSpec.selector": "Labels of the pods that traffic goes to.",
        "core/v1.ServiceSpec.clusterIP": "The service's address; None for a headless service.",
    ]
}
