// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// Keeps the Endpoints and the EndpointSlice of every Service with a selector.
struct EndpointsReconciler: Reconciler {
    let watched = [ControllerResource.services.groupResource, ControllerResource.pods.groupResource]

    func keys(affectedBy event: StoreEvent, in context: ControllerContext) -> [ObjectKey] {
        guard event.key.resource == ControllerResource.pods.groupResource else { return [event.key] }
        let labels = [event.object, event.previous].compactMap { $0?.labels }
        return context.list(.services, in: event.key.namespace).filter { service in
            let selector = PodSelector(labels: service.spec?["selector"])
            return labels.contains(where: selector.matches)
        }.map { ControllerResource.services.key($0.namespace, $0.name) }
    }

    func reconcile(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) -> Duration? {
        guard let service = context.client.object(key), !service.isBeingDeleted else {
            // The slice goes with its owner; Endpoints have none and go here.
            try context.client.delete(ControllerResource.endpoints.key(key.namespace, key.name))
            return nil
        }
        let selector = PodSelector(labels: service.spec?["selector"])
        guard !(service.spec?["selector"]?.object ?? JSONObject()).isEmpty,
            service.spec?["type"]?.string != "ExternalName"
        else { return nil }
        let pods = context.list(.pods, in: key.namespace).filter { pod in
            selector.matches(pod.labels) && pod.json.string(at: "status", "podIP") != nil
                && !["Succeeded", "Failed"].contains(pod.json.string(at: "status", "phase"))
        }
        try writeEndpoints(of: service, pods, in: context)
        try writeSlice(of: service, pods, in: context)
        return nil
    }

    private func isReady(_ pod: KubeObject, for service: KubeObject) -> Bool {
        service.spec?["publishNotReadyAddresses"]?.bool == true || (pod.isReadyPod && !pod.isBeingDeleted)
    }

    private func reference(_ pod: KubeObject) -> JSON {
        [
            "kind": "Pod", "name": .string(pod.name), "namespace": .string(pod.namespace),
            "uid": .string(pod.uid ?? ""),
        ]
    }

    /// The Service's ports as the pods serve them; a named target port is looked up in the pod's containers.
    private func ports(of service: KubeObject, _ pod: KubeObject?) -> [JSON] {
        (service.spec?["ports"]?.array ?? []).compactMap { port in
            guard let number = targetPort(port, pod) else { return nil }
            var result: JSON = ["port": .int(number), "protocol": port["protocol"] ?? "TCP"]
            result["name"] = .string(port["name"]?.string ?? "")
            result["appProtocol"] = port["appProtocol"]
            return result
        }
    }

    private func targetPort(_ port: JSON, _ pod: KubeObject?) -> Int64? {
        guard let name = port["targetPort"]?.string else { return port["targetPort"]?.int ?? port["port"]?.int }
        let declared = pod?.json.items(at: "spec", "containers").flatMap { $0.items(at: "ports") } ?? []
        return declared.first { $0["name"]?.string == name }?["containerPort"]?.int
    }

    private func writeEndpoints(
        of service: KubeObject,
        _ pods: [KubeObject],
        in context: ControllerContext
    ) throws(StatusError) {
        func addresses(_ ready: Bool) -> [JSON] {
            pods.filter { isReady($0, for: service) == ready && (ready || !$0.isBeingDeleted) }.map { pod in
                [
                    "ip": .string(pod.json.string(at: "status", "podIP") ?? ""),
                    "nodeName": pod.spec?["nodeName"] ?? "", "targetRef": reference(pod),
                ]
            }
        }
        var subset = JSON.object(JSONObject())
        let (ready, unready) = (addresses(true), addresses(false))
        if !ready.isEmpty { subset["addresses"] = .array(ready) }
        if !unready.isEmpty { subset["notReadyAddresses"] = .array(unready) }
        let ports = ports(of: service, pods.first).map { port in
            var result = port
            if port["name"]?.string == "" { result["name"] = nil }
            return result
        }
        if !ports.isEmpty { subset["ports"] = .array(ports) }
        let subsets: JSON? = ready.isEmpty && unready.isEmpty ? nil : [subset]
        let key = ControllerResource.endpoints.key(service.namespace, service.name)
        let labels = service.json["metadata"]?["labels"]
        let written = try context.client.mutate(key) { object in
            object["subsets"] = subsets
            object[["metadata", "labels"]] = EndpointsReconciler.labels(
                labels,
                ["endpoints.kubernetes.io/managed-by": "endpoint-controller"]
            )
        }
        guard written == nil else { return }
        var object: JSON = [
            "apiVersion": "v1", "kind": "Endpoints",
            "metadata": [
                "name": .string(service.name), "namespace": .string(service.namespace),
                "labels": EndpointsReconciler.labels(
                    labels,
                    ["endpoints.kubernetes.io/managed-by": "endpoint-controller"]
                ),
            ],
        ]
        object["subsets"] = subsets
        try context.client.create(object)
    }

    private static func labels(_ labels: JSON?, _ own: [String: String]) -> JSON {
        var result = labels ?? .object(JSONObject())
        for (key, value) in own { result[key] = .string(value) }
        return result
    }

    private func writeSlice(
        of service: KubeObject,
        _ pods: [KubeObject],
        in context: ControllerContext
    ) throws(StatusError) {
        let endpoints: [JSON] = pods.map { pod in
            let isServing = pod.isReadyPod
            return [
                "addresses": [.string(pod.json.string(at: "status", "podIP") ?? "")],
                "conditions": [
                    "ready": .bool(isReady(pod, for: service)), "serving": .bool(isServing),
                    "terminating": .bool(pod.isBeingDeleted),
                ],
                "nodeName": pod.spec?["nodeName"] ?? "", "targetRef": reference(pod),
            ]
        }
        let ports = JSON.array(ports(of: service, pods.first))
        let labels = EndpointsReconciler.labels(
            service.json["metadata"]?["labels"],
            [
                "kubernetes.io/service-name": service.name,
                "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
            ]
        )
        if let slice = context.list(.endpointSlices, controlledBy: service).first {
            try context.client.mutate(ControllerResource.endpointSlices.key(slice.namespace, slice.name)) { object in
                object["endpoints"] = .array(endpoints)
                object["ports"] = ports
                object[["metadata", "labels"]] = labels
            }
            return
        }
        let prefix = "\(service.name)-"
        try context.client.create([
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": [
                "name": .string(prefix + PodTemplate.randomSuffix()), "generateName": .string(prefix),
                "namespace": .string(service.namespace), "labels": labels,
                "ownerReferences": [OwnerReference.controller(service)],
            ],
            "addressType": "IPv4", "endpoints": .array(endpoints), "ports": ports,
        ])
    }
}
