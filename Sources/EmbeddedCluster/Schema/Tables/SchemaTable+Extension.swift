// SPDX-License-Identifier: Apache-2.0

extension SchemaTable {
    /// `apiextensions.k8s.io/v1`.
    static let apiExtensions = SchemaTable(
        package: "apiextensions/v1",
        group: "apiextensions.k8s.io",
        text: """
            kind CustomResourceDefinition+status: spec CustomResourceDefinitionSpec!,
              status CustomResourceDefinitionStatus!
            CustomResourceDefinitionSpec: group string!, names CustomResourceDefinitionNames!, scope string!,
              versions []CustomResourceDefinitionVersion!, conversion CustomResourceConversion,
              preserveUnknownFields bool
            CustomResourceDefinitionNames: plural string!, singular string, shortNames []string, kind string!,
              listKind string, categories []string
            CustomResourceDefinitionVersion: name string!, served bool!, storage bool!, deprecated bool,
              deprecationWarning string?, schema CustomResourceValidation, subresources CustomResourceSubresources,
              additionalPrinterColumns []CustomResourceColumnDefinition, selectableFields []SelectableField
            SelectableField: jsonPath string!
            CustomResourceColumnDefinition: name string!, type string!, format string, description string,
              priority int32, jsonPath string!
            CustomResourceValidation: openAPIV3Schema JSONSchemaProps
            CustomResourceSubresources: status CustomResourceSubresourceStatus, scale CustomResourceSubresourceScale
            CustomResourceSubresourceStatus:
            CustomResourceSubresourceScale: specReplicasPath string!, statusReplicasPath string!,
              labelSelectorPath string?
            CustomResourceConversion: strategy string!, webhook WebhookConversion
            WebhookConversion: clientConfig WebhookClientConfig, conversionReviewVersions []string!
            WebhookClientConfig: url string?, service ServiceReference, caBundle bytes
            ServiceReference: namespace string!, name string!, path string?, port int32?
            CustomResourceDefinitionStatus: conditions []CustomResourceDefinitionCondition!@type~-,
              acceptedNames CustomResourceDefinitionNames!, storedVersions []string!, observedGeneration int64
            CustomResourceDefinitionCondition: type string!, status string!, lastTransitionTime time!, reason string,
              message string, observedGeneration int64
            JSONSchemaProps: id string, $schema string, $ref string?, description string, type string, format string,
              title string, default raw, maximum float?, exclusiveMaximum bool, minimum float?, exclusiveMinimum bool,
              maxLength int64?, minLength int64?, pattern string, maxItems int64?, minItems int64?, uniqueItems bool,
              multipleOf float?, enum []raw, maxProperties int64?, minProperties int64?, required []string, items raw,
              allOf []JSONSchemaProps, oneOf []JSONSchemaProps, anyOf []JSONSchemaProps, not JSONSchemaProps,
              properties {}JSONSchemaProps, additionalProperties raw, patternProperties {}JSONSchemaProps,
              dependencies {}raw, additionalItems raw, definitions {}JSONSchemaProps,
              externalDocs ExternalDocumentation, example raw, nullable bool,
              x-kubernetes-preserve-unknown-fields bool?, x-kubernetes-embedded-resource bool,
              x-kubernetes-int-or-string bool, x-kubernetes-list-map-keys []string, x-kubernetes-list-type string?,
              x-kubernetes-map-type string?, x-kubernetes-validations []ValidationRule@rule
            ExternalDocumentation: description string, url string
            ValidationRule: rule string!, message string, messageExpression string, reason string?, fieldPath string,
              optionalOldSelf bool?
            """
    )

    /// `apiregistration.k8s.io/v1`.
    static let apiRegistration = SchemaTable(
        package: "apiregistration/v1",
        group: "apiregistration.k8s.io",
        text: """
            kind APIService+status: spec APIServiceSpec!, status APIServiceStatus!
            APIServiceSpec: service ServiceReference, group string, version string, insecureSkipTLSVerify bool,
              caBundle bytes, groupPriorityMinimum int32!, versionPriority int32!
            ServiceReference: namespace string, name string, port int32?
            APIServiceStatus: conditions []APIServiceCondition@type
            APIServiceCondition: type string!, status string!, lastTransitionTime time!, reason string, message string
            """
    )

