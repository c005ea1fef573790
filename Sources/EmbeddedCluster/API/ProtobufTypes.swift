// SPDX-License-Identifier: Apache-2.0

/// The protobuf encoding of the types that kubectl's typed commands send (`kubectl create …`, `kubectl auth can-i`).
///
/// One type a line: its name, then `number:field:type` for each field. `+` takes the fields of the inner type over, `[T]`
/// repeats, `{T}` is a map of texts to T. A field that is not here makes the server ask for JSON.
enum ProtobufTypes {
    /// How one field is encoded.
    indirect enum Encoding: Sendable, Hashable {
        case string, int, bool, bytes, quantity, intOrString, time
        case message(String)
        case list(Encoding)
        case map(Encoding)

        fileprivate init(_ text: Substring) {
            switch text {
            case "string": self = .string
            case "int": self = .int
            case "bool": self = .bool
            case "bytes": self = .bytes
            case "quantity": self = .quantity
            case "intOrString": self = .intOrString
            case "time": self = .time
            case _ where text.hasPrefix("["): self = .list(Encoding(text.dropFirst().dropLast()))
            case _ where text.hasPrefix("{"): self = .map(Encoding(text.dropFirst().dropLast()))
            default: self = .message(String(text))
            }
        }
    }

    /// A field's name in JSON (`+` for an embedded type) and its encoding.
    struct Field: Sendable, Hashable {
        let name: String
        let encoding: Encoding
    }

    /// The fields of a type by their numbers; nil when the type is not known.
    static func fields(of type: String) -> [UInt64: Field]? { types[type] }

    private static let types: [String: [UInt64: Field]] = {
        var types: [String: [UInt64: Field]] = [:]
        var current = ""
        for line in table.split(separator: "\n") {
            var words = line.split(separator: " ")
            if !line.hasPrefix(" ") { current = String(words.removeFirst()) }
            for word in words {
                let parts = word.split(separator: ":", maxSplits: 2)
                guard parts.count == 3, let number = UInt64(parts[0]) else { continue }
                types[current, default: [:]][number] = Field(name: String(parts[1]), encoding: Encoding(parts[2]))
            }
        }
        return types
    }()

