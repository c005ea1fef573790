// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Collects the findings of validation in order, with the checks that many kinds share.
struct Findings {
    private(set) var errors: [FieldError] = []

    mutating func invalid(_ field: String, _ value: JSON?, _ detail: String) {
        errors.append(FieldError(field, .invalid, value: value, detail: detail))
    }

    mutating func required(_ field: String, _ detail: String = "") {
        errors.append(FieldError(field, .required, detail: detail))
    }

    mutating func forbidden(_ field: String, _ detail: String) {
        errors.append(FieldError(field, .forbidden, detail: detail))
    }

    mutating func duplicate(_ field: String, _ value: JSON) {
        errors.append(FieldError(field, .duplicate, value: value))
    }

    mutating func notFound(_ field: String, _ value: JSON) {
        errors.append(FieldError(field, .notFound, value: value))
    }

    mutating func unsupported(_ field: String, _ value: JSON?, _ supported: [String]) {
        let list = supported.map { JSON.string($0).text }.joined(separator: ", ")
        errors.append(FieldError(field, .notSupported, value: value, detail: "supported values: \(list)"))
    }

    mutating func tooLong(_ field: String, maxBytes: Int) {
        errors.append(FieldError(field, .tooLong, detail: "may not be more than \(maxBytes) bytes"))
    }

    /// Adds a finding of another form.
    mutating func add(_ error: FieldError) { errors.append(error) }

    /// Each problem of a text as an invalid value.
    mutating func problems(_ field: String, _ text: String, _ problems: [String]) {
        for problem in problems { invalid(field, .string(text), problem) }
    }

    /// A text out of a closed set; an absent one is required.
    mutating func choice(_ field: String, _ value: JSON?, _ supported: [String], required detail: String? = nil) {
        let text = value?.string ?? ""
        if text.isEmpty, let detail { return required(field, detail) }
        if !supported.contains(text) { unsupported(field, .string(text), supported) }
    }

    /// A number that is absent or not negative.
    mutating func notNegative(_ field: String, _ value: JSON?) {
        if let number = value?.int, number < 0 { invalid(field, value, "must be greater than or equal to 0") }
    }

    /// A port number or the name of one.
    mutating func port(_ field: String, _ value: JSON?) {
        switch value {
        case .string(let name)?: problems(field, name, TextRules.portNameProblems(name))
        case .int(let number)?:
            if !(1...65_535).contains(number) { invalid(field, value, "must be between 1 and 65535, inclusive") }
        default: break
        }
    }

    /// A number or percentage.
    mutating func intOrPercent(_ field: String, _ value: JSON?) {
        switch value {
        case .string(let text)?:
            guard TextRules.isPercent(text) else {
                return invalid(
                    field,
                    value,
                    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', "
                        + "regex used for validation is '[0-9]+%')"
                )
            }
        case .int: notNegative(field, value)
        default: break
        }
    }

    /// Keys and values of labels.
    mutating func labels(_ field: String, _ labels: JSON?) {
        for label in labels?.object ?? JSONObject() {
            let text = label.value.string ?? ""
            problems(field, label.key, NameRule.qualifiedNameProblems(label.key, subject: "label key"))
            problems(field, text, NameRule.labelValueProblems(text))
        }
    }

    /// A label selector.
    mutating func selector(_ field: String, _ selector: JSON?) {
        labels("\(field).matchLabels", selector?["matchLabels"])
        for (index, requirement) in (selector?.items("matchExpressions") ?? []).enumerated() {
            let place = "\(field).matchExpressions[\(index)]"
            switch requirement.text("operator") {
            case "In", "NotIn":
                if !requirement.has("values") {
                    required("\(place).values", "must be specified when `operator` is 'In' or 'NotIn'")
                }
            case "Exists", "DoesNotExist":
                if requirement.has("values") {
                    forbidden("\(place).values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
                }
            default: invalid("\(place).operator", requirement["operator"], "not a valid selector operator")
            }
            let key = requirement.text("key")
            problems("\(place).key", key, NameRule.qualifiedNameProblems(key, subject: "label key"))
        }
    }

    /// Refuses a field that differs from before.
    mutating func immutable(_ field: String, _ old: JSON?, _ new: JSON?) {
        if !JSONEquality.isEqual(old, new) { invalid(field, new ?? .null, "field is immutable") }
    }

    /// The parsed amount; an invalid text was refused while decoding.
    static func quantity(_ value: JSON?) -> Quantity? {
        guard let text = value?.string else { return nil }
        return try? Quantity(text)  // decoded amounts are canonical
    }
}
