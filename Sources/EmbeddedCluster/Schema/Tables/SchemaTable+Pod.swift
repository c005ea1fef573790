// SPDX-License-Identifier: Apache-2.0

extension SchemaTable {
    /// Pods, templates, containers, probes, affinity.
    static let pod = SchemaTable(
        package: "core/v1",
        text: """
            kind Pod+status: spec PodSpec!, status PodStatus!
            kind PodTemplate: template PodTemplateSpec!
            PodTemplateSpec: metadata ObjectMeta!, spec PodSpec!
            PodSpec: volumes []Volume@name~retain, initContainers []Container@name, containers []Container!@name,
              ephemeralContainers []EphemeralContainer@name, restartPolicy string, terminationGracePeriodSeconds int64?,
              activeDeadlineSeconds int64?, dnsPolicy string, nodeSelector {}string%, serviceAccountName string,
              serviceAccount string, automountServiceAccountToken bool?, nodeName string, hostNetwork bool, hostPID bool,
              hostIPC bool, shareProcessNamespace bool?, securityContext PodSecurityContext,
              imagePullSecrets []LocalObjectReference@name, hostname string, subdomain string, affinity Affinity,
              schedulerName string, tolerations []Toleration, hostAliases []HostAlias@ip, priorityClassName string,
              priority int32?, dnsConfig PodDNSConfig, readinessGates []PodReadinessGate, runtimeClassName string?,
              enableServiceLinks bool?, preemptionPolicy string?, overhead {}quantity,
              topologySpreadConstraints []TopologySpreadConstraint@topologyKey+whenUnsatisfiable~topologyKey,
              setHostnameAsFQDN bool?, os PodOS, hostUsers bool?, schedulingGates []PodSchedulingGate@name,
              resourceClaims []PodResourceClaim@name~retain, resources ResourceRequirements,
              hostnameOverride string?, schedulingGroup PodSchedulingGroup
            PodSchedulingGroup: podGroupName string?
            PodOS: name string!
            PodSchedulingGate: name string!
            PodReadinessGate: conditionType string!
            PodResourceClaim: name string!, resourceClaimName string?, resourceClaimTemplateName string?
            HostAlias: ip string!, hostnames []string
            PodDNSConfig: nameservers []string, searches []string, options []PodDNSConfigOption
            PodDNSConfigOption: name string, value string?
            PodSecurityContext: seLinuxOptions SELinuxOptions, windowsOptions WindowsSecurityContextOptions,
              runAsUser int64?, runAsGroup int64?, runAsNonRoot bool?, supplementalGroups []int64,
              supplementalGroupsPolicy string?, fsGroup int64?, sysctls []Sysctl, fsGroupChangePolicy string?,
              seccompProfile SeccompProfile, appArmorProfile AppArmorProfile, seLinuxChangePolicy string?
            SELinuxOptions: user string, role string, type string, level string
            WindowsSecurityContextOptions: gmsaCredentialSpecName string?, gmsaCredentialSpec string?,
              runAsUserName string?, hostProcess bool?
            Sysctl: name string!, value string!
            SeccompProfile: type string!, localhostProfile string?
            AppArmorProfile: type string!, localhostProfile string?
            Toleration: key string, operator string, value string, effect string, tolerationSeconds int64?
            TopologySpreadConstraint: maxSkew int32!, topologyKey string!, whenUnsatisfiable string!,
              labelSelector LabelSelector, minDomains int32?, nodeAffinityPolicy string?, nodeTaintsPolicy string?,
              matchLabelKeys []string
            Affinity: nodeAffinity NodeAffinity, podAffinity PodAffinity, podAntiAffinity PodAntiAffinity
            NodeAffinity: requiredDuringSchedulingIgnoredDuringExecution NodeSelector,
              preferredDuringSchedulingIgnoredDuringExecution []PreferredSchedulingTerm
            NodeSelector=atomic: nodeSelectorTerms []NodeSelectorTerm!
            NodeSelectorTerm=atomic: matchExpressions []NodeSelectorRequirement, matchFields []NodeSelectorRequirement
            NodeSelectorRequirement: key string!, operator string!, values []string
            PreferredSchedulingTerm: weight int32!, preference NodeSelectorTerm!
            PodAffinity: requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm,
              preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm
            PodAntiAffinity: requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm,
              preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm
            WeightedPodAffinityTerm: weight int32!, podAffinityTerm PodAffinityTerm!
            PodAffinityTerm: labelSelector LabelSelector, namespaces []string, topologyKey string!,
              namespaceSelector LabelSelector, matchLabelKeys []string, mismatchLabelKeys []string

            Container: name string!, image string, command []string, args []string, workingDir string,
              ports []ContainerPort@containerPort+protocol~containerPort, envFrom []EnvFromSource, env []EnvVar@name,
              resources ResourceRequirements!, resizePolicy []ContainerResizePolicy, restartPolicy string?,
              restartPolicyRules []ContainerRestartRule, volumeMounts []VolumeMount@mountPath,
              volumeDevices []VolumeDevice@devicePath, livenessProbe Probe, readinessProbe Probe, startupProbe Probe,
              lifecycle Lifecycle, terminationMessagePath string, terminationMessagePolicy string,
              imagePullPolicy string, securityContext SecurityContext, stdin bool, stdinOnce bool, tty bool
            EphemeralContainer: name string!, image string, command []string, args []string, workingDir string,
              ports []ContainerPort@containerPort+protocol~containerPort, envFrom []EnvFromSource, env []EnvVar@name,
              resources ResourceRequirements!, resizePolicy []ContainerResizePolicy, restartPolicy string?,
              restartPolicyRules []ContainerRestartRule, volumeMounts []VolumeMount@mountPath,
              volumeDevices []VolumeDevice@devicePath, livenessProbe Probe, readinessProbe Probe, startupProbe Probe,
              lifecycle Lifecycle, terminationMessagePath string, terminationMessagePolicy string,
              imagePullPolicy string, securityContext SecurityContext, stdin bool, stdinOnce bool, tty bool,
              targetContainerName string
            ContainerPort: name string, hostPort int32, containerPort int32!, protocol string=TCP, hostIP string
            ContainerResizePolicy: resourceName string!, restartPolicy string!
            ContainerRestartRule: action string, exitCodes ContainerRestartRuleOnExitCodes
            ContainerRestartRuleOnExitCodes: operator string, values []int32@set~-
            EnvFromSource: prefix string, configMapRef ConfigMapEnvSource, secretRef SecretEnvSource
            ConfigMapEnvSource: name string, optional bool?
            SecretEnvSource: name string, optional bool?
            EnvVar: name string!, value string, valueFrom EnvVarSource
            EnvVarSource: fieldRef ObjectFieldSelector, resourceFieldRef ResourceFieldSelector,
              configMapKeyRef ConfigMapKeySelector, secretKeyRef SecretKeySelector, fileKeyRef FileKeySelector
            ObjectFieldSelector=atomic: apiVersion string, fieldPath string!
            ResourceFieldSelector=atomic: containerName string, resource string!, divisor quantity!
            ConfigMapKeySelector=atomic: name string, key string!, optional bool?
            SecretKeySelector=atomic: name string, key string!, optional bool?
            FileKeySelector=atomic: volumeName string!, path string!, key string!, optional bool?
            ResourceRequirements: limits {}quantity, requests {}quantity, claims []ResourceClaim@name~-
            ResourceClaim: name string!, request string
            VolumeMount: name string!, readOnly bool, recursiveReadOnly string?, mountPath string!, subPath string,
              mountPropagation string?, subPathExpr string
            VolumeDevice: name string!, devicePath string!
            Probe: exec ExecAction, httpGet HTTPGetAction, tcpSocket TCPSocketAction, grpc GRPCAction,
              initialDelaySeconds int32, timeoutSeconds int32, periodSeconds int32, successThreshold int32,
              failureThreshold int32, terminationGracePeriodSeconds int64?
            ExecAction: command []string
            HTTPGetAction: path string, port intstr!, host string, scheme string, httpHeaders []HTTPHeader
            HTTPHeader: name string!, value string!
            TCPSocketAction: port intstr!, host string
            GRPCAction: port int32!, service string?
            SleepAction: seconds int64!
            Lifecycle: postStart LifecycleHandler, preStop LifecycleHandler, stopSignal string?
            LifecycleHandler: exec ExecAction, httpGet HTTPGetAction, tcpSocket TCPSocketAction, sleep SleepAction
            SecurityContext: capabilities Capabilities, privileged bool?, seLinuxOptions SELinuxOptions,
              windowsOptions WindowsSecurityContextOptions, runAsUser int64?, runAsGroup int64?, runAsNonRoot bool?,
              readOnlyRootFilesystem bool?, allowPrivilegeEscalation bool?, procMount string?,
              seccompProfile SeccompProfile, appArmorProfile AppArmorProfile
            Capabilities: add []string, drop []string

            PodStatus: observedGeneration int64, phase string, conditions []PodCondition@type, message string,
              reason string, nominatedNodeName string, hostIP string, hostIPs []HostIP~ip, podIP string,
              podIPs []PodIP@ip, startTime time?, initContainerStatuses []ContainerStatus,
              containerStatuses []ContainerStatus, qosClass string, ephemeralContainerStatuses []ContainerStatus,
              resize string, resourceClaimStatuses []PodResourceClaimStatus@name~retain,
              extendedResourceClaimStatus PodExtendedResourceClaimStatus, allocatedResources {}quantity,
              resources ResourceRequirements,
              nodeAllocatableResourceClaimStatuses []NodeAllocatableResourceClaimStatus
            PodCondition: type string!, observedGeneration int64, status string!, lastProbeTime time!,
              lastTransitionTime time!, reason string, message string
            NodeAllocatableResourceClaimStatus: resourceClaimName string!, containers []string@set~-, resources {}quantity!
            HostIP: ip string!
            PodIP: ip string!
            PodResourceClaimStatus: name string!, resourceClaimName string?
            PodExtendedResourceClaimStatus: requestMappings []ContainerExtendedResourceRequest!,
              resourceClaimName string!
            ContainerExtendedResourceRequest: containerName string!, resourceName string!, requestName string!
            ContainerStatus: name string!, state ContainerState!, lastState ContainerState!, ready bool!,
              restartCount int32!, image string!, imageID string!, containerID string, started bool?,
              allocatedResources {}quantity, resources ResourceRequirements, volumeMounts []VolumeMountStatus@mountPath,
              user ContainerUser, allocatedResourcesStatus []ResourceStatus@name, stopSignal string?
            ContainerState: waiting ContainerStateWaiting, running ContainerStateRunning,
              terminated ContainerStateTerminated
            ContainerStateWaiting: reason string, message string
            ContainerStateRunning: startedAt time!
            ContainerStateTerminated: exitCode int32!, signal int32, reason string, message string, startedAt time!,
              finishedAt time!, containerID string
            VolumeMountStatus: name string!, mountPath string!, readOnly bool, recursiveReadOnly string?,
              volumeStatus VolumeStatus
            VolumeStatus: image ImageVolumeStatus
            ImageVolumeStatus: imageRef string
            ContainerUser: linux LinuxContainerUser
            LinuxContainerUser: uid int64!, gid int64!, supplementalGroups []int64
            ResourceStatus: name string!, resources []ResourceHealth@resourceID~-
            ResourceHealth: resourceID string!, health string, message string?
            """
    )
}
