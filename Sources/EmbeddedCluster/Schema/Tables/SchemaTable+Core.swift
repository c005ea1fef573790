// SPDX-License-Identifier: Apache-2.0

extension SchemaTable {
    /// The core group without pods and volumes.
    static let core = SchemaTable(
        package: "core/v1",
        text: """
            ObjectReference=atomic: kind string, namespace string, name string, uid string, apiVersion string,
              resourceVersion string, fieldPath string
            LocalObjectReference=atomic: name string
            TypedLocalObjectReference=atomic: apiGroup string?, kind string!, name string!
            SecretReference=atomic: name string, namespace string

            kind Namespace+status: spec NamespaceSpec!, status NamespaceStatus!
            NamespaceSpec: finalizers []string
            NamespaceStatus: phase string, conditions []NamespaceCondition@type
            NamespaceCondition: type string!, status string!, lastTransitionTime time!, reason string, message string

            kind ConfigMap: immutable bool?, data {}string, binaryData {}bytes
            kind Secret: immutable bool?, data {}bytes, stringData {}string, type string
            kind ServiceAccount: secrets []ObjectReference@name, imagePullSecrets []LocalObjectReference,
              automountServiceAccountToken bool?

            kind Service+status: spec ServiceSpec!, status ServiceStatus!
            ServiceSpec: ports []ServicePort@port+protocol~port, selector {}string%, clusterIP string,
              clusterIPs []string, type string, externalIPs []string, sessionAffinity string, loadBalancerIP string,
              loadBalancerSourceRanges []string, externalName string, externalTrafficPolicy string,
              healthCheckNodePort int32, publishNotReadyAddresses bool, sessionAffinityConfig SessionAffinityConfig,
              ipFamilies []string, ipFamilyPolicy string?, allocateLoadBalancerNodePorts bool?,
              loadBalancerClass string?, internalTrafficPolicy string?, trafficDistribution string?
            ServicePort: name string, protocol string=TCP, appProtocol string?, port int32!, targetPort intstr!,
              nodePort int32
            SessionAffinityConfig: clientIP ClientIPConfig
            ClientIPConfig: timeoutSeconds int32?
            ServiceStatus: loadBalancer LoadBalancerStatus!, conditions []Condition@type
            LoadBalancerStatus: ingress []LoadBalancerIngress
            LoadBalancerIngress: ip string, hostname string, ipMode string?, ports []PortStatus
            PortStatus: port int32!, protocol string!, error string?

            kind Endpoints: subsets []EndpointSubset
            EndpointSubset: addresses []EndpointAddress, notReadyAddresses []EndpointAddress, ports []EndpointPort
            EndpointAddress=atomic: ip string!, hostname string, nodeName string?, targetRef ObjectReference
            EndpointPort=atomic: name string, port int32!, protocol string, appProtocol string?

            kind ReplicationController+status: spec ReplicationControllerSpec!, status ReplicationControllerStatus!
            ReplicationControllerSpec: replicas int32?, minReadySeconds int32, selector {}string%,
              template PodTemplateSpec
            ReplicationControllerStatus: replicas int32!, fullyLabeledReplicas int32, readyReplicas int32,
              availableReplicas int32, observedGeneration int64, conditions []ReplicationControllerCondition@type
            ReplicationControllerCondition: type string!, status string!, lastTransitionTime time!, reason string,
              message string

            kind ResourceQuota+status: spec ResourceQuotaSpec!, status ResourceQuotaStatus!
            ResourceQuotaSpec: hard {}quantity, scopes []string, scopeSelector ScopeSelector
            ScopeSelector=atomic: matchExpressions []ScopedResourceSelectorRequirement
            ScopedResourceSelectorRequirement: scopeName string!, operator string!, values []string
            ResourceQuotaStatus: hard {}quantity, used {}quantity
            kind LimitRange: spec LimitRangeSpec!
            LimitRangeSpec: limits []LimitRangeItem!
            LimitRangeItem: type string!, max {}quantity, min {}quantity, default {}quantity, defaultRequest {}quantity,
              maxLimitRequestRatio {}quantity

            kind Event: involvedObject ObjectReference!, reason string, message string, source EventSource!,
              firstTimestamp time!, lastTimestamp time!, count int32, type string, eventTime microtime!,
              series EventSeries, action string, related ObjectReference, reportingComponent string!,
              reportingInstance string!
            EventSource: component string, host string
            EventSeries: count int32, lastObservedTime microtime!

            kind Node+status: spec NodeSpec!, status NodeStatus!
            NodeSpec: podCIDR string, podCIDRs []string@set, providerID string, unschedulable bool, taints []Taint,
              configSource NodeConfigSource, externalID string
            Taint: key string!, value string, effect string!, timeAdded time?
            NodeConfigSource: configMap ConfigMapNodeConfigSource
            ConfigMapNodeConfigSource: namespace string!, name string!, uid string, resourceVersion string,
              kubeletConfigKey string!
            NodeStatus: capacity {}quantity, allocatable {}quantity, phase string, conditions []NodeCondition@type,
              addresses []NodeAddress@type, daemonEndpoints NodeDaemonEndpoints!, nodeInfo NodeSystemInfo!,
              images []ContainerImage, volumesInUse []string, volumesAttached []AttachedVolume,
              config NodeConfigStatus, runtimeHandlers []NodeRuntimeHandler, features NodeFeatures,
              declaredFeatures []string
            NodeCondition: type string!, status string!, lastHeartbeatTime time!, lastTransitionTime time!,
              reason string, message string
            NodeAddress: type string!, address string!
            NodeDaemonEndpoints: kubeletEndpoint DaemonEndpoint!
            DaemonEndpoint: Port int32!
            NodeSystemInfo: machineID string!, systemUUID string!, bootID string!, kernelVersion string!,
              osImage string!, containerRuntimeVersion string!, kubeletVersion string!, kubeProxyVersion string!,
              operatingSystem string!, architecture string!, swap NodeSwapStatus
            NodeSwapStatus: capacity int64?
            ContainerImage: names []string!, sizeBytes int64
            AttachedVolume: name string!, devicePath string!
            NodeConfigStatus: assigned NodeConfigSource, active NodeConfigSource, lastKnownGood NodeConfigSource,
              error string
            NodeRuntimeHandler: name string!, features NodeRuntimeHandlerFeatures
            NodeRuntimeHandlerFeatures: recursiveReadOnlyMounts bool?, userNamespaces bool?
            NodeFeatures: supplementalGroupsPolicy bool?
            TopologySelectorTerm=atomic: matchLabelExpressions []TopologySelectorLabelRequirement
            TopologySelectorLabelRequirement: key string!, values []string!

            kind ComponentStatus: conditions []ComponentCondition@type
            ComponentCondition: type string!, status string!, message string, error string
            kind Binding: target ObjectReference!
            """
    )
}
