//! The memo of the pure stages: what they made of the last snapshot, so that the next one costs what differs.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::Value;

use super::ahead::Ahead;
use crate::access::{self, Access};
use crate::budget;
use crate::compile::{Change, Compiled, Compiler};
use crate::model::admitted::Admitted;
use crate::model::allocation::Allocation;
use crate::model::desired::Desired;
use crate::model::digest::Digest;
use crate::model::finding::Finding;
use crate::model::grant::Redundant;
use crate::model::id::ResourceId;
use crate::model::kind::organization::Organization;
use crate::model::kind::policy::Policy;
use crate::model::kind::waiver::Waiver;
use crate::model::kind::{Kind, Typed};
use crate::model::manifest::Read;
use crate::model::members::Members;
use crate::model::name::Name;
use crate::model::snapshot::{Delta, Snapshot, SourceFile};
use crate::model::standing::Standing;
use crate::model::waived::Waived;
use crate::model::work::Work;
use crate::parse::{self, Settings};
use crate::policy::{self, rego::World};

/// How long each stage took, and how much of it there was to do.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    pub read: Duration,
    pub parse: Duration,
    pub compile: Duration,
    pub judge: Duration,
    pub work: Work,
}

/// A snapshot and what the pure stages made of it.
#[derive(Debug)]
pub struct Memo {
    snapshot: Snapshot,
    settings: Settings,
    /// What is wrong with the schema of the settings.
    unusable: Option<Finding>,
    compiler: Compiler,
    judge: policy::Judge,
    /// The rules that stood before the change.
    before: Option<Arc<Standing>>,
    is_accepted: bool,
    /// Whether the rules of some packages alone are asked, so that nothing is admitted.
    is_narrow: bool,
    members: Option<(Digest, Arc<Members>)>,
    allocations: Option<(Digest, Arc<Vec<Allocation>>)>,
    grants: Option<(Digest, Arc<policy::Grants>)>,
    assignments: Option<(Digest, Arc<policy::Assignments>)>,
    redundant: Option<(Digest, Arc<Vec<Redundant>>)>,
}

/// What the stages have to say of a snapshot.
#[derive(Debug)]
pub struct Judged {
    /// Neither located nor sorted.
    pub findings: Vec<Finding>,
    pub waived: Vec<Waived>,
    pub read: Read,
    pub resources: usize,
    /// Whether rules were not asked about all that is declared, since some could not be read.
    pub is_partial: bool,
    /// The state that a plan can be made of; `None` where an error stands or no Organization is declared.
    pub admitted: Option<Admitted>,
}

impl Memo {
    /// Takes a snapshot and works all of it out.
    pub fn of(snapshot: Snapshot, spent: &mut Spent) -> Memo {
        Memo::with(snapshot, Ahead::default(), spent)
    }

    /// Takes a snapshot of which some is parsed already, and works out the rest.
    pub(super) fn with(snapshot: Snapshot, ahead: Ahead, spent: &mut Spent) -> Memo {
        let (settings, unusable) = Settings::read(snapshot.settings_schema.as_ref());
        let files = snapshot.files.clone();
        let (compiler, judge) = (Compiler::default(), policy::Judge::default());
        let mut memo = Memo {
            snapshot,
            settings,
            unusable,
            compiler,
            judge,
            before: None,
            is_accepted: false,
            is_narrow: false,
            members: None,
            allocations: None,
            grants: None,
            assignments: None,
            redundant: None,
        };
        memo.take(files.values(), ahead, Vec::new(), spent);
        memo
    }

    /// Takes what differs in a later commit and works that out.
    pub fn advance(&mut self, delta: Delta, spent: &mut Spent) {
        self.snapshot.advance(&delta);
        let gone = delta.removed.into_iter().map(|path| (path, None)).collect();
        self.take(delta.changed.iter(), Ahead::default(), gone, spent);
    }

    /// Puts files in the place of those of the same paths and works that out.
    pub fn revise(&mut self, files: Vec<SourceFile>) {
        if files.is_empty() {
            return;
        }
        self.take(files.iter(), Ahead::default(), Vec::new(), &mut Spent::default());
        Arc::make_mut(&mut self.snapshot.files).extend(files.into_iter().map(|file| (file.path.clone(), file)));
    }

