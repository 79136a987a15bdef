//! How long to wait after a failure: exponential, with jitter, so that many daemons do not come back at once.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(300);

/// Counts failures in a row.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Counts a failure and returns how long to wait: half of the doubled time and a random part of the other half.
    ///
    /// `random` is between 0 and 1.
    pub fn failed(&mut self, random: f64) -> Duration {
        let doubled = FIRST.saturating_mul(2_u32.saturating_pow(self.failures)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        doubled.mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0)
    }

    /// Forgets the failures.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }
}

/// Spreads a period by up to a tenth either way.
pub fn jittered(period: Duration, random: f64) -> Duration {
    period.mul_f64(0.9 + random.clamp(0.0, 1.0) / 5.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_to_a_bound_and_begin_again() {
        let mut backoff = Backoff::default();
        let waits: Vec<u64> = (0..12).map(|_| backoff.failed(1.0).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
        backoff.succeeded();
        assert_eq!(backoff.failed(0.0), Duration::from_millis(500));
        assert_eq!((jittered(FIRST, 0.0).as_millis(), jittered(FIRST, 1.0).as_millis()), (900, 1100));
    }
}
