//! Sharing of equal values: ten thousand pods of one template hold one pod spec.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

/// Hands out one shared copy per distinct value.
#[derive(Debug)]
pub struct Interner<T: ?Sized + Eq + Hash> {
    seen: HashSet<Arc<T>>,
}

impl<T: ?Sized + Eq + Hash> Default for Interner<T> {
    fn default() -> Self {
        Self {
            seen: HashSet::new(),
        }
    }
}

impl<T: Eq + Hash> Interner<T> {
    /// The shared copy of `value`.
    pub fn share(&mut self, value: T) -> Arc<T> {
        if let Some(known) = self.seen.get(&value) {
            return Arc::clone(known);
        }
        let shared = Arc::new(value);
        self.seen.insert(Arc::clone(&shared));
        shared
    }
}

impl Interner<str> {
    /// The shared copy of `text`.
    pub fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.seen.get(text) {
            return Arc::clone(known);
        }
        let shared: Arc<str> = Arc::from(text);
        self.seen.insert(Arc::clone(&shared));
        shared
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_one_allocation() {
        let mut texts = Interner::<str>::default();
        assert!(Arc::ptr_eq(&texts.text("default"), &texts.text("default")));
        let mut lists = Interner::<Vec<u8>>::default();
        assert!(Arc::ptr_eq(&lists.share(vec![1]), &lists.share(vec![1])));
        assert!(!Arc::ptr_eq(&lists.share(vec![1]), &lists.share(vec![2])));
    }
}
