// SPDX-License-Identifier: Apache-2.0

extension SchemaTable {
    /// `rbac.authorization.k8s.io/v1`.
    static let rbac = SchemaTable(
        package: "rbac/v1",
        group: "rbac.authorization.k8s.io",
        text: """
            kind Role: rules []PolicyRule!
            kind RoleBinding: subjects []Subject, roleRef RoleRef!
            kind ClusterRole: rules []PolicyRule!, aggregationRule AggregationRule
            kind ClusterRoleBinding: subjects []Subject, roleRef RoleRef!
            PolicyRule: verbs []string!, apiGroups []string, resources []string, resourceNames []string,
              nonResourceURLs []string
            AggregationRule: clusterRoleSelectors []LabelSelector
            Subject=atomic: kind string!, apiGroup string, name string!, namespace string
            RoleRef=atomic: apiGroup string!, kind string!, name string!
            """
    )

    /// `scheduling.k8s.io/v1`.
    static let scheduling = SchemaTable(
        package: "scheduling/v1",
        group: "scheduling.k8s.io",
        text: """
            kind PriorityClass: value int32!, globalDefault bool, description string, preemptionPolicy string?
            """
    )

    /// `coordination.k8s.io/v1`.
    static let coordination = SchemaTable(
        package: "coordination/v1",
        group: "coordination.k8s.io",
        text: """
            kind Lease: spec LeaseSpec!
            LeaseSpec: holderIdentity string?, leaseDurationSeconds int32?, acquireTime microtime?,
              renewTime microtime?, leaseTransitions int32?, strategy string?, preferredHolder string?
            """
    )

    /// `node.k8s.io/v1`.
    static let node = SchemaTable(
        package: "node/v1",
        group: "node.k8s.io",
        text: """
            kind RuntimeClass: handler string!, overhead Overhead, scheduling Scheduling
            Overhead: podFixed {}quantity
            Scheduling: nodeSelector {}string%, tolerations []Toleration
            """
    )

    /// `storage.k8s.io/v1`.
    static let storage = SchemaTable(
        package: "storage/v1",
        group: "storage.k8s.io",
        text: """
            kind StorageClass: provisioner string!, parameters {}string, reclaimPolicy string?, mountOptions []string,
              allowVolumeExpansion bool?, volumeBindingMode string?, allowedTopologies []TopologySelectorTerm
            kind VolumeAttachment+status: spec VolumeAttachmentSpec!, status VolumeAttachmentStatus!
            VolumeAttachmentSpec: attacher string!, source VolumeAttachmentSource!, nodeName string!
            VolumeAttachmentSource: persistentVolumeName string?, inlineVolumeSpec PersistentVolumeSpec
            VolumeAttachmentStatus: attached bool!, attachmentMetadata {}string, attachError VolumeError,
              detachError VolumeError
            VolumeError: time time!, message string, errorCode int32?
            kind CSIDriver: spec CSIDriverSpec!
            CSIDriverSpec: attachRequired bool?, podInfoOnMount bool?, volumeLifecycleModes []string@set~-,
              storageCapacity bool?, fsGroupPolicy string?, tokenRequests []TokenRequest, requiresRepublish bool?,
              seLinuxMount bool?, nodeAllocatableUpdatePeriodSeconds int64?, serviceAccountTokenInSecrets bool?,
              preventPodSchedulingIfMissing bool?
            TokenRequest: audience string!, expirationSeconds int64?
            kind CSINode: spec CSINodeSpec!
            CSINodeSpec: drivers []CSINodeDriver!@name
            CSINodeDriver: name string!, nodeID string!, topologyKeys []string!, allocatable VolumeNodeResources
            VolumeNodeResources: count int32?
            kind CSIStorageCapacity: nodeTopology LabelSelector, storageClassName string!, capacity quantity?,
              maximumVolumeSize quantity?
            kind VolumeAttributesClass: driverName string!, parameters {}string
            """
    )

    /// `flowcontrol.apiserver.k8s.io/v1`.
    static let flowControl = SchemaTable(
        package: "flowcontrol/v1",
        group: "flowcontrol.apiserver.k8s.io",
        text: """
            kind FlowSchema+status: spec FlowSchemaSpec!, status FlowSchemaStatus!
            FlowSchemaSpec: priorityLevelConfiguration PriorityLevelConfigurationReference!, matchingPrecedence int32!,
              distinguisherMethod FlowDistinguisherMethod, rules []PolicyRulesWithSubjects
            PriorityLevelConfigurationReference: name string!
            FlowDistinguisherMethod: type string!
            PolicyRulesWithSubjects: subjects []Subject!, resourceRules []ResourcePolicyRule,
              nonResourceRules []NonResourcePolicyRule
            Subject: kind string!, user UserSubject, group GroupSubject, serviceAccount ServiceAccountSubject
            UserSubject: name string!
            GroupSubject: name string!
            ServiceAccountSubject: namespace string!, name string!
            ResourcePolicyRule: verbs []string!@set~-, apiGroups []string!@set~-, resources []string!@set~-,
              clusterScope bool, namespaces []string!@set~-
            NonResourcePolicyRule: verbs []string!@set~-, nonResourceURLs []string!@set~-
            FlowSchemaStatus: conditions []FlowSchemaCondition@type
            FlowSchemaCondition: type string, status string, lastTransitionTime time!, reason string, message string
            kind PriorityLevelConfiguration+status: spec PriorityLevelConfigurationSpec!,
              status PriorityLevelConfigurationStatus!
            PriorityLevelConfigurationSpec: type string!, limited LimitedPriorityLevelConfiguration,
              exempt ExemptPriorityLevelConfiguration
            LimitedPriorityLevelConfiguration: nominalConcurrencyShares int32?, limitResponse LimitResponse!,
              lendablePercent int32?, borrowingLimitPercent int32?
            ExemptPriorityLevelConfiguration: nominalConcurrencyShares int32?, lendablePercent int32?
            LimitResponse: type string!, queuing QueuingConfiguration
            QueuingConfiguration: queues int32!, handSize int32!, queueLengthLimit int32!
            PriorityLevelConfigurationStatus: conditions []PriorityLevelConfigurationCondition@type
            PriorityLevelConfigurationCondition: type string, status string, lastTransitionTime time!, reason string,
              message string
            """
    )
}
