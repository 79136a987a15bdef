//! Addresses of remote repositories: which are taken, and what of them is secret.
//!
//! ```text
//! https://[user[:password]@]host[:port]/path     ssh://[user@]host[:port]/path     [user@]host:path     file:///path
//! ```

use std::fmt;

use super::error::SourceError;
use super::tree::escape;

/// Where a remote repository is, checked before any program sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// What git is given and people are shown: it holds no password, and of `https` no user.
    pub url: String,
    pub scheme: Scheme,
    pub login: Option<Login>,
}

/// How a repository is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    Https,
    Ssh,
    File,
}

/// What the operator wrote before the host of an `https` URL.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The scheme and host that it is for, and no other.
    pub origin: String,
    pub user: String,
    pub password: Option<String>,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("origin", &self.origin).finish_non_exhaustive()
    }
}

type Parsed = Result<Address, &'static str>;

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// Where it is of no scheme that is taken, or could mean an option to a program.
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        parse(text).map_err(|rule| SourceError::RefusedUrl { url: shown(text), rule: rule.to_owned() })
    }
}

fn parse(text: &str) -> Parsed {
    if text.starts_with('-') {
        return Err("it begins with `-`, like an option");
    }
    if text.chars().any(char::is_control) {
        return Err("it holds a control character");
    }
    match text.split_once("://") {
        Some(("https", rest)) => https(rest),
        Some(("ssh", rest)) => ssh(text, rest),
        Some(("file", rest)) => file(text, rest),
        Some(_) => Err("only https://, ssh://, user@host:path and file:// are followed"),
        None => scp(text),
    }
}

fn https(rest: &str) -> Parsed {
    let (authority, path) = rest.split_once('/').ok_or("it has no path")?;
    if path.contains(['@', '?', '#']) || authority.contains(['?', '#']) {
        return Err("write `%40` for an `@`, and neither `?` nor `#`");
    }
    let (login, host) = authority.rsplit_once('@').map_or((None, authority), |(login, host)| (Some(login), host));
    check_host(host)?;
    let origin = format!("https://{host}");
    let url = format!("{origin}/{path}");
    Ok(Address { url, scheme: Scheme::Https, login: login.map(|text| read_login(origin, text)).transpose()? })
}

fn ssh(text: &str, rest: &str) -> Parsed {
    let (authority, path) = rest.split_once('/').ok_or("it has no path")?;
    if path.is_empty() {
        return Err("it has no path");
    }
    let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    user.map_or(Ok(()), check_user)?;
    check_host(host)?;
    Ok(Address { url: text.to_owned(), scheme: Scheme::Ssh, login: None })
}

fn scp(text: &str) -> Parsed {
    let (authority, path) = text.split_once(':').ok_or("it names no host")?;
    if path.starts_with(':') {
        return Err("only https://, ssh://, user@host:path and file:// are followed");
    }
    if path.split('/').next().is_some_and(|first| first.contains('@')) {
        return Err("ssh takes no password from it: use a key");
    }
    if path.is_empty() || path.starts_with('-') {
        return Err("it has no path, or one that begins with `-`");
    }
    let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    user.map_or(Ok(()), check_user)?;
    check_host(host)?;
    Ok(Address { url: text.to_owned(), scheme: Scheme::Ssh, login: None })
}

fn file(text: &str, rest: &str) -> Parsed {
    if !rest.starts_with('/') {
        return Err("a file:// URL has three slashes before its path");
    }
    Ok(Address { url: text.to_owned(), scheme: Scheme::File, login: None })
}

fn check_user(user: &str) -> Result<(), &'static str> {
    if user.contains(':') {
        return Err("ssh takes no password from it: use a key");
    }
    let is_plain = !user.is_empty() && user.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-+".contains(&b));
    if is_plain && !user.starts_with('-') {
        Ok(())
    } else {
        Err("its user has other characters than letters, digits and `._-+`")
    }
}

/// Checks a host name or address with the port that it may have.
fn check_host(text: &str) -> Result<(), &'static str> {
    let inside = text.strip_prefix('[').and_then(|text| text.split_once(']'));
    let (host, port) = match inside {
        Some((host, rest)) => (host, rest.strip_prefix(':').or((!rest.is_empty()).then_some("-"))),
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let extra: &[u8] = if inside.is_some() { b":." } else { b".-_" };
    let is_plain = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || extra.contains(&b));
    if !is_plain || host.starts_with('-') {
        return Err("its host is no host name or address");
    }
    let is_port = port.is_none_or(|port| !port.starts_with('+') && port.parse::<u16>().is_ok());
    if is_port { Ok(()) } else { Err("its port is no number") }
}

