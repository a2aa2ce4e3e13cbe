//! What Kubernetes appends to the names of the objects it makes.

/// A name without what Kubernetes appended to it, and that: `-<pod template hash>`, `-<five random letters>` or both,
/// an ordinal, or a CronJob's time.
pub(super) fn split_generated(name: &str) -> (&str, &str) {
    let random = |part: &str| part.len() == 5 && part.bytes().all(is_random);
    let hash = |part: &str| {
        (8..=10).contains(&part.len())
            && part.bytes().all(|b| is_random(b) || b.is_ascii_hexdigit())
    };
    let number = |part: &str| {
        !part.is_empty() && part.len() <= 12 && part.bytes().all(|b| b.is_ascii_digit())
    };
    let cut = |name: &str, fits: &dyn Fn(&str) -> bool| {
        let (base, part) = name.rsplit_once('-')?;
        (!base.is_empty() && fits(part)).then_some(base.len())
    };
    let mut end = name.len();
    if let Some(base) = cut(name, &random) {
        end = base;
    }
    let rest = name.get(..end).unwrap_or(name);
    // A word of eight letters is more likely a word than a hash.
    let digits = |part: &str| part.bytes().any(|b| b.is_ascii_digit());
    if let Some(base) = cut(rest, &|part| hash(part) && digits(part) || number(part)) {
        end = base;
    }
    name.split_at(end)
}

/// The letters of `k8s.io/apimachinery/pkg/util/rand`: no vowels, so that no words come out.
fn is_random(byte: u8) -> bool {
    b"bcdfghjklmnpqrstvwxz2456789".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kubernetes_appends_is_told_from_names() {
        for (name, base) in [
            ("cart-6d4b9c7f8-x2k9q", "cart"),
            ("cart-6d4b9c7f8", "cart"),
            ("node-exporter-x2k9q", "node-exporter"),
            ("db-0", "db"),
            ("nightly-28881234-x2k9q", "nightly"),
            ("nightly-28881234", "nightly"),
            ("cart-frontend", "cart-frontend"),
            ("cart", "cart"),
            ("-x2k9q", "-x2k9q"),
            ("", ""),
        ] {
            assert_eq!(split_generated(name).0, base, "{name}");
        }
    }
}
