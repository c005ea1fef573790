// SPDX-License-Identifier: Apache-2.0

// MARK: - Metadata

extension MalformedSecret {
    static let metadata: [MalformedSecret] = [
        .init("annotations are a text", pin("annotations: @CANARY@")),
        .init("annotations are a list", pin("annotations: [@CANARY@]")),
        .init("an annotation is a number", pin("annotations: {pin: @NUMBER@}")),
        .init("an annotation is a map", pin("annotations: {pin: {value: @CANARY@}}")),
        .init("an annotation repeats the value", pin("annotations: {note: 'the password is @CANARY@'}")),
        .init("an annotation repeats the base64", pin("annotations: {note: @BASE64@}")),
        .init("what was applied last repeats the value", pin("annotations: {\(lastApplied): '\(applied)'}")),
        .init("labels are a text", pin("labels: @CANARY@")),
        .init("labels are a list", pin("labels: [@CANARY@]")),
        .init("a label is a number", pin("labels: {pin: @NUMBER@}")),
        .init("a label repeats the value", pin("labels: {pin: @CANARY@}")),
        .init("stringData in the metadata", pin("stringData: {pin: @CANARY@}")),
        .init("a version of the object", pin("resourceVersion: @CANARY@")),
        .init("managed fields", pin("managedFields: [{manager: @CANARY@}]")),
        .init("annotations that are too large", pin("annotations: {note: '@CANARY@@MUCH@'}")),
        .init("a name that is a list", named("{name: [@CANARY@]}")),
        .init("no name", named("{namespace: @SPACE@}")),
        .init("a name to be made", named("{generateName: pin-}")),
        .init("metadata that is a text", named("@CANARY@")),
    ]

    private static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"
    private static let applied = #"{"stringData":{"pin":"@CANARY@"}}"#

    /// A Secret with one more line in the metadata.
    private static func pin(_ line: String) -> String { named("\n  name: @NAME@\n  namespace: @SPACE@\n  \(line)") }

    /// A Secret with this metadata.
    private static func named(_ metadata: String) -> String {
        "apiVersion: v1\nkind: Secret\nmetadata: \(metadata)\nstringData: {pin: @CANARY@}\n"
    }
}

// MARK: - Whole objects

extension MalformedSecret {
    static let objects: [MalformedSecret] = [
        .init("a List with a wrong Secret", list("List", "apiVersion: v1, kind: Secret, ", "{pin: [@CANARY@]}")),
        .init("a List with a right Secret", list("List", "apiVersion: v1, kind: Secret, ", "{pin: @CANARY@}")),
        .init("a SecretList", list("SecretList", "", "{pin: @CANARY@}")),
        .init("a List that is a text", "apiVersion: v1\nkind: List\nitems: @CANARY@\n"),
        .init("a List of texts", "apiVersion: v1\nkind: List\nitems: [@CANARY@, '@NUMBER@']\n"),
        .init("a List in a List", "apiVersion: v1\nkind: List\nitems:\n- kind: List\n  items: {pin: @CANARY@}\n"),
        .init("a kind in small letters", whole("v1", "secret")),
        .init("a kind in capital letters", whole("v1", "SECRET")),
        .init("a kind that is a list", whole("v1", "[Secret, @CANARY@]")),
        .init("another group", whole("apps/v1", "Secret")),
        .init("another version", whole("v2", "Secret")),
        .init("a version that is a number", whole("1.0", "Secret")),
        .init("a version of three parts", whole("core/v1/x", "Secret")),
        .init("no version", "kind: Secret\nmetadata: {name: @NAME@}\nstringData: {pin: @CANARY@}\n"),
        .init("no kind", "apiVersion: v1\nmetadata: {name: @NAME@}\nstringData: {pin: @CANARY@}\n"),
        .init("neither version nor kind", "stringData: {pin: @CANARY@}\n"),
        .init("nothing but the value", "@CANARY@\n"),
        .init("a list of values", "- password: @CANARY@\n"),
        .init("the same Secret twice", "@HEAD@stringData: {pin: @CANARY@}\n---\n@HEAD@stringData: {pin: x}\n"),
        .init("a mistake in the second document", "@HEAD@stringData: {pin: @CANARY@}\n---\nkind: [@CANARY@\n"),
        .init("several mistakes at once", "@HEAD@stringData: {pin: [@CANARY@]}\nspec: {pin: @CANARY@}\n"),
    ]

    private static let meta = "{name: @NAME@, namespace: @SPACE@}"

    private static func whole(_ version: String, _ kind: String) -> String {
        "apiVersion: \(version)\nkind: \(kind)\nmetadata: \(meta)\nstringData: {pin: @CANARY@}\n"
    }

    private static func list(_ kind: String, _ head: String, _ data: String) -> String {
        "apiVersion: v1\nkind: \(kind)\nitems:\n- {\(head)metadata: \(meta), stringData: \(data)}\n"
    }
}
