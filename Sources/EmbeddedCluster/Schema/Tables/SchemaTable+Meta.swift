// SPDX-License-Identifier: Apache-2.0

extension SchemaTable {
    /// What every object has, and selectors.
    static let meta = SchemaTable(
        package: "meta/v1",
        text: """
            ObjectMeta: name string, generateName string, namespace string, selfLink string, uid string,
              resourceVersion string, generation int64, creationTimestamp time, deletionTimestamp time?,
              deletionGracePeriodSeconds int64?, labels {}string, annotations {}string,
              ownerReferences []OwnerReference@uid, finalizers []string@set, managedFields []ManagedFieldsEntry
            OwnerReference=atomic: apiVersion string!, kind string!, name string!, uid string!, controller bool?,
              blockOwnerDeletion bool?
            ManagedFieldsEntry: manager string, operation string, apiVersion string, time time?, fieldsType string,
              fieldsV1 raw, subresource string
            LabelSelector=atomic: matchLabels {}string, matchExpressions []LabelSelectorRequirement
            LabelSelectorRequirement: key string!, operator string!, values []string
            Condition: type string!, status string!, observedGeneration int64, lastTransitionTime time!, reason string!,
              message string!
            DeleteOptions: apiVersion string, kind string, gracePeriodSeconds int64?, preconditions Preconditions,
              orphanDependents bool?, propagationPolicy string?, dryRun []string,
              ignoreStoreReadErrorWithClusterBreakingPotential bool?
            Preconditions: uid string?, resourceVersion string?
            FieldSelectorRequirement: key string!, operator string!, values []string
            """
    )
}
