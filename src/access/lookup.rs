//! Names of roles, groups and teams, looked up from where they are written.

use crate::model::id::ResourceId;
use crate::model::kind::Kind;
use crate::model::kind::role_binding::RoleBinding;
use crate::model::name::Name;
use crate::model::subject::{Subject, SubjectKind};

/// Finds a role or a group by its name: the team's first, then the organisation's. Teams are all the organisation's.
pub fn find<T>(kind: Kind, from: Option<&Name>, name: &Name, get: impl Fn(&ResourceId) -> Option<T>) -> Option<T> {
    let id = |team: Option<&Name>| ResourceId { kind, team: team.cloned(), name: name.clone() };
    let from = from.filter(|_| kind != Kind::Team);
    from.and_then(|team| get(&id(Some(team)))).or_else(|| get(&id(None)))
}

/// Finds the role that a binding gives and the team on whose resources, `None` for everybody's.
///
/// Without the role, or in a team that is not there, it gives nothing.
pub fn given<R, T>(
    id: &ResourceId,
    binding: &RoleBinding,
    role: impl Fn(&ResourceId) -> Option<R>,
    team: impl Fn(&ResourceId) -> Option<T>,
) -> Option<(R, Option<T>)> {
    let from = id.team.as_ref();
    let on = from.map(|name| find(Kind::Team, None, name, team).ok_or(())).transpose().ok()?;
    Some((find(Kind::Role, from, &binding.role, role)?, on))
}

/// Says of which kind a subject is that has members; `None` where it is somebody.
pub fn container(subject: &Subject) -> Option<Kind> {
    match subject.kind() {
        SubjectKind::Group => Some(Kind::Group),
        SubjectKind::Team => Some(Kind::Team),
        SubjectKind::Agent | SubjectKind::Service | SubjectKind::User => None,
    }
}

/// Finds the group or team whose members a subject stands for.
pub fn members<T>(from: Option<&Name>, subject: &Subject, get: impl Fn(&ResourceId) -> Option<T>) -> Option<T> {
    find(container(subject)?, from, &subject.id().parse().ok()?, get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_team_s_own_comes_first_and_teams_have_none() {
        let known = ["Group/web/sre", "Group/sre", "Group/oncall", "Team/web"];
        let get = |id: &ResourceId| known.iter().find(|one| **one == id.to_string()).copied();
        let of = |from: Option<&str>, subject: &str| {
            let from: Option<Name> = from.map(|name| name.parse().unwrap());
            members(from.as_ref(), &subject.parse().unwrap(), get)
        };
        assert_eq!(of(Some("web"), "group:sre"), Some("Group/web/sre"));
        assert_eq!(of(Some("ops"), "group:sre"), Some("Group/sre"));
        assert_eq!(of(None, "group:sre"), Some("Group/sre"));
        assert_eq!(of(Some("web"), "group:oncall"), Some("Group/oncall"));
        assert_eq!(of(Some("web"), "team:web"), Some("Team/web"));
        assert_eq!(of(Some("web"), "team:ops"), None);
        assert_eq!(of(None, "user:sre"), None);
    }
}
