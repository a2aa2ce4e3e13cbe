//! One file per heuristic, found by the build script; nothing else.

use crate::check::Check;

include!(concat!(env!("OUT_DIR"), "/checks.rs"));
