//! Rows of a table, one behind the other: what is looked up in them touches as little memory as can be.

/// Rows of any length, by their number (compressed sparse rows).
#[derive(Debug)]
pub struct Rows<T> {
    /// Where each row begins, and at last where the last one ends.
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Rows { starts: Vec::new(), items: Vec::new() }
    }
}

impl<T> Rows<T> {
    /// Makes rows out of items and the numbers of their rows; those of one row keep their order.
    pub fn of(mut items: Vec<(u32, T)>) -> Self {
        items.sort_by_key(|(row, _)| *row);
        let count = items.last().map_or(0, |(row, _)| *row as usize + 1);
        let mut starts = Vec::with_capacity(count + 1);
        for (here, (row, _)) in (0..).zip(&items) {
            starts.resize(starts.len().max(*row as usize + 1), here);
        }
        starts.push(u32::try_from(items.len()).unwrap_or(u32::MAX));
        Rows { starts, items: items.into_iter().map(|(_, item)| item).collect() }
    }

    /// Returns a row, which has nothing in it if nothing was put there.
    pub fn row(&self, row: u32) -> &[T] {
        let bounds = self.starts.get(row as usize..).and_then(|starts| starts.first_chunk::<2>());
        bounds.and_then(|[from, to]| self.items.get(*from as usize..*to as usize)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_a_row_is_in_it_in_its_order() {
        let rows = Rows::of(vec![(3, 'd'), (1, 'x'), (3, 'a'), (6, 'e'), (1, 'y')]);
        let all: Vec<String> = (0..9).map(|row| rows.row(row).iter().collect()).collect();
        assert_eq!(all, ["", "xy", "", "da", "", "", "e", "", ""]);
        assert!(Rows::<char>::of(Vec::new()).row(0).is_empty());
        assert!(Rows::<char>::default().row(u32::MAX).is_empty());
    }
}
