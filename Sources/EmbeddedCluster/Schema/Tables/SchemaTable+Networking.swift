// SPDX-License-Identifier: Apache-2.0

extension SchemaTable {
    /// `networking.k8s.io/v1`.
    static let networking = SchemaTable(
        package: "networking/v1",
        group: "networking.k8s.io",
        text: """
            kind Ingress+status: spec IngressSpec!, status IngressStatus!
            IngressSpec: ingressClassName string?, defaultBackend IngressBackend, tls []IngressTLS, rules []IngressRule
            IngressTLS: hosts []string, secretName string
            IngressRule: host string, http HTTPIngressRuleValue
            HTTPIngressRuleValue: paths []HTTPIngressPath!
            HTTPIngressPath: path string, pathType string?, backend IngressBackend!
            IngressBackend: service IngressServiceBackend, resource TypedLocalObjectReference
            IngressServiceBackend: name string!, port ServiceBackendPort!
            ServiceBackendPort=atomic: name string, number int32
            IngressStatus: loadBalancer IngressLoadBalancerStatus!
            IngressLoadBalancerStatus: ingress []IngressLoadBalancerIngress
            IngressLoadBalancerIngress: ip string, hostname string, ports []IngressPortStatus
            IngressPortStatus: port int32!, protocol string!, error string?

            kind IngressClass: spec IngressClassSpec!
            IngressClassSpec: controller string, parameters IngressClassParametersReference
            IngressClassParametersReference: apiGroup string?, kind string!, name string!, scope string?,
              namespace string?

            kind NetworkPolicy: spec NetworkPolicySpec!
            NetworkPolicySpec: podSelector LabelSelector!, ingress []NetworkPolicyIngressRule,
              egress []NetworkPolicyEgressRule, policyTypes []string
            NetworkPolicyIngressRule: ports []NetworkPolicyPort, from []NetworkPolicyPeer
            NetworkPolicyEgressRule: ports []NetworkPolicyPort, to []NetworkPolicyPeer
            NetworkPolicyPort: protocol string?, port intstr?, endPort int32?
            NetworkPolicyPeer: podSelector LabelSelector, namespaceSelector LabelSelector, ipBlock IPBlock
            IPBlock: cidr string!, except []string

            kind IPAddress: spec IPAddressSpec!
            IPAddressSpec: parentRef ParentReference
            ParentReference: group string, resource string, namespace string, name string
            kind ServiceCIDR+status: spec ServiceCIDRSpec!, status ServiceCIDRStatus!
            ServiceCIDRSpec: cidrs []string
            ServiceCIDRStatus: conditions []Condition@type
            """
    )

    /// `discovery.k8s.io/v1`.
    static let discovery = SchemaTable(
        package: "discovery/v1",
        group: "discovery.k8s.io",
        text: """
            kind EndpointSlice: addressType string!, endpoints []Endpoint!, ports []EndpointPort!
            Endpoint: addresses []string!@set~-, conditions EndpointConditions!, hostname string?,
              targetRef ObjectReference, deprecatedTopology {}string, nodeName string?, zone string?,
              hints EndpointHints
            EndpointConditions: ready bool?, serving bool?, terminating bool?
            EndpointHints: forZones []ForZone, forNodes []ForNode
            ForZone: name string!
            ForNode: name string!
            EndpointPort=atomic: name string?, protocol string?, port int32?, appProtocol string?
            """
    )

    /// `events.k8s.io/v1`.
    static let events = SchemaTable(
        package: "events/v1",
        group: "events.k8s.io",
        text: """
            kind Event: eventTime microtime!, series EventSeries, reportingController string, reportingInstance string,
              action string, reason string, regarding ObjectReference!, related ObjectReference, note string,
              type string, deprecatedSource EventSource!, deprecatedFirstTimestamp time!,
              deprecatedLastTimestamp time!, deprecatedCount int32
            EventSeries: count int32!, lastObservedTime microtime!
            """
    )
}
