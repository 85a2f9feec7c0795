/// A secret from the configuration. Printed, described or reflected it shows that it is set, and nothing more.
package struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The secret itself, for the part that checks or uses it.
    package let text: String

    package init(_ text: String) { self.text = text }

    package var description: String { "(set)" }
    package var debugDescription: String { "(set)" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
