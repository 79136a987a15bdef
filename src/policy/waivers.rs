//! Waivers: which findings of the rules pass for a time. The one evaluator of every verb.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::model::code::{Code, Severity};
use crate::model::desired::Desired;
use crate::model::expiry::Expiry;
use crate::model::fault::Fault;
use crate::model::finding::Finding;
use crate::model::id::ResourceId;
use crate::model::kind::waiver::{Waiver, Waivers};
use crate::model::manifest::Manifest;
use crate::model::name::Name;
use crate::model::waived::Waived;

/// How long before its end a waiver is warned of.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);

/// When it is, and where.
struct Moment {
    now: Timestamp,
    zone: TimeZone,
}

impl Moment {
    fn is_over(&self, waiver: &Waiver) -> bool {
        waiver.expires.end(&self.zone) <= self.now
    }

    /// Says whether a waiver ends later than it may: errors are waived for 90 days at most, warnings for 365.
    fn is_too_long(&self, waiver: &Waiver) -> Option<i32> {
        let is_error = Code::parse(&waiver.control).is_none_or(|code| code.severity() == Severity::Error);
        let days = if is_error { 90 } else { 365 };
        let today = self.now.to_zoned(self.zone.clone()).date();
        let last = today.checked_add(days.days()).ok()?;
        (waiver.expires.end(&self.zone) > Expiry::Date(last).end(&self.zone)).then_some(days)
    }
}

/// Weighs findings against the waivers of a state: those that stand, and those that pass.
///
/// A waiver counts as it is written and as it stood before, whichever is narrower: what a change loosens counts from the
/// next one, what it tightens at once. Before the first revision nothing stood, and it is judged by its own. `of_policies`
/// is what policies may be waived by; `None` where not all of them can be read.
pub fn weigh(
    findings: Vec<Finding>,
    desired: &Desired,
    before: Option<&Waivers>,
    of_policies: Option<&BTreeSet<Name>>,
    now: Timestamp,
) -> (Vec<Finding>, Vec<Waived>) {
    let zone = desired.organization().map_or(TimeZone::UTC, |(_, organization)| organization.zone());
    let moment = Moment { now, zone };
    let (mut standing, mut waived, mut needed) = (Vec::new(), Vec::new(), BTreeSet::new());
    let counting = Counting::of(desired, &moment);
    for finding in findings {
        let mut written: Vec<(&ResourceId, &Waiver)> = counting.covering(&finding).collect();
        written.sort_by_key(|(id, _)| *id);
        needed.extend(written.iter().map(|(id, _)| (*id).clone()));
        let stood = |id: &ResourceId| {
            before.is_none_or(|before| before.get(id).is_some_and(|old| applies(old, &finding, &moment)))
        };
        match written.iter().find(|(id, _)| stood(id)) {
            Some((id, waiver)) => waived.push(Waived::new(finding, id, waiver)),
            None => standing.push(written.first().map_or(finding.clone(), |(id, _)| later(finding.clone(), id))),
        }
    }
    let whole = desired.declared::<Waiver>().filter(|(id, ..)| !desired.flaws.unread.contains(id));
    let own = whole.filter_map(|(id, waiver, manifest)| {
        let fault = waiver.unknown_control(of_policies);
        // A code that is worked out is known only where something has it.
        let unneeded = fault.filter(|fault| fault.code == Code::NotWaivable || !needed.contains(id));
        if let Some(fault) = unneeded.as_ref().filter(|fault| fault.code == Code::NotWaivable) {
            return Some(Finding::of(fault.clone(), manifest.site.spec("/control")));
        }
        // One of a policy that cannot be read may be meant.
        let is_known =
            desired.flaws.hides_nothing() && (of_policies.is_some() || Code::parse(&waiver.control).is_some());
        let is_spare = is_known && !needed.contains(id);
        state(id, waiver, manifest, unneeded.or_else(|| is_spare.then(|| spare(id, waiver))), &moment)
    });
    standing.extend(own);
    (standing, waived)
}

fn applies(waiver: &Waiver, finding: &Finding, moment: &Moment) -> bool {
    waiver.covers(finding) && !moment.is_over(waiver)
}

/// The waivers that did not end, by what they waive.
struct Counting<'d>(BTreeMap<&'d str, Vec<(&'d ResourceId, &'d Waiver)>>);

impl<'d> Counting<'d> {
    fn of(desired: &'d Desired, moment: &Moment) -> Self {
        let mut all: BTreeMap<&str, Vec<(&ResourceId, &Waiver)>> = BTreeMap::new();
        for (id, waiver, _) in desired.declared::<Waiver>().filter(|(_, waiver, _)| !moment.is_over(waiver)) {
            all.entry(&waiver.control).or_default().push((id, waiver));
        }
        Counting(all)
    }

    fn covering<'a>(&'a self, finding: &'a Finding) -> impl Iterator<Item = (&'d ResourceId, &'d Waiver)> + 'a {
        let named = finding.controls().flat_map(|name| self.0.get(name).into_iter().flatten());
        named.copied().filter(|(_, waiver)| waiver.covers(finding))
    }
}

/// Says that a waiver comes too late for the change that brings it.
fn later(finding: Finding, id: &ResourceId) -> Finding {
    let waiver = format!("`{id}` as it is written here counts from the next change on");
    let help = finding.help.as_ref().map_or_else(|| waiver.clone(), |help| format!("{help}; {waiver}"));
    finding.help(help)
}

/// Says that no finding is covered by a waiver.
fn spare(id: &ResourceId, waiver: &Waiver) -> Fault {
    let message = format!("`{id}` waives nothing: no finding of `{}` is covered by it", waiver.control);
    Fault::new(Code::WaiverUnneeded, message).help("take the waiver out")
}

/// Says what is wrong with a waiver itself; why it is unneeded, if it is known to be.
fn state(
    id: &ResourceId,
    waiver: &Waiver,
    manifest: &Manifest,
    unneeded: Option<Fault>,
    moment: &Moment,
) -> Option<Finding> {
    let expires = waiver.expires;
    let finding = |code, pointer, message: String, help: &str| {
        Some(Finding::new(code, manifest.site.spec(pointer), message).help(help))
    };
    if !waiver.says_for_whom() {
        let message = format!("`{id}` does not say for which team or resource it is");
        return finding(Code::MissingField, "", message, "add `team` or `resource`");
    }
    if moment.is_over(waiver) {
        let message = format!("`{id}` ended with {expires} and waives nothing any more");
        return finding(Code::WaiverExpired, "/expires", message, "take the waiver out, or have a new one approved");
    }
    if let Some(days) = moment.is_too_long(waiver) {
        let message = format!("`{id}` ends with {expires}, more than {days} days ahead");
        return finding(
            Code::WaiverTooLong,
            "/expires",
            message,
            "give it an earlier end, and renew it when it is due",
        );
    }
    if let Some(fault) = unneeded {
        return Some(Finding::of(fault, manifest.site.spec("/control")));
    }
    let is_soon = expires.end(&moment.zone).duration_since(moment.now) <= SOON;
    let message = format!("`{id}` ends with {expires}: what it waives is found again then");
    is_soon.then(|| finding(Code::WaiverExpiring, "/expires", message, "mend what it waives, or have it renewed"))?
}
