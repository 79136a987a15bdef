//! A small history made here, with its own account of what must be live: thirty commits to an organisation on paper,
//! each an edit of that paper, its files, and what becomes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::path::Path;

use git2::{Oid, Repository, Signature, Time};

use crate::say::say;
use crate::{Replay, landing, lifted};

/// The organisation on paper. What is live is read off it without a word of the program.
#[derive(Clone, Default)]
struct Paper {
    /// The roles of the organisation and their permissions.
    roles: BTreeMap<&'static str, &'static str>,
    /// The teams and their own members.
    teams: BTreeMap<&'static str, BTreeSet<&'static str>>,
    /// The memberships, by team.
    guests: BTreeMap<&'static str, BTreeSet<&'static str>>,
    /// The bindings of the teams: by team and name the role and the subjects.
    bindings: BTreeMap<(&'static str, String), (&'static str, BTreeSet<String>)>,
    /// Where the teams' files are, and whether all is in one file.
    folder: &'static str,
    in_one_file: bool,
    /// Text of a file that is wrong, if it is not empty.
    wrong: &'static str,
}

impl Paper {
    fn team(&mut self, team: &'static str, members: &[&'static str]) {
        self.teams.insert(team, members.iter().copied().collect());
    }

    fn joins(&mut self, team: &str, member: &'static str) {
        self.teams.get_mut(team).unwrap().insert(member);
    }

    fn leaves(&mut self, team: &str, member: &str) {
        assert!(self.teams.get_mut(team).unwrap().remove(member));
    }

    fn binds(&mut self, team: &'static str, name: &str, role: &'static str, subjects: &[&str]) {
        let subjects = subjects.iter().map(|subject| (*subject).to_owned()).collect();
        self.bindings.insert((team, name.to_owned()), (role, subjects));
    }

    /// Gives the operators a binding for each number, with somebody of its own.
    fn binds_many(&mut self, numbers: std::ops::Range<usize>) {
        for n in numbers {
            self.binds("ops", &format!("b{n}"), "dev", &["user:ops", &format!("user:P{n}")]);
        }
    }

    fn unbinds_many(&mut self, numbers: std::ops::Range<usize>) {
        for n in numbers {
            assert!(self.bindings.remove(&("ops", format!("b{n}"))).is_some());
        }
    }

    /// Takes a team away with all that belongs to it.
    fn ends(&mut self, team: &str) {
        assert!(self.teams.remove(team).is_some());
        self.guests.remove(team);
        self.bindings.retain(|(of, _), _| *of != team);
    }

    /// The facts of teams, spelled as the store's reader spells them.
    fn facts(&self) -> BTreeSet<String> {
        let members = self.teams.iter().chain(&self.guests).flat_map(|(team, members)| {
            members.iter().map(move |member| format!("team_member\t{team}\t{}", member.to_ascii_lowercase()))
        });
        let bound = self.bindings.iter().flat_map(|((team, _), (role, subjects))| {
            subjects.iter().map(move |subject| format!("binding\t{team}\t{role}\t{}", subject.to_ascii_lowercase()))
        });
        members.chain(bound).collect()
    }

    fn files(&self) -> BTreeMap<String, String> {
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        let mut write = |path: String, document: String| {
            let path = if self.in_one_file { "everything.yaml".to_owned() } else { path };
            files.entry(path).or_default().push_str(&format!("---\n{document}"));
        };
        let organization = "spec: {currency: EUR, timezone: Europe/Warsaw}\n";
        write("organization.yaml".to_owned(), document("Organization", "", "small", organization));
        for (role, permissions) in &self.roles {
            write(
                "roles.yaml".to_owned(),
                document("Role", "", role, &format!("spec: {{permissions: [{permissions}]}}\n")),
            );
        }
        for (team, members) in &self.teams {
            let spec = format!("spec: {{members: [{}]}}\n", listed(members));
            write(format!("{}/{team}.yaml", self.folder), document("Team", "", team, &spec));
        }
        for (team, members) in &self.guests {
            let spec = format!("spec: {{members: [{}]}}\n", listed(members));
            write(format!("{}/{team}.yaml", self.folder), document("Membership", team, "guests", &spec));
        }
        for ((team, name), (role, subjects)) in &self.bindings {
            let spec = format!("spec: {{role: {role}, subjects: [{}]}}\n", listed(subjects));
            write(format!("{}/{team}-access.yaml", self.folder), document("RoleBinding", team, name, &spec));
        }
        if !self.wrong.is_empty() {
            write("wrong.yaml".to_owned(), self.wrong.to_owned());
        }
        files
    }
}

