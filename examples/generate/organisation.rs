//! A believable organisation of any size, as text and as a git repository. The benchmarks use it too.

use std::fmt;
use std::path::{Path, PathBuf};

use git2::{IndexEntry, IndexTime, Oid, Repository, RepositoryInitOptions, Signature, Time};

/// When the commit was made: a fixed day, so that the same size gives the same commit.
const COMMITTED: i64 = 1_793_534_400;

/// The resources that are there whatever the size: what `central` writes without guilds.
pub const CENTRAL: usize = 9;

/// The fewest resources of a team: the team itself and its budget.
const SMALLEST_TEAM: usize = 2;

/// The most resources of a team.
const LARGEST_TEAM: usize = 13;

const FIRST: &str = "ana bo carla dmitri elif farid grace hana ivan jana kwame linus mei nadia omar priya quinn rosa \
    sven tomasz uma viktor wanda xavier yusuf zofia amara bjorn chidi daria emeka freya";
const LAST: &str = "kowalska okafor tanaka silva novak jensen haddad moreau rossi schmidt garcia ivanova nguyen patel \
    larsen mbeki fischer horvat costa eriksen dubois yilmaz petrov castro wagner lindqvist adeyemi marin";
const AREAS: &str = "payments checkout search catalog identity ledger billing shipping pricing fraud support mobile web \
    platform data ml insights growth partner inventory orders returns messaging media maps loyalty risk tax docs \
    observability";
const FUNCTIONS: &str = "api core web ops tools agents quality integrations pipelines experience research automation \
    services gateway models";
const GUILDS: &str = "rust python accessibility incident-review privacy performance testing writing data-modelling \
    prompting agents sre mobile-craft design-systems hiring mentoring cost-review architecture";
const STACKS: &str = "rust python typescript react postgres kafka kotlin swift go terraform";
const STANDARDS: &str = "no-pii typed-python reviewed-prompts two-person-review signed-releases small-changes";

/// Numbers that look random and are the same each time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let number = usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap_or_default();
        number.checked_rem(bound).unwrap_or_default()
    }
}

