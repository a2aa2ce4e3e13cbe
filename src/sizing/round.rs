//! Rounding to quantities that people write. Always up: a recommendation never ends below what it was computed from.

use crate::model::{Bytes, Cpu};

/// Steps of 10m below one core, 50m below four, 100m above.
#[must_use]
pub fn round_cpu_up(cpu: Cpu) -> Cpu {
    let step = match cpu.0 {
        0..1000 => 10,
        1000..4000 => 50,
        _ => 100,
    };
    Cpu(cpu.0.max(1).next_multiple_of(step))
}

/// Steps of 16Mi below 256Mi, 64Mi below 1Gi, 256Mi below 4Gi, 1Gi above.
#[must_use]
pub fn round_memory_up(bytes: Bytes) -> Bytes {
    let step = match bytes.0 {
        b if b < 256 * Bytes::MI => 16 * Bytes::MI,
        b if b < Bytes::GI => 64 * Bytes::MI,
        b if b < 4 * Bytes::GI => 256 * Bytes::MI,
        _ => Bytes::GI,
    };
    Bytes(
        bytes
            .0
            .max(1)
            .checked_next_multiple_of(step)
            .unwrap_or(bytes.0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quantities_are_the_ones_people_write() {
        for (from, to) in [
            (1, "10m"),
            (251, "260m"),
            (990, "990m"),
            (1001, "1050m"),
            (3990, "4"),
            (4010, "4100m"),
        ] {
            assert_eq!(round_cpu_up(Cpu(from)).to_string(), to);
        }
        for (mib, to) in [
            (1, "16Mi"),
            (200, "208Mi"),
            (300, "320Mi"),
            (1025, "1280Mi"),
            (5580, "6Gi"),
            (8193, "9Gi"),
        ] {
            assert_eq!(round_memory_up(Bytes(mib << 20)).to_string(), to);
        }
    }

    proptest! {
        #[test]
        fn rounding_never_lowers_and_is_stable(n in 0_u64..1 << 45) {
            let (cpu, memory) = (round_cpu_up(Cpu(n)), round_memory_up(Bytes(n)));
            prop_assert!(cpu.0 >= n && memory.0 >= n);
            prop_assert_eq!(round_cpu_up(cpu), cpu);
            prop_assert_eq!(round_memory_up(memory), memory);
        }
    }
}