fn listed(items: impl IntoIterator<Item = impl Display>) -> String {
    items.into_iter().map(|item| format!("\"{item}\"")).collect::<Vec<_>>().join(", ")
}

fn document(kind: &str, team: &str, name: &str, spec: &str) -> String {
    let team = if team.is_empty() { String::new() } else { format!(", team: {team}") };
    format!("apiVersion: charter/v1\nkind: {kind}\nmetadata: {{name: {name}{team}}}\n{spec}")
}

/// What becomes of a commit.
enum Fate {
    Lands,
    /// It has an error: what it says besides lands with the next good commit.
    Invalid,
    /// The guard holds it; it lands when the guard is lifted.
    Held,
    /// The guard holds it, and it is taken back.
    Refused,
}
use Fate::{Held, Invalid, Lands, Refused};

type Step = (&'static str, Fate, fn(&mut Paper));

/// Ten commits that found the organisation and let it grow.
fn growth() -> [Step; 10] {
    [
        ("Found the organisation", Lands, |p| {
            p.folder = "teams";
            p.roles = [("dev", "\"read:agents\""), ("lead", "\"manage:agents\"")].into();
            p.team("web", &["user:ana", "user:bo"]);
        }),
        ("A second team", Lands, |p| p.team("data", &["user:cy"])),
        ("An empty team", Lands, |p| p.team("ops", &[])),
        ("The web developers may read", Lands, |p| p.binds("web", "devs", "dev", &["team:web"])),
        ("Ana leads web", Lands, |p| p.binds("web", "leads", "lead", &["user:ana"])),
        ("Dee joins data", Lands, |p| p.joins("data", "user:dee")),
        ("Ed helps out in web", Lands, |p| {
            p.guests.insert("web", ["user:ed", "agent:helper"].into());
        }),
        ("Ed is in web for good too", Lands, |p| p.joins("web", "user:ed")),
        ("The guests of web go", Lands, |p| {
            p.guests.remove("web");
        }),
        ("Forty bindings in ops", Lands, |p| p.binds_many(0..40)),
    ]
}

/// Ten commits that change what is there: roles, spellings, places, names.
fn change() -> [Step; 10] {
    [
        ("Developers may write", Lands, |p| {
            p.roles.insert("dev", "\"read:agents\", \"write:agents\"");
        }),
        ("A role that nobody has", Lands, |p| {
            p.roles.insert("auditor", "\"read:billing\"");
        }),
        ("Ana is spelled otherwise", Lands, |p| {
            p.leaves("web", "user:ana");
            p.joins("web", "user:Ana");
        }),
        ("The leads of web get another role", Lands, |p| p.binds("web", "leads", "auditor", &["user:ana"])),
        ("All files move", Lands, |p| p.folder = "people/teams"),
        ("Everything in one file", Lands, |p| p.in_one_file = true),
        ("Data is called insights", Lands, |p| {
            let members = p.teams.remove("data").unwrap();
            p.teams.insert("insights", members);
        }),
        ("A role that nobody knows, and Flo joins", Invalid, |p| {
            p.joins("web", "user:flo");
            p.wrong = "apiVersion: charter/v1\nkind: RoleBinding\nmetadata: {name: w, team: web}\n\
                       spec: {role: nobody-knows, subjects: [\"user:ana\"]}\n";
        }),
        ("No YAML either, and ops is gone", Invalid, |p| {
            p.ends("ops");
            p.wrong = "apiVersion: charter/v1\nkind: [\n";
        }),
        ("Ops is back, and nothing is wrong: Flo is in", Lands, |p| {
            p.wrong = "";
            p.team("ops", &["user:gus"]);
            p.binds_many(0..40);
        }),
    ]
}

/// Ten commits that take away.
fn decline() -> [Step; 10] {
    [
        ("Nine bindings less", Lands, |p| p.unbinds_many(0..9)),
        ("And twelve of thirty-three", Refused, |p| p.unbinds_many(9..21)),
        ("Two of the twelve are enough", Lands, |p| p.binds_many(11..21)),
        ("Ops closes", Held, |p| p.ends("ops")),
        ("A team for one commit", Lands, |p| {
            p.team("brief", &["user:ana"]);
            p.binds("brief", "b", "lead", &["user:ana", "user:bo"]);
        }),
        ("It is gone", Lands, |p| p.ends("brief")),
        ("Nothing changes but the files", Lands, |p| (p.in_one_file, p.folder) = (false, "t")),
        ("Every team is gone", Refused, |p| {
            p.ends("web");
            p.ends("insights");
        }),
        ("They are back, with Hal", Lands, |p| {
            p.team("web", &["user:Ana", "user:bo", "user:ed", "user:flo", "user:hal"]);
            p.team("insights", &["user:cy", "user:dee"]);
            p.binds("web", "devs", "dev", &["team:web"]);
        }),
        ("The role that nobody has is gone", Lands, |p| {
            p.roles.remove("auditor");
        }),
    ]
}

/// Commits the files of a paper, and no others.
fn commit(repo: &Repository, message: &str, paper: &Paper) -> Oid {
    let folder = repo.workdir().unwrap();
    let mut index = repo.index().unwrap();
    index.remove_all(["*"], None).unwrap();
    for (path, text) in paper.files() {
        let file = folder.join(&path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
        index.add_path(Path::new(&path)).unwrap();
    }
    let tree = repo.find_tree(index.write_tree().unwrap()).unwrap();
    let author = Signature::new("Ana", "ana@small.example", &Time::new(1_793_534_400, 0)).unwrap();
    let parent = repo.head().ok().map(|head| head.peel_to_commit().unwrap());
    repo.commit(Some("HEAD"), &author, &author, message, &tree, &parent.iter().collect::<Vec<_>>()).unwrap()
}

#[test]
fn a_small_history() {
    let place = tempfile::tempdir().unwrap();
    let repo = Repository::init_opts(place.path(), git2::RepositoryInitOptions::new().initial_head("main")).unwrap();
    let replay = Replay::of(place.path());
    let (mut paper, mut facts, mut last, mut compared) = (Paper::default(), BTreeSet::new(), String::new(), 0);
    let steps: Vec<Step> = growth().into_iter().chain(change()).chain(decline()).collect();
    assert_eq!(steps.len(), 30);
    for (message, fate, edit) in steps {
        edit(&mut paper);
        let id = commit(&repo, message, &paper).to_string();
        match fate {
            Lands => replay.lands(&id, landing()),
            Invalid => replay.is_invalid(&id),
            Refused => replay.is_held(&id),
            Held => {
                replay.is_held(&id);
                assert_eq!(replay.facts(), facts, "{message}: held, and changed something");
                replay.lands(&id, lifted());
            }
        }
        if matches!(fate, Lands | Held) {
            (facts, last) = (paper.facts(), id);
        }
        assert_eq!(replay.facts(), facts, "{message}");
        compared += facts.len();
    }
    assert!(compared > 500, "so few facts tell nothing: {compared}");
    let live = replay.ends_like(place.path(), &last);
    replay.store.reader().unwrap().verify().unwrap();
    say(&format!("small history: 30 commits; compared {compared} facts and {live} live rows at the end"));
}
