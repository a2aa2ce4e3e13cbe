//! placeholder
pub fn redact_names(_: &mut crate::model::Snapshot, _: &[u8]) {}
pub fn fresh_key() -> [u8; 32] {
    [0; 32]
}
