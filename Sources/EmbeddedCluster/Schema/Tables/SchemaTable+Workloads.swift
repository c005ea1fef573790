// SPDX-License-Identifier: Apache-2.0

extension SchemaTable {
    /// `apps/v1`.
    static let apps = SchemaTable(
        package: "apps/v1",
        text: """
            kind Deployment+status: spec DeploymentSpec!, status DeploymentStatus!
            DeploymentSpec: replicas int32?, selector LabelSelector, template PodTemplateSpec!,
              strategy DeploymentStrategy!~retain, minReadySeconds int32, revisionHistoryLimit int32?, paused bool,
              progressDeadlineSeconds int32?
            DeploymentStrategy: type string, rollingUpdate RollingUpdateDeployment
            RollingUpdateDeployment: maxUnavailable intstr?, maxSurge intstr?
            DeploymentStatus: observedGeneration int64, replicas int32, updatedReplicas int32, readyReplicas int32,
              availableReplicas int32, unavailableReplicas int32, terminatingReplicas int32?,
              conditions []DeploymentCondition@type, collisionCount int32?
            DeploymentCondition: type string!, status string!, lastUpdateTime time!, lastTransitionTime time!,
              reason string, message string

            kind ReplicaSet+status: spec ReplicaSetSpec!, status ReplicaSetStatus!
            ReplicaSetSpec: replicas int32?, minReadySeconds int32, selector LabelSelector, template PodTemplateSpec!
            ReplicaSetStatus: replicas int32!, fullyLabeledReplicas int32, readyReplicas int32, availableReplicas int32,
              terminatingReplicas int32?, observedGeneration int64, conditions []ReplicaSetCondition@type
            ReplicaSetCondition: type string!, status string!, lastTransitionTime time!, reason string, message string

            kind StatefulSet+status: spec StatefulSetSpec!, status StatefulSetStatus!
            StatefulSetSpec: replicas int32?, selector LabelSelector, template PodTemplateSpec!,
              volumeClaimTemplates []PersistentVolumeClaim, serviceName string!, podManagementPolicy string,
              updateStrategy StatefulSetUpdateStrategy!, revisionHistoryLimit int32?, minReadySeconds int32,
              persistentVolumeClaimRetentionPolicy StatefulSetPersistentVolumeClaimRetentionPolicy,
              ordinals StatefulSetOrdinals
            StatefulSetUpdateStrategy: type string, rollingUpdate RollingUpdateStatefulSetStrategy
            RollingUpdateStatefulSetStrategy: partition int32?, maxUnavailable intstr?
            StatefulSetPersistentVolumeClaimRetentionPolicy: whenDeleted string, whenScaled string
            StatefulSetOrdinals: start int32!
            StatefulSetStatus: observedGeneration int64, replicas int32!, readyReplicas int32, currentReplicas int32,
              updatedReplicas int32, currentRevision string, updateRevision string, collisionCount int32?,
              conditions []StatefulSetCondition@type, availableReplicas int32!
            StatefulSetCondition: type string!, status string!, lastTransitionTime time!, reason string, message string

            kind DaemonSet+status: spec DaemonSetSpec!, status DaemonSetStatus!
            DaemonSetSpec: selector LabelSelector, template PodTemplateSpec!, updateStrategy DaemonSetUpdateStrategy!,
              minReadySeconds int32, revisionHistoryLimit int32?
            DaemonSetUpdateStrategy: type string, rollingUpdate RollingUpdateDaemonSet
            RollingUpdateDaemonSet: maxUnavailable intstr?, maxSurge intstr?
            DaemonSetStatus: currentNumberScheduled int32!, numberMisscheduled int32!, desiredNumberScheduled int32!,
              numberReady int32!, observedGeneration int64, updatedNumberScheduled int32, numberAvailable int32,
              numberUnavailable int32, collisionCount int32?, conditions []DaemonSetCondition@type
            DaemonSetCondition: type string!, status string!, lastTransitionTime time!, reason string, message string

            kind ControllerRevision: data raw, revision int64!
            """
    )

    /// `batch/v1`.
    static let batch = SchemaTable(
        package: "batch/v1",
        text: """
            kind Job+status: spec JobSpec!, status JobStatus!
            JobSpec: parallelism int32?, completions int32?, activeDeadlineSeconds int64?,
              podFailurePolicy PodFailurePolicy, successPolicy SuccessPolicy, backoffLimit int32?,
              backoffLimitPerIndex int32?, maxFailedIndexes int32?, selector LabelSelector, manualSelector bool?,
              template PodTemplateSpec!, ttlSecondsAfterFinished int32?, completionMode string?, suspend bool?,
              podReplacementPolicy string?, managedBy string?
            PodFailurePolicy: rules []PodFailurePolicyRule!
            PodFailurePolicyRule: action string!, onExitCodes PodFailurePolicyOnExitCodesRequirement,
              onPodConditions []PodFailurePolicyOnPodConditionsPattern
            PodFailurePolicyOnExitCodesRequirement: containerName string?, operator string!, values []int32!@set~-
            PodFailurePolicyOnPodConditionsPattern: type string!, status string!
            SuccessPolicy: rules []SuccessPolicyRule!
            SuccessPolicyRule: succeededIndexes string?, succeededCount int32?
            JobStatus: conditions []JobCondition~type, startTime time?, completionTime time?, active int32,
              succeeded int32, failed int32, terminating int32?, completedIndexes string, failedIndexes string?,
              uncountedTerminatedPods UncountedTerminatedPods, ready int32?
            UncountedTerminatedPods: succeeded []string@set~-, failed []string@set~-
            JobCondition: type string!, status string!, lastProbeTime time!, lastTransitionTime time!, reason string,
              message string

            kind CronJob+status: spec CronJobSpec!, status CronJobStatus!
            CronJobSpec: schedule string!, timeZone string?, startingDeadlineSeconds int64?, concurrencyPolicy string,
              suspend bool?, jobTemplate JobTemplateSpec!, successfulJobsHistoryLimit int32?,
              failedJobsHistoryLimit int32?
            JobTemplateSpec: metadata ObjectMeta!, spec JobSpec!
            CronJobStatus: active []ObjectReference, lastScheduleTime time?, lastSuccessfulTime time?
            """
    )