    private static let table = """
        AggregationRule 1:clusterRoleSelectors:[LabelSelector]
        ClusterRole 1:metadata:ObjectMeta 2:rules:[PolicyRule] 3:aggregationRule:AggregationRule
        ClusterRoleBinding 1:metadata:ObjectMeta 2:subjects:[Subject] 3:roleRef:RoleRef
        ConfigMap 1:metadata:ObjectMeta 2:data:{string} 3:binaryData:{bytes} 4:immutable:bool
        ConfigMapEnvSource 1:+:LocalObjectReference 2:optional:bool
        ConfigMapKeySelector 1:+:LocalObjectReference 2:key:string 3:optional:bool
        Container 1:name:string 2:image:string 3:command:[string] 4:args:[string] 5:workingDir:string
          6:ports:[ContainerPort] 7:env:[EnvVar] 8:resources:ResourceRequirements 9:volumeMounts:[VolumeMount]
          13:terminationMessagePath:string 14:imagePullPolicy:string 16:stdin:bool 17:stdinOnce:bool 18:tty:bool
          19:envFrom:[EnvFromSource] 20:terminationMessagePolicy:string 24:restartPolicy:string
        ContainerPort 1:name:string 2:hostPort:int 3:containerPort:int 4:protocol:string 5:hostIP:string
        CronJob 1:metadata:ObjectMeta 2:spec:CronJobSpec
        CronJobSpec 1:schedule:string 2:startingDeadlineSeconds:int 3:concurrencyPolicy:string 4:suspend:bool
          5:jobTemplate:JobTemplateSpec 6:successfulJobsHistoryLimit:int 7:failedJobsHistoryLimit:int 8:timeZone:string
        Deployment 1:metadata:ObjectMeta 2:spec:DeploymentSpec
        DeploymentSpec 1:replicas:int 2:selector:LabelSelector 3:template:PodTemplateSpec 4:strategy:DeploymentStrategy
          5:minReadySeconds:int 6:revisionHistoryLimit:int 7:paused:bool 9:progressDeadlineSeconds:int
        DeploymentStrategy 1:type:string 2:rollingUpdate:RollingUpdateDeployment
        EnvFromSource 1:prefix:string 2:configMapRef:ConfigMapEnvSource 3:secretRef:SecretEnvSource
        EnvVar 1:name:string 2:value:string 3:valueFrom:EnvVarSource
        EnvVarSource 1:fieldRef:ObjectFieldSelector 2:resourceFieldRef:ResourceFieldSelector
          3:configMapKeyRef:ConfigMapKeySelector 4:secretKeyRef:SecretKeySelector
        HTTPIngressPath 1:path:string 2:backend:IngressBackend 3:pathType:string
        HTTPIngressRuleValue 1:paths:[HTTPIngressPath]
        Ingress 1:metadata:ObjectMeta 2:spec:IngressSpec
        IngressBackend 3:resource:TypedLocalObjectReference 4:service:IngressServiceBackend
        IngressRule 1:host:string 2:+:IngressRuleValue
        IngressRuleValue 1:http:HTTPIngressRuleValue
        IngressServiceBackend 1:name:string 2:port:ServiceBackendPort
        IngressSpec 1:defaultBackend:IngressBackend 2:tls:[IngressTLS] 3:rules:[IngressRule] 4:ingressClassName:string
        IngressTLS 1:hosts:[string] 2:secretName:string
        Job 1:metadata:ObjectMeta 2:spec:JobSpec
        JobSpec 1:parallelism:int 2:completions:int 3:activeDeadlineSeconds:int 4:selector:LabelSelector
          5:manualSelector:bool 6:template:PodTemplateSpec 7:backoffLimit:int 8:ttlSecondsAfterFinished:int
          9:completionMode:string 10:suspend:bool 12:backoffLimitPerIndex:int 13:maxFailedIndexes:int
          14:podReplacementPolicy:string 15:managedBy:string
        JobTemplateSpec 1:metadata:ObjectMeta 2:spec:JobSpec
        LabelSelector 1:matchLabels:{string} 2:matchExpressions:[LabelSelectorRequirement]
        LabelSelectorRequirement 1:key:string 2:operator:string 3:values:[string]
        LocalObjectReference 1:name:string
        Namespace 1:metadata:ObjectMeta 2:spec:NamespaceSpec
        NamespaceSpec 1:finalizers:[string]
        NonResourceAttributes 1:path:string 2:verb:string
        ObjectFieldSelector 1:apiVersion:string 2:fieldPath:string
        ObjectMeta 1:name:string 2:generateName:string 3:namespace:string 4:selfLink:string 5:uid:string
          6:resourceVersion:string 7:generation:int 8:creationTimestamp:time 9:deletionTimestamp:time
          10:deletionGracePeriodSeconds:int 11:labels:{string} 12:annotations:{string}
          13:ownerReferences:[OwnerReference] 14:finalizers:[string]
        ObjectReference 1:kind:string 2:namespace:string 3:name:string 4:uid:string 5:apiVersion:string
          6:resourceVersion:string 7:fieldPath:string
        OwnerReference 1:kind:string 3:name:string 4:uid:string 5:apiVersion:string 6:controller:bool
          7:blockOwnerDeletion:bool
        PodDisruptionBudget 1:metadata:ObjectMeta 2:spec:PodDisruptionBudgetSpec
        PodDisruptionBudgetSpec 1:minAvailable:intOrString 2:selector:LabelSelector 3:maxUnavailable:intOrString
          4:unhealthyPodEvictionPolicy:string
        PodSpec 2:containers:[Container] 3:restartPolicy:string 4:terminationGracePeriodSeconds:int
          5:activeDeadlineSeconds:int 6:dnsPolicy:string 7:nodeSelector:{string} 8:serviceAccountName:string
          9:serviceAccount:string 10:nodeName:string 11:hostNetwork:bool 12:hostPID:bool 13:hostIPC:bool
          15:imagePullSecrets:[LocalObjectReference] 16:hostname:string 17:subdomain:string 19:schedulerName:string
          20:initContainers:[Container] 21:automountServiceAccountToken:bool 22:tolerations:[Toleration]
          24:priorityClassName:string 25:priority:int 27:shareProcessNamespace:bool 29:runtimeClassName:string
          30:enableServiceLinks:bool 31:preemptionPolicy:string 32:overhead:{quantity} 35:setHostnameAsFQDN:bool
          37:hostUsers:bool 40:resources:ResourceRequirements 41:hostnameOverride:string
        PodTemplateSpec 1:metadata:ObjectMeta 2:spec:PodSpec
        PolicyRule 1:verbs:[string] 2:apiGroups:[string] 3:resources:[string] 4:resourceNames:[string]
          5:nonResourceURLs:[string]
        PriorityClass 1:metadata:ObjectMeta 2:value:int 3:globalDefault:bool 4:description:string
          5:preemptionPolicy:string
        ResourceAttributes 1:namespace:string 2:verb:string 3:group:string 4:version:string 5:resource:string
          6:subresource:string 7:name:string
        ResourceFieldSelector 1:containerName:string 2:resource:string 3:divisor:quantity
        ResourceQuota 1:metadata:ObjectMeta 2:spec:ResourceQuotaSpec
        ResourceQuotaSpec 1:hard:{quantity} 2:scopes:[string]
        ResourceRequirements 1:limits:{quantity} 2:requests:{quantity}
        Role 1:metadata:ObjectMeta 2:rules:[PolicyRule]
        RoleBinding 1:metadata:ObjectMeta 2:subjects:[Subject] 3:roleRef:RoleRef
        RoleRef 1:apiGroup:string 2:kind:string 3:name:string
        RollingUpdateDeployment 1:maxUnavailable:intOrString 2:maxSurge:intOrString
        Secret 1:metadata:ObjectMeta 2:data:{bytes} 3:type:string 4:stringData:{string} 5:immutable:bool
        SecretEnvSource 1:+:LocalObjectReference 2:optional:bool
        SecretKeySelector 1:+:LocalObjectReference 2:key:string 3:optional:bool
        SelfSubjectAccessReview 1:metadata:ObjectMeta 2:spec:SelfSubjectAccessReviewSpec
        SelfSubjectAccessReviewSpec 1:resourceAttributes:ResourceAttributes
          2:nonResourceAttributes:NonResourceAttributes
        SelfSubjectReview 1:metadata:ObjectMeta
        SelfSubjectRulesReview 1:metadata:ObjectMeta 2:spec:SelfSubjectRulesReviewSpec
        SelfSubjectRulesReviewSpec 1:namespace:string
        Service 1:metadata:ObjectMeta 2:spec:ServiceSpec
        ServiceAccount 1:metadata:ObjectMeta 2:secrets:[ObjectReference] 3:imagePullSecrets:[LocalObjectReference]
          4:automountServiceAccountToken:bool
        ServiceBackendPort 1:name:string 2:number:int
        ServicePort 1:name:string 2:protocol:string 3:port:int 4:targetPort:intOrString 5:nodePort:int
          6:appProtocol:string
        ServiceSpec 1:ports:[ServicePort] 2:selector:{string} 3:clusterIP:string 4:type:string 5:externalIPs:[string]
          7:sessionAffinity:string 8:loadBalancerIP:string 9:loadBalancerSourceRanges:[string] 10:externalName:string
          11:externalTrafficPolicy:string 12:healthCheckNodePort:int 13:publishNotReadyAddresses:bool
          17:ipFamilyPolicy:string 18:clusterIPs:[string] 19:ipFamilies:[string] 20:allocateLoadBalancerNodePorts:bool
          21:loadBalancerClass:string 22:internalTrafficPolicy:string 23:trafficDistribution:string
        Subject 1:kind:string 2:apiGroup:string 3:name:string 4:namespace:string
        Toleration 1:key:string 2:operator:string 3:value:string 4:effect:string 5:tolerationSeconds:int
        TypedLocalObjectReference 1:apiGroup:string 2:kind:string 3:name:string
        VolumeMount 1:name:string 2:readOnly:bool 3:mountPath:string 4:subPath:string 5:mountPropagation:string
          6:subPathExpr:string 7:recursiveReadOnly:string
        """
}
