//! Manifests to the desired state: every reference looked up, nothing declared twice, nothing in a circle.

use crate::model::desired::Desired;
use crate::model::finding::Finding;

mod alike;
mod compiler;
mod cycle;
mod declared;
mod duplicate;
mod index;
mod organization;
mod people;
mod reference;

pub use compiler::Compiler;
pub use declared::Change;

/// The desired state and all that is wrong with it so far.
#[derive(Debug)]
pub struct Compiled {
    pub desired: Desired,
    pub findings: Vec<Finding>,
}
