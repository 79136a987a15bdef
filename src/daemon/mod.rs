//! The daemon: wakes, makes rounds, tells. What happens in a round is `reconcile`'s.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use sd_notify::NotifyState;
use tracing::{debug, error, info, warn};

use crate::model::drift::Record;
use crate::model::source_state::Beat;
use crate::model::work::{Rounds, Work};
use crate::reconcile::{Condition, Error, Follower, Step};

pub mod backoff;
pub mod wake;

use backoff::{Backoff, jittered};
pub use wake::{Asked, Stop, Watch};

/// How often the daemon looks.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// At the source, when nothing wakes it.
    pub source: Duration,
    /// At the store's log.
    pub store: Duration,
    /// At everything anew, to compare it with what is remembered.
    pub audit: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Pace { source: Duration::from_secs(15), store: Duration::from_millis(250), audit: Duration::from_secs(3600) }
    }
}

/// Follows a source until somebody asks for the end; a landing in flight is finished first.
pub fn run(follower: &mut Follower<'_>, watch: &Watch, stop: &Stop, pace: Pace) -> Asked {
    let mut clock = Clock {
        pace,
        backoff: Backoff::default(),
        look_at: Instant::now(),
        audit_at: Instant::now() + pace.audit,
        rest_until: None,
        trouble: None,
        started_at: Timestamp::now(),
        last_round: None,
        rounds: Rounds::default(),
    };
    tell(&[NotifyState::Ready]);
    loop {
        if let Some(asked) = stop.asked() {
            info!(event = "stopping", "the last round is done");
            if let Err(error) = follower.tell(None, &Beat { next_round_at: None, ..clock.beat() }) {
                warn!(event = "unsaid", %error, "status cannot tell that the daemon ended");
            }
            tell(&[NotifyState::Stopping]);
            return asked;
        }
        let woken = watch.wait(pace.store);
        if clock.rests() {
            continue;
        }
        let is_due = woken || Instant::now() >= clock.look_at;
        let look = follower.look_ahead(is_due);
        if is_due && !look {
            clock.waits();
        }
        let began = Instant::now();
        let made = follower.step(look, Timestamp::now()).and_then(|step| {
            clock.succeeded(look, step.as_ref(), began.elapsed());
            if step.is_some() || is_due || look { follower.tell(step.as_ref(), &clock.beat()) } else { Ok(()) }
        });
        let made = made.and_then(|()| clock.audit(follower));
        if let Err(error) = made
            && stop.asked().is_none()
        {
            clock.failed(look, &error);
            if let Err(error) = follower.tell(None, &clock.beat()) {
                debug!(event = "unsaid", %error, "status cannot tell when the daemon looks again");
            }
        }
    }
}

/// When the daemon looks next.
struct Clock {
    pace: Pace,
    backoff: Backoff,
    look_at: Instant,
    audit_at: Instant,
    rest_until: Option<Instant>,
    trouble: Option<Trouble>,
    started_at: Timestamp,
    last_round: Option<Duration>,
    rounds: Rounds,
}

impl Clock {
    fn rests(&self) -> bool {
        self.rest_until.is_some_and(|until| Instant::now() < until)
    }

    /// Goes on while somebody looks at the source, and gives a sign of life as often as it would look.
    fn waits(&mut self) {
        self.look_at = Instant::now() + jittered(self.pace.source, fastrand::f64());
    }

    /// Audits if it is time; where nothing could be compared, it is time still.
    fn audit(&mut self, follower: &mut Follower<'_>) -> Result<(), Error> {
        if Instant::now() >= self.audit_at && audit(follower)? {
            self.audit_at = Instant::now() + jittered(self.pace.audit, fastrand::f64());
        }
        Ok(())
    }

    /// Makes the sign of life of this moment.
    fn beat(&self) -> Beat {
        let now = Timestamp::now();
        let next = self.rest_until.map_or(self.look_at, |rested| rested.max(self.look_at));
        let wait = SignedDuration::try_from(next.saturating_duration_since(Instant::now())).ok();
        Beat {
            pid: std::process::id(),
            started_at: self.started_at,
            beat_at: now,
            next_round_at: wait.and_then(|wait| now.checked_add(wait).ok()),
            last_round_ms: self.last_round.map(millis),
            rounds: self.rounds,
        }
    }

