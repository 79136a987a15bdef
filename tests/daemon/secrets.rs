//! Credentials that somebody wrote where Charter only reads, or said to it: stored and shown without them.

use crate::scene::{Acts, founded};

#[test]
fn a_credential_that_was_written_by_hand_is_never_shown() {
    let sandbox = founded();
    sandbox.ends("apply", 0);
    let token = format!("ghp_{}", "a1B2".repeat(9));
    sandbox.database().rows(&format!(
        "UPDATE live_resource SET spec = json_set(spec, '$.note', 'use {token}', '$.members', json('[\"user:ana\", \"{token}\"]'),
            '$.settings', json('{{\"dbPassword\": \"swordfish\"}}'), '$.apiToken', 'hunter2') WHERE kind = 'Team' AND name = 'web';
        UPDATE live_resource SET spec = 'nonsense {token}' WHERE kind = 'Team' AND name = 'ops';
        INSERT INTO live_resource VALUES ('Gizmo', '', 'x', '{{\"password\": \"swordfish\"}}')"
    ));
    let shows = |line: &str, code: i32| {
        let said = sandbox.ends(line, code);
        for secret in [&token[4..], "swordfish", "hunter2"] {
            assert!(!said.contains(secret), "{line}: {said}");
        }
        assert!(said.contains("redacted"), "{line}: {said}");
    };
    for format in ["text", "json"] {
        shows(&format!("drift -o {format}"), 2);
        shows(&format!("plan --prune -o {format}"), 0);
    }
    shows("plan -o markdown", 0);
    shows("get Team -o yaml", 0);
    shows("get Team -o json", 0);
    shows("apply --prune -o json", 0);
    shows("history -o json", 0);
    shows("history Team/web -o json", 0);
    shows("history Team/ops -o json", 0);
    shows("drift --all -o json", 0);
    sandbox.ends("history --verify", 0);
}

#[test]
fn a_credential_in_a_reason_is_neither_stored_nor_shown() {
    let sandbox = founded();
    sandbox.ends("apply", 0);
    for verb in ["suspend", "resume"] {
        sandbox.ends(&format!("{verb} central --reason 'password=swordfish1 leaked'"), 0);
        let said = [sandbox.charter("status"), sandbox.charter("history")].map(|output| output.stdout).concat();
        assert!(!String::from_utf8(said).unwrap().contains("swordfish1"));
    }
    sandbox.commit_team("web", &["bo"]);
    sandbox.ends("apply --reason 'password=swordfish1 leaked'", 0);
    let stored = sandbox.database().rows("SELECT coalesce(\"after\", '') FROM journal").concat().concat();
    assert!(stored.contains("leaked") && !stored.contains("swordfish1"), "{stored}");
    assert!(sandbox.ends("apply --reason ''", 64).contains("a value is required"));
}