    /// `admissionregistration.k8s.io/v1`.
    static let admissionRegistration = SchemaTable(
        package: "admissionregistration/v1",
        group: "admissionregistration.k8s.io",
        text: """
            kind ValidatingWebhookConfiguration: webhooks []ValidatingWebhook@name
            ValidatingWebhook: name string!, clientConfig WebhookClientConfig!, rules []RuleWithOperations,
              failurePolicy string?, matchPolicy string?, namespaceSelector LabelSelector,
              objectSelector LabelSelector, sideEffects string?, timeoutSeconds int32?,
              admissionReviewVersions []string!, matchConditions []MatchCondition@name
            kind MutatingWebhookConfiguration: webhooks []MutatingWebhook@name
            MutatingWebhook: name string!, clientConfig WebhookClientConfig!, rules []RuleWithOperations,
              failurePolicy string?, matchPolicy string?, namespaceSelector LabelSelector,
              objectSelector LabelSelector, sideEffects string?, timeoutSeconds int32?,
              admissionReviewVersions []string!, reinvocationPolicy string?, matchConditions []MatchCondition@name
            WebhookClientConfig: url string?, service ServiceReference, caBundle bytes
            ServiceReference: namespace string!, name string!, path string?, port int32?
            RuleWithOperations: operations []string, apiGroups []string, apiVersions []string, resources []string,
              scope string?
            MatchCondition: name string!, expression string!

            kind ValidatingAdmissionPolicy+status: spec ValidatingAdmissionPolicySpec!,
              status ValidatingAdmissionPolicyStatus!
            ValidatingAdmissionPolicySpec: paramKind ParamKind, matchConstraints MatchResources,
              validations []Validation, failurePolicy string?, auditAnnotations []AuditAnnotation,
              matchConditions []MatchCondition@name, variables []Variable@name
            ParamKind=atomic: apiVersion string, kind string
            MatchResources=atomic: namespaceSelector LabelSelector, objectSelector LabelSelector,
              resourceRules []NamedRuleWithOperations, excludeResourceRules []NamedRuleWithOperations,
              matchPolicy string?
            NamedRuleWithOperations=atomic: resourceNames []string, operations []string, apiGroups []string,
              apiVersions []string, resources []string, scope string?
            Validation: expression string!, message string, reason string?, messageExpression string
            AuditAnnotation: key string!, valueExpression string!
            Variable=atomic: name string!, expression string!
            ValidatingAdmissionPolicyStatus: observedGeneration int64, typeChecking TypeChecking,
              conditions []Condition@type~-
            TypeChecking: expressionWarnings []ExpressionWarning
            ExpressionWarning: fieldRef string!, warning string!
            kind ValidatingAdmissionPolicyBinding: spec ValidatingAdmissionPolicyBindingSpec!
            ValidatingAdmissionPolicyBindingSpec: policyName string, paramRef ParamRef, matchResources MatchResources,
              validationActions []string@set~-
            ParamRef=atomic: name string, namespace string, selector LabelSelector,
              parameterNotFoundAction string?

            kind MutatingAdmissionPolicy: spec MutatingAdmissionPolicySpec!
            MutatingAdmissionPolicySpec: paramKind ParamKind, matchConstraints MatchResources, variables []Variable,
              mutations []Mutation, failurePolicy string?, matchConditions []MatchCondition@name,
              reinvocationPolicy string
            Mutation: patchType string!, applyConfiguration ApplyConfiguration, jsonPatch JSONPatch
            ApplyConfiguration: expression string
            JSONPatch: expression string
            kind MutatingAdmissionPolicyBinding: spec MutatingAdmissionPolicyBindingSpec!
            MutatingAdmissionPolicyBindingSpec: policyName string, paramRef ParamRef, matchResources MatchResources
            """
    )
}