    fn succeeded(&mut self, looked: bool, step: Option<&Step>, took: Duration) {
        self.rest_until = None;
        // What the store alone came to says nothing of the source.
        if looked || self.trouble != Some(Trouble::Source) {
            self.backoff.succeeded();
            if self.trouble.take().is_some() {
                info!(event = "recovered");
            }
        }
        if looked {
            self.waits();
        }
        if let Some(step) = step {
            self.last_round = Some(took);
            self.rounds.add(step.spent.work);
            report(step);
        }
    }

    /// Waits after a failure. While a source cannot be read the store is followed all the same: the last good state
    /// stands, and what is changed by hand is put back.
    fn failed(&mut self, looked: bool, failure: &Error) {
        let wait = self.backoff.failed(fastrand::f64());
        error!(event = "failed", error = %failure, retry_in_ms = millis(wait), "nothing was changed");
        let until = Instant::now() + wait;
        if looked && matches!(failure, Error::Source(_)) {
            (self.trouble, self.look_at) = (Some(Trouble::Source), until);
        } else {
            // It may have been the source before: only a look at it says that it is well again.
            self.trouble.get_or_insert(Trouble::Store);
            (self.rest_until, self.look_at) = (Some(until), Instant::now());
        }
    }
}

/// Works everything out anew, and says whether that could be compared with what is remembered; a difference is an alarm.
fn audit(follower: &mut Follower<'_>) -> Result<bool, Error> {
    let began = Instant::now();
    let Some(alarms) = follower.audit(Timestamp::now())? else { return Ok(false) };
    for what in &alarms {
        error!(event = "audit-differs", what, "a fault in Charter, or written past it: what was read anew counts");
    }
    debug!(event = "audited", differences = alarms.len(), took_ms = millis(began.elapsed()));
    Ok(true)
}

/// What a failure was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    Source,
    Store,
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Writes what a step came to, an event a line.
fn report(step: &Step) {
    let seen = step.seen.as_ref().map_or_else(|| "-".to_owned(), |seen| seen.label());
    let Work { parsed, compiled, judged, read } = step.spent.work;
    if let Some(why) = &step.lost {
        warn!(event = "store-reread", why, "the store's log could not be trusted: all of it was read again");
    }
    if !step.mended.is_empty() {
        warn!(event = "store-mended", what = step.mended.join("; "), "what was damaged in the store was put back");
    }
    step.records.iter().for_each(drifted);
    if let Some(plan) = &step.landed {
        let counts = plan.counts();
        // Not what was seen: a bad head is seen, and the last good state is put back.
        let landed = plan.revision.as_ref().map_or_else(|| "-".to_owned(), |revision| revision.label());
        info!(event = "landed", revision = %landed, plan = %plan.effect, added = counts.add, changed = counts.change, removed = counts.remove, recorded = counts.recorded, parsed, compiled, judged, read);
    }
    match step.condition {
        Condition::Ready => {
            debug!(event = "ready", revision = %seen, parsed, compiled, judged, read)
        }
        Condition::Stalled => {
            warn!(event = "stalled", revision = %seen, reason = step.reason, "the last good state stands")
        }
        Condition::Held => {
            warn!(event = "held", revision = %seen, reason = step.reason, "charter apply --allow lifts it")
        }
        Condition::Suspended => {
            warn!(event = "not-ready", revision = %seen, condition = %step.condition, reason = step.reason)
        }
        Condition::Unknown => info!(event = "waiting", reason = step.reason, "for the first commit"),
    }
    tell(&[NotifyState::Status(&format!("{} at {seen}", step.condition))]);
}

fn drifted(record: &Record) {
    let Record { id, resource, class, occurrences, flapping, .. } = record;
    let times = [record.healed_at.last(), record.written_at.as_ref()];
    let [healed_at, written_at] = times.map(|at| at.map(ToString::to_string));
    let state = record.state();
    warn!(event = "drift", id, %resource, %class, occurrences, flapping, state, healed_at, written_at);
}

/// Tells systemd, where it started the program (`sd_notify`); elsewhere nobody listens.
fn tell(states: &[NotifyState<'_>]) {
    let _nobody_listens = sd_notify::notify(states);
}
