//! How long a decision takes: Charter, Casbin and Cedar on one organisation, in one run, after their answers were compared.
//!
//! ```text
//! cargo run --release --manifest-path benches/access/Cargo.toml -- 1000 10000 110000
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use charter::access::Access;
use charter::model::id::ResourceId;
use charter::model::kind::Spec;
use charter::model::question::Question;
use jiff::Timestamp;

mod casbin;
mod cedar;
mod organisation;

use organisation::{Asked, Organisation};

type Done<T = ()> = Result<T, Box<dyn Error>>;

/// How many questions are asked, of which every answer is compared.
const QUESTIONS: usize = 2_000;

/// How long a peer may be asked: with many bindings one decision of some takes long.
const PATIENCE: Duration = Duration::from_secs(10);

const NOW: Timestamp = Timestamp::constant(1_795_000_000, 0);

fn main() -> Done {
    let sizes: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![1_000, 10_000, 110_000] } else { sizes };
    say("| bindings | who decides | to be ready (ms) | p50 (µs) | p99 (µs) | asked | granted |\n|---|---|---|---|---|---|---|")?;
    sizes.into_iter().try_for_each(compare)
}

fn say(text: &str) -> Done {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

fn compare(bindings: usize) -> Done {
    let organisation = Organisation::of(bindings);
    let asked = organisation.questions(QUESTIONS);
    let specs: BTreeMap<ResourceId, Spec> = organisation.specs()?;
    let (ready, access) = timed(|| Ok(Access::of(&specs.iter().collect::<Vec<_>>())))?;
    let questions: Vec<Question> = asked.iter().map(Asked::question).collect::<Done<_>>()?;
    let answers = row(bindings, "Charter", ready, &questions, |question| Ok(access.decide(question, NOW)?))?;
    let requests: Vec<casbin::Request> = asked.iter().map(casbin::Peer::request).collect();
    let (ready, mut peer) = timed(|| casbin::Peer::of(&organisation))?;
    same("Casbin", &answers, row(bindings, "Casbin", ready, &requests, |request| peer.decide(request))?)?;
    let requests: Vec<cedar_policy::Request> = asked.iter().map(cedar::Peer::request).collect::<Done<_>>()?;
    let (ready, peer) = timed(|| cedar::Peer::of(&organisation))?;
    same("Cedar", &answers, row(bindings, "Cedar", ready, &requests, |request| peer.decide(request))?)
}

fn same(who: &str, expected: &[bool], answers: Vec<bool>) -> Done {
    match answers.iter().zip(expected).position(|(answer, expected)| answer != expected) {
        Some(place) => Err(format!("{who} answers question {place} otherwise").into()),
        None => Ok(()),
    }
}

fn timed<T>(work: impl FnOnce() -> Done<T>) -> Done<(Duration, T)> {
    let started = Instant::now();
    let done = work()?;
    Ok((started.elapsed(), done))
}

/// Times each decision, after all were made once as far as patience reaches, and prints a row.
fn row<Q>(
    bindings: usize,
    who: &str,
    ready: Duration,
    questions: &[Q],
    mut decide: impl FnMut(&Q) -> Done<bool>,
) -> Done<Vec<bool>> {
    let (began, mut answers, mut times) = (Instant::now(), Vec::new(), Vec::new());
    for question in questions {
        answers.push(decide(question)?);
        if began.elapsed() > PATIENCE {
            break;
        }
    }
    for question in questions.iter().take(answers.len()) {
        let started = Instant::now();
        black_box(decide(black_box(question))?);
        times.push(started.elapsed());
    }
    times.sort();
    let micros = |share: usize| times.get(times.len() * share / 100).map_or(0.0, |time| time.as_nanos() as f64 / 1000.0);
    let granted = answers.iter().filter(|answer| **answer).count() * 100 / answers.len().max(1);
    let (p50, p99, asked) = (micros(50), micros(99), answers.len());
    say(&format!("| {bindings} | {who} | {} | {p50:.2} | {p99:.2} | {asked} | {granted} % |", ready.as_millis()))?;
    Ok(answers)
}
