//! Credentials: where they come from, how long they are kept, and what must not be printed.
#![expect(
    clippy::disallowed_methods,
    reason = "a token file is read again for every request"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::error::Error;
use super::secret::Secret;
use super::settings::Settings;

/// Tokens of cloud providers live an hour.
const TOKEN_LIFE: Duration = Duration::from_secs(50 * 60);
const COMMAND_TIME: Duration = Duration::from_secs(60);

/// The headers that identify us.
pub(super) struct Auth {
    fixed: HeaderMap,
    source: Source,
    /// The last token from the file or the command, and when it was made.
    token: Mutex<Option<(Secret, Instant)>>,
    secrets: Vec<Secret>,
}

enum Source {
    Fixed,
    File(PathBuf),
    Command(Vec<String>),
}

impl Auth {
    /// Checks and keeps what the settings say; `user` is the user information of the URL.
    pub(super) fn new(
        settings: &Settings,
        user: Option<(String, Secret)>,
        http: &reqwest::Client,
    ) -> Result<Self, Error> {
        let mut fixed = HeaderMap::new();
        let mut secrets = Vec::new();
        for (name, value) in &settings.headers {
            let key = HeaderName::from_bytes(name.trim().as_bytes())
                .map_err(|_| Error::Settings(format!("{name:?} is not a header name")))?;
            fixed.append(key, sensitive(value.reveal().trim(), name)?);
            secrets.extend(quotable(value.reveal()));
        }
        if !settings.tenants.is_empty() {
            let tenants = settings.tenants.join("|");
            let value = HeaderValue::from_str(&tenants)
                .map_err(|_| Error::Settings(format!("{tenants:?} is not a tenant id")))?;
            fixed.insert(HeaderName::from_static("x-scope-orgid"), value);
        }
        let source = source(settings)?;
        if let Some((name, password)) = settings.basic_auth.clone().or(user) {
            let value = basic(&name, &password, http)?;
            secrets.push(password);
            secrets.extend(quotable(value.to_str().unwrap_or_default()));
            fixed.insert(AUTHORIZATION, value);
        } else if let Some(token) = &settings.bearer_token {
            fixed.insert(AUTHORIZATION, bearer(token)?);
            secrets.push(token.clone());
        }
        Ok(Self {
            fixed,
            source,
            token: Mutex::new(None),
            secrets,
        })
    }

    /// The headers of one request.
    pub(super) async fn headers(&self) -> Result<HeaderMap, Error> {
        let mut headers = self.fixed.clone();
        let token = match &self.source {
            Source::Fixed => return Ok(headers),
            Source::File(path) => {
                let token = token_from_file(path)?;
                *self.token.lock().await = Some((token.clone(), Instant::now()));
                token
            }
            Source::Command(argv) => self.token_from_command(argv).await?,
        };
        headers.insert(AUTHORIZATION, bearer(&token)?);
        Ok(headers)
    }

    /// After a 401: forgets the token that these headers carried. Says whether another one may be had.
    pub(super) async fn renew(&self, refused: &HeaderMap) -> bool {
        let mut token = self.token.lock().await;
        let carried = |t: &Secret| bearer(t).ok().as_ref() == refused.get(AUTHORIZATION);
        // Another request may have renewed it already.
        if token.as_ref().is_some_and(|(t, _)| carried(t)) {
            *token = None;
        }
        !matches!(self.source, Source::Fixed)
    }

    /// Whether any credential is sent at all.
    pub(super) fn is_anonymous(&self) -> bool {
        matches!(self.source, Source::Fixed) && !self.fixed.contains_key(AUTHORIZATION)
    }

    /// Everything that must not be quoted.
    pub(super) async fn secrets(&self) -> Vec<Secret> {
        let mut secrets = self.secrets.clone();
        secrets.extend(self.token.lock().await.as_ref().map(|(t, _)| t.clone()));
        secrets
    }

