//! Fixes: changes stated in the domain, lowered to text, and proved.
//!
//! Architecture invariant: a fix never holds text to paste. It holds [`Edit`]s; each output is made from them and
//! checked by reading it back.

mod edit;

pub use edit::{
    Applicability, ContainerRef, Edit, Fix, ResourceChange, ResourceField, RuleField, RuleRef,
};
