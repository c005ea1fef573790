// SPDX-License-Identifier: Apache-2.0

/// One event of libyaml's parser, copied out of C.
struct YAMLEvent {
    enum Kind {
        case streamStart
        case streamEnd
        case documentStart
        case documentEnd
        case alias(String)
        /// `isMerge`: a plain `<<`, which as a key means "take over these maps".
        case scalar(ResolvedScalar, size: Int, isMerge: Bool)
        case listStart
        case mapStart
        case collectionEnd
    }

    let kind: Kind
    /// The name given with `&`, or nil.
    var anchor: String?
    /// A tag of a list or map that is not its own (`!!set`, `!Ref`), or nil.
    var foreignTag: String?
    /// Line in the whole text, from 1.
    let line: Int
    /// Column in characters, from 1.
    let column: Int
    /// Characters (Unicode scalars) of the text up to the event's end.
    let end: Int
}