/// Takes the word of an index out of a list, from the beginning again after its end.
fn word(words: &'static str, index: usize) -> &'static str {
    let count = words.split_ascii_whitespace().count();
    words.split_ascii_whitespace().nth(index.checked_rem(count).unwrap_or_default()).unwrap_or_default()
}

/// Combines two lists into a name for each index, with a number where the combinations are used up.
fn name(first: &'static str, second: &'static str, joint: char, index: usize) -> String {
    let (many, all) = (first.split_ascii_whitespace().count(), second.split_ascii_whitespace().count());
    let round = index / (many * all) + 1;
    let name = format!("{}{joint}{}", word(first, index), word(second, index / many));
    if round == 1 { name } else { format!("{name}{joint}{round}") }
}

/// Names a person as a subject.
pub fn person(index: usize) -> String {
    format!("\"user:{}\"", name(FIRST, LAST, '.', index))
}

/// A file of the repository.
pub struct File {
    pub path: String,
    pub text: String,
}

/// A team on paper, before it is written.
pub struct Team {
    index: usize,
    name: String,
    /// The indexes of its people; the first leads.
    people: std::ops::Range<usize>,
    limit: usize,
    resources: usize,
}

/// Divides resources among teams.
fn teams(mut resources: usize) -> Vec<Team> {
    let (mut dice, mut teams, mut hired) = (Dice(7), Vec::new(), 0);
    while resources >= SMALLEST_TEAM {
        let wanted = 7 + dice.below(6);
        // What remains must be enough for another team, or nothing.
        let take = if resources <= LARGEST_TEAM { resources } else { wanted.min(resources - SMALLEST_TEAM) };
        let people = hired..hired + 5 + dice.below(8);
        (hired, resources) = (people.end, resources - take);
        let (index, limit) = (teams.len(), 500 * (2 + dice.below(16)));
        teams.push(Team { index, name: name(AREAS, FUNCTIONS, '-', index), people, limit, resources: take });
    }
    teams
}

/// Writes the beginning of a manifest as a large organisation has it, with who to ask and what it is for.
fn head(kind: &str, name: &str, team: Option<&str>) -> String {
    let owner = team.unwrap_or(if kind == "Team" { name } else { "platform" });
    let team = team.map_or(String::new(), |team| format!("  team: {team}\n"));
    format!(
        "# Changed by pull request only; see https://handbook.acme.example/governance/{owner}\napiVersion: charter/v1\nkind: \
         {kind}\nmetadata:\n  name: {name}\n{team}  labels: {{owner: {owner}, lifecycle: production}}\n  annotations:\n    \
         acme.example/contact: {owner}@acme.example\n    acme.example/description: >-\n      {kind} {name} of {owner}, kept \
         with the handbook page of the same name.\n      Ask in the team's channel before you change it.\n    \
         acme.example/reviewed: \"2026-09-14\"\n"
    )
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    items.into_iter().map(|item| format!("\n    - {item}")).collect()
}

fn role(name: &str, team: Option<&str>, inherits: &str, permissions: &[&str]) -> String {
    let permissions = list(permissions.iter().map(|permission| format!("\"{permission}\"")));
    format!("{}spec:\n  inherits: [{inherits}]\n  permissions:{permissions}\n", head("Role", name, team))
}

/// Writes a binding, with what else its spec says.
pub fn binding(
    name: &str,
    team: Option<&str>,
    role: &str,
    subjects: impl IntoIterator<Item = String>,
    more: &str,
) -> String {
    let subjects = list(subjects);
    format!("{}spec:\n  role: {role}\n  subjects:{subjects}\n{more}", head("RoleBinding", name, team))
}

fn group(name: &str, team: Option<&str>, members: impl IntoIterator<Item = String>) -> String {
    format!("{}spec:\n  members:{}\n", head("Group", name, team), list(members))
}

/// Writes what belongs to the organisation: itself, its roles, groups and bindings.
pub fn central(teams: &[Team], guilds: usize) -> File {
    let sum: usize = teams.iter().map(|team| team.limit).sum();
    let cap = (sum / 1000 + 1) * 1100;
    let mut documents = vec![
        format!(
            "{}spec:\n  model: centralized\n  currency: USD\n  timezone: Europe/Warsaw\n  council: [{}, {}]\n  budgets:\n    \
             - {{window: month, limit: {cap}}}\n  requires: \">=0.1\"\n",
            head("Organization", "acme", None),
            person(0),
            person(1)
        ),
        role(
            "developer",
            None,
            "",
            &["read:agents", "execute:agents", "read:prompts", "read:knowledge", "write:sessions"],
        ),
        role("team_lead", None, "developer", &["write:team_config", "manage:team_budget", "write:prompts"]),
        role("platform_admin", None, "team_lead", &["all:agents", "manage:config", "manage:users", "read:billing"]),
        role("auditor", None, "", &["read:config", "read:billing", "read:users", "read:team_budget"]),
        group("platform-owners", None, [person(0), person(2), person(4)]),
        group("security", None, [person(1), person(3), "\"group:platform-owners\"".to_owned()]),
        binding("platform-owners", None, "platform_admin", ["\"group:platform-owners\"".to_owned()], ""),
        binding("auditors", None, "auditor", ["\"group:security\"".to_owned()], "  reason: yearly audit\n"),
    ];
    documents.extend((0..guilds).map(|index| {
        let members = (0..6).map(|member| person(index * 31 + member * 7));
        group(&format!("guild-{}", word(GUILDS, index)), None, members)
    }));
    File { path: "org.yaml".into(), text: documents.join("---\n") }
}

impl Team {
    fn head(&self, kind: &str, name: &str) -> String {
        head(kind, name, Some(&self.name))
    }

    fn people(&self, from: usize, many: usize) -> impl Iterator<Item = String> {
        self.people.clone().skip(from).take(many).map(person)
    }

    fn lead(&self) -> String {
        person(self.people.start)
    }

    /// Writes the team itself.
    fn team(&self, teams: &[Team]) -> String {
        let parent = teams.get(self.index / 12).filter(|parent| parent.index != self.index);
        let parent = parent.map_or(String::new(), |parent| format!("  parent: {}\n", parent.name));
        let (stack, standard) = (word(STACKS, self.index), word(STANDARDS, self.index / 3));
        format!(
            "{}spec:\n  leads: [{}]\n  members:{}\n{parent}  contacts:\n    \
             - mailto:{name}@acme.example\n  standards: [{standard}, reviewed-prompts, \"Ask before a migration runs\"]\n  \
             techStack: [{stack}, postgres]\n  settings: {{defaultProfile: balanced, maxParallelAgents: {}}}\n",
            head("Team", &self.name, None),
            self.lead(),
            list(self.people(0, usize::MAX)),
            2 + self.index % 7,
            name = self.name,
        )
    }

    fn budget(&self) -> String {
        format!(
            "{}spec:\n  window: month\n  limit: {}\n  enforcement: {}\n  alertAt: [50, 80, 100]\n  owner: {}\n  unused: \
             expire\n  projects:\n    agents: {}\n    evaluation: {}\n",
            self.head("Budget", "monthly"),
            self.limit,
            if self.index.is_multiple_of(5) { "warn" } else { "block" },
            self.lead(),
            self.limit / 2,
            self.limit / 10,
        )
    }

    fn membership(&self) -> String {
        let contractor = |index| name(LAST, FIRST, '.', self.index * 2 + index);
        format!(
            "{}spec:\n  members:\n    - \"user:x-{}\"\n    - {{subject: \"user:x-{}\", until: 2035-06-30}}\n",
            self.head("Membership", "contractors"),
            contractor(0),
            contractor(1)
        )
    }

    fn binding(&self, name: &str, role: &str, subjects: impl IntoIterator<Item = String>, more: &str) -> String {
        binding(name, Some(&self.name), role, subjects, more)
    }

    /// Writes what a team has beside itself and its budget, the usual first: each refers to what stands before it only.
    fn extras(&self) -> [(&'static str, String); LARGEST_TEAM - SMALLEST_TEAM] {
        let team = Some(self.name.as_str());
        let own = format!("\"team:{}\"", self.name);
        let cover = format!("  expires: 2035-12-31\n  reason: cover\n  ticket: GOV-{}\n", 100 + self.index);
        let permissions = ["manage:agents", "write:knowledge", "execute:projects", "read:prompts/release*"];
        [
            ("leads", self.binding("leads", "team_lead", [self.lead()], "")),
            ("developers", self.binding("developers", "developer", [own.clone()], "  reason: everybody on the team\n")),
            ("contractors", self.membership()),
            ("oncall", group("oncall", team, self.people(1, 4))),
            ("oncall-access", self.binding("oncall-access", "team_lead", ["\"group:oncall\"".into()], "")),
            ("release-manager", role("release-manager", team, "developer", &permissions)),
            ("releases", self.binding("releases", "release-manager", self.people(1, 2), "")),
            ("cover", self.binding("cover", "team_lead", self.people(2, 1), &cover)),
            ("audit", self.binding("audit", "auditor", ["\"group:security\"".into()], &cover)),
            ("reviewers", group("reviewers", team, self.people(0, 3).chain([own]))),
            ("review", self.binding("review", "auditor", ["\"group:reviewers\"".into()], "")),
        ]
    }

    fn files(&self, teams: &[Team]) -> impl Iterator<Item = File> {
        let own = [("team", self.team(teams)), ("budget", self.budget())];
        let all = own.into_iter().chain(self.extras()).take(self.resources);
        all.map(|(name, text)| File { path: format!("teams/{}/{name}.yaml", self.name), text })
    }
}

const SETTINGS: &str = r#"{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "defaultProfile": {"enum": ["fast", "balanced", "thorough"]},
    "maxParallelAgents": {"type": "integer", "minimum": 1, "maximum": 16}
  }
}
"#;