    fn take<'f>(
        &mut self,
        files: impl Iterator<Item = &'f SourceFile>,
        ahead: Ahead,
        mut changes: Vec<Change>,
        spent: &mut Spent,
    ) {
        let files: Vec<&SourceFile> = files.collect();
        let governed = &self.snapshot.lineage.path;
        let parsed = timed(&mut spent.parse, || parse::parse(&files, ahead.of(&files), &self.settings, governed));
        changes.extend(files.iter().zip(parsed).map(|(file, parsed)| (file.path.clone(), Some(parsed))));
        spent.work.parsed += files.len();
        let is_blind = self.snapshot.findings.iter().any(|finding| finding.code.leaves_unread());
        spent.work.compiled += timed(&mut spent.compile, || self.compiler.update(changes, is_blind));
    }

    /// Returns the snapshot.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Has what is judged from here on judged by the rules that stood before it as well; without any by its own.
    pub fn abide(&mut self, before: Option<Standing>) {
        self.before = before.map(Arc::new);
    }

    /// Has what is judged from here on judged by the policies of some packages alone, unless none are named.
    pub fn narrow(&mut self, packages: &[String]) {
        self.is_narrow = !packages.is_empty();
        self.judge.narrow(packages.to_vec());
    }

    /// Has what is judged from here on judged as the revision that landed, or not.
    pub fn accept(&mut self, is_accepted: bool) {
        self.is_accepted = is_accepted;
    }

    /// Returns the name of the organisation, where one is declared.
    pub fn organization(&self) -> Option<Name> {
        self.compiler.resources().of_kind(Kind::Organization).next().map(|one| one.id.name.clone())
    }

    /// Returns the rules that are declared; `None` where no organisation is, so that nothing stood yet.
    pub fn rules(&self) -> Option<Standing> {
        let resources = self.compiler.resources();
        let waivers = resources.of_kind(Kind::Waiver);
        let waivers = waivers.filter_map(|one| Some((one.id.clone(), Waiver::of(&one.spec)?.clone()))).collect();
        let policies = resources.of_kind(Kind::Policy);
        let policies =
            policies.filter_map(|one| Some((one.id.name.clone(), Policy::of(&one.spec)?.rego.clone()))).collect();
        let organization = resources.of_kind(Kind::Organization).next();
        let organization = organization.and_then(|one| Organization::of(&one.spec))?;
        Some(Standing { waivers, policies, library: organization.policies.clone() })
    }

    /// Says whether the rules that stood may find other than those that are declared.
    pub fn is_ruled(&self, stood: &Standing) -> bool {
        self.rules().is_some_and(|declared| declared.rules_otherwise(stood))
    }

    /// Evaluates a query with the policies and the resources that are declared; what is wrong with it, in words.
    ///
    /// # Errors
    /// Where a policy or the query is wrong, or the input is not declared.
    pub fn evaluate(&mut self, now: Timestamp, query: &str, input: Option<&ResourceId>) -> Result<Value, String> {
        let Snapshot { revision, lineage, .. } = &self.snapshot;
        let desired = self.compiler.compiled(revision.clone(), lineage.clone(), Vec::new()).desired;
        let facts = self.facts(&desired, World::all());
        policy::evaluate(&desired, &facts, now, query, input)
    }

    /// Lists the packages that have rules which are judged; `None` where the policies cannot be loaded.
    pub fn packages(&mut self) -> Option<BTreeSet<String>> {
        let Snapshot { revision, lineage, .. } = &self.snapshot;
        policy::packages(&self.compiler.compiled(revision.clone(), lineage.clone(), Vec::new()).desired)
    }

    /// Returns the desired state, and what was found in it before any rule has judged it.
    pub fn compiled(&self) -> Compiled {
        let Snapshot { revision, lineage, findings, .. } = &self.snapshot;
        let found = findings.iter().chain(&self.unusable).cloned().collect();
        self.compiler.compiled(revision.clone(), lineage.clone(), found)
    }

    /// Judges the desired state, whatever was found before, and admits it where nothing stands against it.
    pub fn judge(&mut self, now: Timestamp, spent: &mut Spent) -> Judged {
        let Compiled { desired, mut findings } = timed(&mut spent.compile, || self.compiled());
        let (read, resources) = (self.compiler.read(), desired.resources.len());
        let (verdict, judged) = timed(&mut spent.judge, || {
            let reads = self.judge.reads(&desired, self.before.as_deref());
            let facts = self.facts(&desired, reads);
            self.judge.judge(&desired, &facts, now)
        });
        spent.work.judged += judged;
        findings.extend(verdict.findings().iter().cloned());
        let (waived, is_partial) = (verdict.waived().to_vec(), !desired.flaws.is_whole());
        let admitted = if self.is_narrow { None } else { Admitted::seal(desired, &verdict).ok() };
        Judged { findings, waived, read, resources, is_partial, admitted }
    }

    /// Works out what the rules know beside the desired state, as far as it may be other than before and policies read it.
    fn facts(&mut self, desired: &Desired, reads: World) -> policy::Facts {
        let of_members = desired.resources.digest_of(&[Kind::Group, Kind::Membership, Kind::Team]);
        let of_budgets = desired.resources.digest_of(&[Kind::Budget]);
        let is_whole = desired.flaws.unread.is_empty();
        let members = kept(&mut self.members, of_members, is_whole, || access::leads(desired));
        let allocations = kept(&mut self.allocations, of_budgets, is_whole, || budget::allocate(desired));
        let of_access = desired.resources.digest_of(access::KINDS);
        let access = || Access::of(&desired.specs());
        let mut facts = policy::Facts { members, allocations, before: self.before.clone(), ..Default::default() };
        facts.is_accepted = self.is_accepted;
        if reads.permissions {
            facts.grants = kept(&mut self.grants, of_access, is_whole, || access().grants());
        }
        if reads.assignments {
            facts.assignments = kept(&mut self.assignments, of_access, is_whole, || access().assignments());
        }
        if reads.redundant {
            facts.redundant = kept(&mut self.redundant, of_access, is_whole, || access().redundant());
        }
        facts
    }
}

/// Returns what was worked out of the same resources before, or works it out.
fn kept<T>(memo: &mut Option<(Digest, Arc<T>)>, of: Digest, is_whole: bool, work: impl FnOnce() -> T) -> Arc<T> {
    if let Some((_, value)) = memo.as_ref().filter(|(before, _)| is_whole && *before == of) {
        return value.clone();
    }
    let value = Arc::new(work());
    *memo = is_whole.then(|| (of, value.clone()));
    value
}

/// Does some work and adds how long it took.
pub fn timed<T>(spent: &mut Duration, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let done = work();
    *spent += started.elapsed();
    done
}
