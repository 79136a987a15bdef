//! Walking a graph without working out all that can be reached in it.

use std::collections::HashSet;
use std::hash::Hash;

/// How many nodes are looked through one by one before they are hashed.
const FEW: usize = 16;

/// Visits nodes breadth first, each once, until one is what is looked for; says whether one was.
pub fn walk<N: Copy + Eq + Hash, I: IntoIterator<Item = N>>(
    start: impl IntoIterator<Item = N>,
    next: impl Fn(N) -> I,
    mut is_it: impl FnMut(N) -> bool,
) -> bool {
    let (mut seen, mut hashed, mut here) = (Vec::new(), HashSet::new(), 0);
    start.into_iter().for_each(|node| add(node, &mut seen, &mut hashed));
    while let Some(node) = seen.get(here).copied() {
        if is_it(node) {
            return true;
        }
        next(node).into_iter().for_each(|node| add(node, &mut seen, &mut hashed));
        here += 1;
    }
    false
}

fn add<N: Copy + Eq + Hash>(node: N, seen: &mut Vec<N>, hashed: &mut HashSet<N>) {
    if seen.len() == FEW {
        hashed.extend(seen.iter().copied());
    }
    let is_new = if seen.len() < FEW { !seen.contains(&node) } else { hashed.insert(node) };
    if is_new {
        seen.push(node);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_node_is_visited_once_however_many_there_are() {
        for count in [1, 2, FEW - 1, FEW, FEW + 1, 10 * FEW] {
            let mut visited = Vec::new();
            // A circle with chords.
            let next = |node: usize| [(node + 1) % count, (node * 7 + 3) % count, 0];
            assert!(!walk([0, 0], next, |node| {
                visited.push(node);
                false
            }));
            visited.sort_unstable();
            assert_eq!(visited, (0..count).collect::<Vec<_>>());
            assert!(walk([0], next, |node| node == count - 1));
        }
    }
}
