//! Cedar: groups and teams as parents of users, a template for each role, and a linked policy for each binding.
//!
//! Only what stands is loaded: an end of a binding would be a condition more. Names are matched by `like`.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicyId, PolicySet, Request, SlotId, Template,
};
use serde_json::json;

use crate::Done;
use crate::organisation::{Asked, Organisation, ROLES};

/// An authorizer with what it decides by.
pub struct Peer {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
}

impl Peer {
    /// Loads an organisation.
    pub fn of(organisation: &Organisation) -> Done<Self> {
        Ok(Peer { authorizer: Authorizer::new(), policies: policies(organisation)?, entities: entities(organisation)? })
    }

    /// Asks a question as it wants it asked.
    pub fn request(asked: &Asked) -> Done<Request> {
        let (action, target) = asked.parts();
        let context = Context::from_json_value(json!({ "target": target }), None)?;
        Ok(Request::new(holder(&asked.user.to_lowercase())?, uid("Action", action)?, place(asked.team)?, context, None)?)
    }

    /// Decides.
    pub fn decide(&self, request: &Request) -> Done<bool> {
        let response = self.authorizer.is_authorized(request, &self.policies, &self.entities);
        Ok(response.decision() == Decision::Allow)
    }
}

fn uid(kind: &str, id: &str) -> Done<EntityUid> {
    Ok(format!("{kind}::\"{id}\"").parse()?)
}

fn holder(name: &str) -> Done<EntityUid> {
    uid(if name.starts_with("user:") { "User" } else { "Group" }, name)
}

/// Names a team, or the organisation, in which all teams are.
fn place(team: Option<usize>) -> Done<EntityUid> {
    team.map_or_else(|| uid("Organisation", "acme"), |team| uid("Team", &format!("t{team}")))
}

/// Lists all that a role grants.
fn granted(role: &str) -> Vec<&'static str> {
    let found = ROLES.iter().find(|(name, ..)| *name == role);
    found.map_or_else(Vec::new, |(_, inherits, own)| {
        own.iter().copied().chain(inherits.iter().flat_map(|above| granted(above))).collect()
    })
}

fn condition(permission: &str) -> String {
    let (action, target) = permission.split_once(':').unwrap_or_default();
    let of_target = match target.contains('/') {
        true => format!("context.target like \"{target}\""),
        false => format!("(context.target == \"{target}\" || context.target like \"{target}/*\")"),
    };
    if action == "all" { of_target } else { format!("(action == Action::\"{action}\" && {of_target})") }
}

fn policies(organisation: &Organisation) -> Done<PolicySet> {
    let mut policies = PolicySet::new();
    for (role, ..) in ROLES {
        let when = granted(role).into_iter().map(condition).collect::<Vec<_>>().join(" || ");
        let text = format!("permit(principal in ?principal, action, resource in ?resource) when {{ {when} }};");
        policies.add_template(Template::parse(Some(PolicyId::new(role)), text)?)?;
    }
    for (number, binding) in organisation.bindings.iter().enumerate().filter(|(_, binding)| binding.end.stands()) {
        let slots = HashMap::from([
            (SlotId::principal(), holder(&binding.holder.to_lowercase())?),
            (SlotId::resource(), place(binding.team)?),
        ]);
        policies.link(PolicyId::new(ROLES[binding.role].0), PolicyId::new(format!("b{number}")), slots)?;
    }
    Ok(policies)
}

fn entities(organisation: &Organisation) -> Done<Entities> {
    let mut parents: HashMap<EntityUid, HashSet<EntityUid>> = HashMap::from([(place(None)?, HashSet::new())]);
    for team in 0..organisation.teams.len() {
        parents.insert(place(Some(team))?, HashSet::from([place(None)?]));
    }
    let groups = (0..organisation.groups.len()).map(|group| format!("group:g{group}"));
    for name in groups.chain((0..organisation.teams.len()).map(|team| format!("team:t{team}"))) {
        parents.entry(holder(&name)?).or_default();
        for member in organisation.members(&name).into_iter().flatten() {
            parents.entry(holder(&member)?).or_default().insert(holder(&name)?);
        }
    }
    let entities = parents.into_iter().map(|(uid, parents)| Entity::new_no_attrs(uid, parents));
    Ok(Entities::from_entities(entities, None)?)
}
