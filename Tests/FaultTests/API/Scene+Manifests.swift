// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLoop
import YAMLText

/// Manifests and look-ups that several tests of the API's faults share.
extension Scene {
    /// A Deployment without replicas whose Pods have these labels; `ports` is the YAML of the container's port list.
    func deployment(_ name: String, app: String = "web", ports: String = "[]", annotations: String = "") -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: \(name), namespace: \(namespace), annotations: {\(annotations)}}
        spec:
          replicas: 0
          selector: {matchLabels: {app: \(app)}}
          template:
            metadata: {labels: {app: \(app)}}
            spec:
              containers:
              - {name: web, image: "registry.example.com/web:1", ports: \(ports)}

        """
    }

    /// The API group of the test's own kinds.
    var group: String { "\(namespace).example.com" }

    /// A definition of the kind `Widget` in the test's group. `version` holds more lines of the one version, indented by
    /// four; `schema` the properties of its `spec`, in one line.
    func widgetDefinition(schema: String = "{size: {type: integer}}", version: String = "") -> String {
        """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: widgets.\(group)}
        spec:
          group: \(group)
          scope: Namespaced
          names: {kind: Widget, plural: widgets, singular: widget, listKind: WidgetList}
          versions:
          - name: v1
            served: true
            storage: true
        \(version)    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: \(schema)}}}}

        """
    }

    /// The definition as somebody else creates it by hand.
    func widgetDefinitionObject() throws -> KubeObject { try KubeObject(YAMLText.single(widgetDefinition())) }

    /// A Widget; `spec` and `metadata` in one line each.
    func widget(_ name: String, spec: String = "size: 1", annotations: String = "", finalizers: String = "") -> String {
        """
        apiVersion: \(group)/v1
        kind: Widget
        metadata:
          name: \(name)
          namespace: \(namespace)
          annotations: {\(annotations)}
          finalizers: [\(finalizers)]
        spec: {\(spec)}

        """
    }

    /// Where Widgets live.
    var widgets: APIResource { CoreResources.resource("\(group)/v1", "Widget", "widgets") }

    /// Where definitions live.
    var definitions: APIResource {
        CoreResources.resource(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            "customresourcedefinitions",
            isNamespaced: false
        )
    }

    /// An object of the test's namespace as the cluster has it.
    func live(_ resource: APIResource, _ name: String) async throws -> KubeObject? {
        try await client.get(resource, namespace: resource.isNamespaced ? namespace : "", name: name)
    }

    /// Changes an object as somebody else does: by a JSON merge patch under another field manager.
    @discardableResult
    func patch(
        _ resource: APIResource,
        _ name: String,
        _ body: JSON,
        as manager: String = "somebody"
    ) async throws -> KubeObject {
        try await client.patch(
            resource,
            namespace: resource.isNamespaced ? namespace : "",
            name: name,
            type: .merge,
            body: body,
            fieldManager: manager
        ).object
    }

    /// Deletes an object as somebody else does, whatever its incarnation.
    func remove(_ resource: APIResource, _ name: String) async throws {
        guard let uid = try await live(resource, name)?.uid else { return }
        _ = try await client.delete(
            resource,
            namespace: resource.isNamespaced ? namespace : "",
            name: name,
            uid: uid,
            propagation: .background
        )
    }
}

extension PassOutcome {
    /// What became of the object with this name; nil when the pass was not about it.
    func object(_ name: String) -> ObjectOutcome? { objects.first { $0.id.name == name } }

    /// The names of the objects with which this was done, ascending.
    func names(_ action: ObjectOutcome.Action) -> [String] {
        objects.filter { $0.action == action }.map(\.id.name).sorted()
    }
}
