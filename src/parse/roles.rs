//! The team guide's bare list of roles: what is one, and what was meant as one.

use super::classify::is_near;
use super::node::Node;

/// Says whether a document is the sole key `roles` with a list, of which an item has a field of a role.
///
/// A requirements file of Ansible has that key too: its items say where a role comes from and not what it permits.
pub fn is_document(root: &Node<'_>) -> bool {
    let [only] = root.entries() else { return false };
    let items = only.value.items();
    let has = |field: &str| items.iter().any(|item| item.get(field).is_some());
    let is_ansible = ["src", "version", "scm"].iter().any(|field| has(field));
    only.key == "roles" && (has("permissions") || has("name") && !is_ansible)
}

/// Says whether a document was meant as one: below `roles`, but for two typos, something has `permissions`.
pub fn is_meant(root: &Node<'_>) -> bool {
    let permits = |node: &Node| node.get("permissions").is_some();
    let below = |node: &Node| {
        permits(node) || node.items().iter().any(permits) || node.entries().iter().any(|entry| permits(&entry.value))
    };
    root.entries().iter().any(|entry| is_near(&entry.key, "roles") && below(&entry.value))
}