    /// `autoscaling/v1` and `policy/v1`.
    static let autoscalingV1 = SchemaTable(
        package: "autoscaling/v1",
        text: """
            kind HorizontalPodAutoscaler+status: spec HorizontalPodAutoscalerSpec!, status HorizontalPodAutoscalerStatus!
            HorizontalPodAutoscalerSpec: scaleTargetRef CrossVersionObjectReference!, minReplicas int32?,
              maxReplicas int32!, targetCPUUtilizationPercentage int32?
            CrossVersionObjectReference=atomic: kind string!, name string!, apiVersion string
            HorizontalPodAutoscalerStatus: observedGeneration int64?, lastScaleTime time?, currentReplicas int32!,
              desiredReplicas int32!, currentCPUUtilizationPercentage int32?
            kind Scale: spec ScaleSpec!, status ScaleStatus!
            ScaleSpec: replicas int32
            ScaleStatus: replicas int32!, selector string
            """
    )

    /// `autoscaling/v2`.
    static let autoscalingV2 = SchemaTable(
        package: "autoscaling/v2",
        text: """
            kind HorizontalPodAutoscaler+status: spec HorizontalPodAutoscalerSpec!, status HorizontalPodAutoscalerStatus!
            HorizontalPodAutoscalerSpec: scaleTargetRef CrossVersionObjectReference!, minReplicas int32?,
              maxReplicas int32!, metrics []MetricSpec, behavior HorizontalPodAutoscalerBehavior
            CrossVersionObjectReference: kind string!, name string!, apiVersion string
            MetricSpec: type string!, object ObjectMetricSource, pods PodsMetricSource, resource ResourceMetricSource,
              containerResource ContainerResourceMetricSource, external ExternalMetricSource
            ObjectMetricSource: describedObject CrossVersionObjectReference!, target MetricTarget!,
              metric MetricIdentifier!
            PodsMetricSource: metric MetricIdentifier!, target MetricTarget!
            ResourceMetricSource: name string!, target MetricTarget!
            ContainerResourceMetricSource: name string!, target MetricTarget!, container string!
            ExternalMetricSource: metric MetricIdentifier!, target MetricTarget!
            MetricIdentifier: name string!, selector LabelSelector
            MetricTarget: type string!, value quantity?, averageValue quantity?, averageUtilization int32?
            HorizontalPodAutoscalerBehavior: scaleUp HPAScalingRules, scaleDown HPAScalingRules
            HPAScalingRules: stabilizationWindowSeconds int32?, selectPolicy string?, policies []HPAScalingPolicy,
              tolerance quantity?
            HPAScalingPolicy: type string!, value int32!, periodSeconds int32!
            HorizontalPodAutoscalerStatus: observedGeneration int64?, lastScaleTime time?, currentReplicas int32,
              desiredReplicas int32!, currentMetrics []MetricStatus!,
              conditions []HorizontalPodAutoscalerCondition@type
            HorizontalPodAutoscalerCondition: type string!, status string!, lastTransitionTime time!, reason string,
              message string
            MetricStatus: type string!, object ObjectMetricStatus, pods PodsMetricStatus, resource ResourceMetricStatus,
              containerResource ContainerResourceMetricStatus, external ExternalMetricStatus
            ObjectMetricStatus: metric MetricIdentifier!, current MetricValueStatus!,
              describedObject CrossVersionObjectReference!
            PodsMetricStatus: metric MetricIdentifier!, current MetricValueStatus!
            ResourceMetricStatus: name string!, current MetricValueStatus!
            ContainerResourceMetricStatus: name string!, current MetricValueStatus!, container string!
            ExternalMetricStatus: metric MetricIdentifier!, current MetricValueStatus!
            MetricValueStatus: value quantity?, averageValue quantity?, averageUtilization int32?
            """
    )

    /// `policy/v1`.
    static let policy = SchemaTable(
        package: "policy/v1",
        text: """
            kind PodDisruptionBudget+status: spec PodDisruptionBudgetSpec!, status PodDisruptionBudgetStatus!
            PodDisruptionBudgetSpec: minAvailable intstr?, selector LabelSelector, maxUnavailable intstr?,
              unhealthyPodEvictionPolicy string?
            PodDisruptionBudgetStatus: observedGeneration int64, disruptedPods {}time, disruptionsAllowed int32!,
              currentHealthy int32!, desiredHealthy int32!, expectedPods int32!, conditions []Condition@type
            kind Eviction: deleteOptions DeleteOptions
            """
    )
}