    async fn token_from_command(&self, argv: &[String]) -> Result<Secret, Error> {
        // Held while the program runs: requests in flight wait for one token instead of asking for one each.
        let mut token = self.token.lock().await;
        if let Some((known, made)) = &*token
            && made.elapsed() < TOKEN_LIFE
        {
            return Ok(known.clone());
        }
        let fresh = run(argv).await?;
        *token = Some((fresh.clone(), Instant::now()));
        Ok(fresh)
    }
}

fn source(settings: &Settings) -> Result<Source, Error> {
    let ways = [
        settings.bearer_token.is_some(),
        settings.bearer_token_file.is_some(),
        !settings.token_command.is_empty(),
        settings.basic_auth.is_some(),
    ];
    if ways.iter().filter(|way| **way).count() > 1 {
        return Err(Error::Settings(
            "give one of bearer token, token file, token command and basic auth".to_owned(),
        ));
    }
    Ok(if let Some(path) = &settings.bearer_token_file {
        Source::File(path.clone())
    } else if settings.token_command.is_empty() {
        Source::Fixed
    } else {
        Source::Command(settings.token_command.clone())
    })
}

/// A header value as a server may quote it: whole, or without `Bearer` or `Basic`.
fn quotable(value: &str) -> impl Iterator<Item = Secret> {
    let bare = value.split_whitespace().last().unwrap_or_default();
    [Secret::from(value.trim()), Secret::from(bare)].into_iter()
}

fn sensitive(value: &str, what: &str) -> Result<HeaderValue, Error> {
    let mut header = HeaderValue::from_str(value).map_err(|_| {
        Error::Settings(format!(
            "the value of {what} holds a line break or a control character"
        ))
    })?;
    header.set_sensitive(true);
    Ok(header)
}

fn bearer(token: &Secret) -> Result<HeaderValue, Error> {
    sensitive(&format!("Bearer {}", token.reveal().trim()), "the token")
}

fn basic(name: &str, password: &Secret, http: &reqwest::Client) -> Result<HeaderValue, Error> {
    // reqwest knows the encoding; the request is never sent.
    let request = http
        .get("http://localhost")
        .basic_auth(name, Some(password.reveal()))
        .build();
    let value = request
        .ok()
        .and_then(|r| r.headers().get(AUTHORIZATION).cloned());
    value.ok_or_else(|| Error::Settings("user and password cannot be sent".to_owned()))
}

fn token_from_file(path: &Path) -> Result<Secret, Error> {
    let name = path.display();
    let text = fs::read_to_string(path)
        .map_err(|e| Error::Token(format!("cannot read the token file {name}: {e}")))?;
    non_empty(text, || format!("the token file {name} is empty"))
}

async fn run(argv: &[String]) -> Result<Secret, Error> {
    let program = argv.first().map(String::as_str).unwrap_or_default();
    let output = tokio::process::Command::new(program)
        .args(argv.get(1..).unwrap_or_default())
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(COMMAND_TIME, output)
        .await
        .map_err(|_| {
            let seconds = COMMAND_TIME.as_secs();
            Error::Token(format!(
                "{program} did not end within {seconds} s; does it wait for a login?"
            ))
        })?
        .map_err(|e| Error::Token(format!("cannot start {program}: {e}")))?;
    if !output.status.success() {
        // Its output is not quoted: it may hold what must not be printed.
        let status = output.status;
        return Err(Error::Token(format!(
            "{program} failed ({status}); run it by hand to see why"
        )));
    }
    let text = String::from_utf8(output.stdout)
        .map_err(|_| Error::Token(format!("{program} printed something that is not text")))?;
    non_empty(text, || format!("{program} printed nothing"))
}

fn non_empty(text: String, otherwise: impl FnOnce() -> String) -> Result<Secret, Error> {
    let token = text.trim();
    if token.is_empty() {
        return Err(Error::Token(otherwise()));
    }
    Ok(Secret::from(token))
}
