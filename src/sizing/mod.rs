//! Right-sizing and the causes of throttling: pure arithmetic over what was measured.

mod cpu;
mod history;
mod memory;
mod round;
mod throttling;

pub use cpu::{CpuNeed, cpu_need};
pub use history::{History, history_of};
pub use memory::{MemoryBasis, MemoryNeed, memory_need, resize_memory};
pub use round::{round_cpu_up, round_memory_up};
pub use throttling::{Cause, Diagnosis, PERIOD_SECONDS, Quota, diagnose};