/// What was written.
#[derive(Debug)]
pub struct Written {
    place: PathBuf,
    resources: usize,
    teams: usize,
    files: usize,
    bytes: usize,
    commit: Oid,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Written { place, resources, teams, files, bytes, commit } = self;
        write!(
            f,
            "{}: {resources} resources, {teams} teams, {files} files, {bytes} bytes, commit {commit}",
            place.display()
        )
    }
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("an organisation has at least {} resources", CENTRAL + SMALLEST_TEAM)]
    TooFew,
    #[error("the directory is not empty")]
    NotEmpty,
    #[error("{0}")]
    Disk(#[from] std::io::Error),
    #[error("{0}")]
    Git(#[from] git2::Error),
}

/// Writes an organisation of exactly that many resources as a repository with a work tree and one commit on `main`.
///
/// # Errors
/// Where there are too few resources, or the directory is not empty or cannot be written.
pub fn write(resources: usize, place: &Path) -> Result<Written, Failure> {
    write_with(resources, place, Vec::new())
}

/// Writes an organisation of exactly that many resources, some of which are given, as files of one each.
///
/// # Errors
/// Where there are too few resources, or the directory is not empty or cannot be written.
pub fn write_with(resources: usize, place: &Path, given: Vec<File>) -> Result<Written, Failure> {
    let guilds = (resources / 250).min(GUILDS.split_ascii_whitespace().count());
    let rest = resources.checked_sub(CENTRAL + guilds + given.len());
    let rest = rest.filter(|rest| *rest >= SMALLEST_TEAM).ok_or(Failure::TooFew)?;
    let teams = teams(rest);
    let settings = File { path: "schemas/settings.schema.json".into(), text: SETTINGS.into() };
    let mut files = vec![central(&teams, guilds), settings];
    files.extend(teams.iter().flat_map(|team| team.files(&teams)).chain(given));
    found(resources, teams.len(), &files, place)
}

/// Writes the files of an organisation as a repository with a work tree and one commit on `main`.
///
/// # Errors
/// Where the directory is not empty or cannot be written.
pub fn found(resources: usize, teams: usize, files: &[File], place: &Path) -> Result<Written, Failure> {
    if place.exists() && std::fs::read_dir(place)?.next().is_some() {
        return Err(Failure::NotEmpty);
    }
    let commit = commit(place, files)?;
    let bytes = files.iter().map(|file| file.text.len()).sum();
    Ok(Written { place: place.to_owned(), resources, teams, files: files.len(), bytes, commit })
}

/// Commits files to a new repository, packed as a clone would have them.
fn commit(place: &Path, files: &[File]) -> Result<Oid, Failure> {
    let repo =
        Repository::init_opts(place, RepositoryInitOptions::new().initial_head("main").external_template(false))?;
    let odb = repo.odb()?;
    let objects = odb.add_new_mempack_backend(1000)?;
    let mut index = repo.index()?;
    for file in files {
        index.add(&entry(&file.path, repo.blob(file.text.as_bytes())?))?;
    }
    let tree = repo.find_tree(index.write_tree()?)?;
    let author = Signature::new("Grace", "grace@acme.example", &Time::new(COMMITTED, 0))?;
    let commit = repo.commit(Some("HEAD"), &author, &author, "Found the organisation\n", &tree, &[])?;
    let mut pack = git2::Buf::new();
    objects.dump(&repo, &mut pack)?;
    let mut writer = odb.packwriter()?;
    std::io::Write::write_all(&mut writer, &pack)?;
    writer.commit()?;
    Repository::open(place)?.checkout_head(Some(git2::build::CheckoutBuilder::new().force()))?;
    Ok(commit)
}

fn entry(path: &str, id: Oid) -> IndexEntry {
    let time = IndexTime::new(0, 0);
    let (ctime, mtime, mode, path) = (time, time, 0o100_644, path.as_bytes().to_owned());
    let (dev, ino, uid, gid, file_size, flags, flags_extended) = (0, 0, 0, 0, 0, 0, 0);
    IndexEntry { ctime, mtime, dev, ino, mode, uid, gid, file_size, id, flags, flags_extended, path }
}
