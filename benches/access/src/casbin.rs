//! Casbin: roles as policies, memberships and bindings as links of its role manager, teams as domains.
//!
//! It knows no ends: only what stands is loaded. Names are matched by `keyMatch`, which knows a `*` at the end.

use std::sync::Arc;

use casbin::{CoreApi, DefaultModel, DefaultRoleManager, Enforcer, MemoryAdapter, MgmtApi};
use parking_lot::RwLock;

use crate::Done;
use crate::organisation::{Asked, Organisation, ROLES};

const MODEL: &str = r#"
[request_definition]
r = sub, dom, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = (r.act == p.act || p.act == "all") && keyMatch(r.obj, p.obj) && (g(r.sub, p.sub, r.dom) || g(r.sub, p.sub, "all"))
"#;

/// How deep groups may stand in groups: unless told, Casbin looks no deeper than ten, and refuses what is granted there.
const DEEPEST: usize = 1_000;

/// An enforcer.
pub struct Peer(Enforcer);

/// Who, in which domain, on what, does what.
pub type Request = (String, String, String, String);

impl Peer {
    /// Loads an organisation. A membership holds in each domain: a link of the group is written where the group is bound.
    pub fn of(organisation: &Organisation) -> Done<Self> {
        tokio::runtime::Builder::new_current_thread().build()?.block_on(load(organisation)).map(Peer)
    }

    /// Asks a question as it wants it asked.
    pub fn request(asked: &Asked) -> Request {
        let (action, target) = asked.parts();
        (asked.user.to_lowercase(), domain(asked.team), target.to_owned(), action.to_owned())
    }

    /// Decides.
    pub fn decide(&mut self, request: &Request) -> Done<bool> {
        Ok(self.0.enforce(request.clone())?)
    }
}

fn domain(team: Option<usize>) -> String {
    team.map_or_else(|| "all".to_owned(), |team| format!("t{team}"))
}

/// Writes a permission: one without a name is about the whole and about each name.
fn policies(role: &str, permission: &str) -> Vec<Vec<String>> {
    let (action, target) = permission.split_once(':').unwrap_or_default();
    let row = |target: String| vec![format!("role:{role}"), target, action.to_owned()];
    let every = (!target.contains('/')).then(|| row(format!("{target}/*")));
    std::iter::once(row(target.to_owned())).chain(every).collect()
}

async fn load(organisation: &Organisation) -> Done<Enforcer> {
    let mut enforcer = Enforcer::new(DefaultModel::from_str(MODEL).await?, MemoryAdapter::default()).await?;
    enforcer.set_role_manager(Arc::new(RwLock::new(DefaultRoleManager::new(DEEPEST))))?;
    let permissions = ROLES.iter().flat_map(|(role, _, permissions)| permissions.iter().map(move |one| (role, one)));
    enforcer.add_policies(permissions.flat_map(|(role, one)| policies(role, one)).collect()).await?;
    let mut links = std::collections::BTreeSet::new();
    for binding in organisation.bindings.iter().filter(|binding| binding.end.stands()) {
        let domain = domain(binding.team);
        let role = |role: &str| format!("role:{role}");
        let mut heir = ROLES[binding.role];
        links.insert([binding.holder.to_lowercase(), role(heir.0), domain.clone()]);
        while let Some(above) = heir.1.and_then(|above| ROLES.iter().find(|(name, ..)| *name == above)) {
            links.insert([role(heir.0), role(above.0), domain.clone()]);
            heir = *above;
        }
        let mut open: Vec<String> = vec![binding.holder.to_lowercase()];
        while let Some(holder) = open.pop() {
            for member in organisation.members(&holder).into_iter().flatten() {
                if links.insert([member.clone(), holder.clone(), domain.clone()]) {
                    open.push(member);
                }
            }
        }
    }
    enforcer.add_grouping_policies(links.into_iter().map(Vec::from).collect()).await?;
    Ok(enforcer)
}