fn read_login(origin: String, text: &str) -> Result<Login, &'static str> {
    let (user, password) = text.split_once(':').map_or((text, None), |(user, password)| (user, Some(password)));
    Ok(Login { origin, user: decode(user)?, password: password.map(decode).transpose()? })
}

/// Resolves the `%41` of a URL.
fn decode(text: &str) -> Result<String, &'static str> {
    const FLAW: &str = "its user or password has a `%` that does not stand for a character";
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).ok_or(FLAW)?;
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| FLAW)?);
        bytes.extend(rest.as_bytes());
    }
    let decoded = String::from_utf8(bytes).map_err(|_| FLAW)?;
    if decoded.chars().any(char::is_control) { Err(FLAW) } else { Ok(decoded) }
}

/// Shows an address that may be none: all before its last `@` is taken for a secret, and all that follows a `?`.
fn shown(text: &str) -> String {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = text.split_once("://").map_or(("", text), |(scheme, rest)| (scheme, rest));
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let separator = if scheme.is_empty() { "" } else { "://" };
    escape(format!("{scheme}{separator}{rest}").as_bytes())
}

/// Takes what stands between `://` and `@` out of what a program says.
pub fn redact(text: &str, login: Option<&Login>) -> String {
    let password = login.and_then(|login| login.password.as_deref()).filter(|password| !password.is_empty());
    let text = password.map_or_else(|| text.to_owned(), |password| text.replace(password, "***"));
    let mut parts = text.split("://");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| c.is_whitespace() || "'\"`<>".contains(c)).unwrap_or(part.len());
        let (url, rest) = part.split_at_checked(end).unwrap_or((part, ""));
        clean.push_str("://");
        clean.push_str(url.rsplit_once('@').map_or(url, |(_, url)| url));
        clean.push_str(rest);
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_is_given_holds_no_login_of_https_and_the_user_of_ssh() {
        for (text, url) in [
            ("https://acme.example/org.git", "https://acme.example/org.git"),
            ("https://ana:hunter2@acme.example:8443/org.git", "https://acme.example:8443/org.git"),
            ("https://[::1]:8443/org", "https://[::1]:8443/org"),
            ("ssh://git@acme.example:22/org", "ssh://git@acme.example:22/org"),
            ("git@acme.example:org.git", "git@acme.example:org.git"),
            ("file:///srv/a b.git", "file:///srv/a b.git"),
        ] {
            assert_eq!(Address::parse(text).unwrap().url, url);
        }
        let login = Address::parse("https://ana:h%40nter%32@acme.example/org").unwrap().login.unwrap();
        assert_eq!((&*login.origin, &*login.user), ("https://acme.example", "ana"));
        assert_eq!(login.password.as_deref(), Some("h@nter2"));
        assert!(!format!("{login:?}").contains("nter2"));
    }

    #[test]
    fn what_is_no_plain_address_is_refused_without_its_password() {
        for text in [
            "http://ana:hunter2@acme.example/org",
            "git://acme.example/org",
            "HTTPS://ana:hunter2@acme.example/org",
            "ext::sh -c true",
            "ext::ssh://ana:hunter2@x/y",
            "-oProxyCommand=x@y:z",
            "--upload-pack=x:y",
            "ssh://-oProxyCommand=x/y",
            "ssh://-oProxyCommand=x@host/y",
            "ssh://ana:hunter2@host/y",
            "ssh://host",
            "ssh://host/",
            "ana:hunter2@host:path",
            "host:-path",
            "git@-host:path",
            "https://ana:hunter2@/org",
            "https://ana:hunter2@acme.example",
            "https://ana:hun/ter2@acme.example/org",
            "https://ana:hunter2@acme.example/org?x",
            "https://acme.example/org?token=hunter2",
            "https://ana:hunter2%0a@acme.example/org",
            "https://ana:hunter2%e2@acme.example/org",
            "https://ana:hunter2@acme.example:port/org",
            "https://acme.example/o\nrg",
            "file://ana:hunter2@host/org",
        ] {
            let error = Address::parse(text).unwrap_err();
            assert!(matches!(error, SourceError::RefusedUrl { .. }), "{text}");
            assert!(!error.to_string().contains("ter2"), "{error}");
        }
    }

    #[test]
    fn what_git_says_is_shown_without_logins() {
        let login = Address::parse("https://ana:hunter2@acme.example/org").unwrap().login;
        let said = "fatal: 'https://ana:pa@ss@acme.example/org': hunter2 at https://b@c/d, and a@b";
        assert_eq!(redact(said, login.as_ref()), "fatal: 'https://acme.example/org': *** at https://c/d, and a@b");
    }
}
