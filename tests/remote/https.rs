//! `https://`: `git http-backend` behind TLS with the test's own CA and a password.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::say::say;
use crate::{Scene, exists, said};

/// The server, which ends with the scene.
struct Server {
    child: Child,
    port: String,
    authority: PathBuf,
}

impl Server {
    fn start(scene: &Scene) -> Server {
        scene.sandbox.shell(
            "cd ..
            openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=test 2>/dev/null
            openssl req -newkey rsa:2048 -nodes -keyout tls.key -out tls.csr -subj /CN=localhost 2>/dev/null
            printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\\n' > san
            openssl x509 -req -in tls.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile san -out tls.pem 2>/dev/null",
        );
        let root = scene.sandbox.root();
        let mut command = scene.sandbox.command("python3");
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/remote/https.py")).arg(root);
        command.arg(root.join("tls.pem")).arg(root.join("tls.key")).args(["ana", "hunter2"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Server { child, port: port.trim().to_owned(), authority: root.join("ca.pem") }
    }

    fn url(&self, login: &str) -> String {
        format!("https://{login}127.0.0.1:{}/repo/.git", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn can_serve() -> bool {
    let can = exists("python3") && exists("openssl");
    let must = std::env::var("CHARTER_REQUIRE_SCENES").is_ok_and(|value| value == "1");
    assert!(can || !must, "https cannot be tested without python3 and openssl");
    if !can {
        say("SKIPPED https: there is no python3 or no openssl");
    }
    can
}

fn trusting(command: &mut Command, server: &Server) -> crate::Said {
    said(&command.env("GIT_SSL_CAINFO", &server.authority).output().unwrap())
}

#[test]
fn https_is_followed_with_a_password_that_nothing_shows() {
    if !can_serve() {
        return;
    }
    let scene = Scene::new();
    let server = Server::start(&scene);
    let with = server.url("ana:hunter2@");
    trusting(&mut scene.command(&format!("validate --repo {with}")), &server).is(0);
    trusting(&mut scene.command(&format!("apply --repo {with}")), &server).is(0);
    assert!(scene.live(&with).contains("USD"));
    trusting(&mut scene.command(&format!("status --repo {with}")), &server).is(0);
    assert!(!scene.holds_password());

    let wrong = scene.command(&format!("validate --repo {}", server.url("ana:hunter2wrong@"))).output().unwrap();
    said(&wrong).complains(69, "cannot be reached");
    let line = format!("validate --repo {}", server.url("ana:wrong-hunter2@"));
    trusting(&mut scene.command(&line), &server).complains(69, "Authentication failed");
    let line = format!("validate --repo {}", server.url(""));
    trusting(&mut scene.command(&line), &server).complains(69, "cannot be reached");

    // A helper of the user's own is asked too.
    let helper = scene.script("git-credential-test", "printf 'username=ana\\npassword=hunter2\\n'");
    let config = format!("[credential]\n\thelper = {}\n", helper.display());
    std::fs::write(scene.sandbox.root().join("gitconfig"), config).unwrap();
    let mut command = scene.command(&line);
    trusting(command.env("GIT_CONFIG_GLOBAL", scene.sandbox.root().join("gitconfig")), &server).is(0);
    drop(server);
    let mut command = scene.command(&format!("plan --repo {with}"));
    said(&command.output().unwrap()).complains(69, "cannot be reached");
}
