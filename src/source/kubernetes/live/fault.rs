//! What can go wrong with one request, in words for the user.

use std::error::Error;
use std::time::Duration;

use http::StatusCode;
use serde::Deserialize;

/// Why a request was not answered with a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// 401.
    Unauthorized,
    /// 403, and for whom.
    Forbidden { user: String },
    /// 404: the kind is not served.
    Missing,
    /// 410: the list that was being paged through is gone.
    Expired,
    /// Worth another try, after a pause that the server may have asked for.
    Busy {
        because: String,
        pause: Option<Duration>,
    },
    /// The answer is not the API's.
    Foreign(String),
    /// The answer breaks off or is not JSON.
    Garbled(String),
    /// No connection.
    Unreachable(String),
    /// The credentials could not be had.
    Login(String),
    /// Any other refusal.
    Refused(String),
}

/// The API's own description of a failure.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Status {
    kind: String,
    message: String,
}

impl Fault {
    /// Whether the same request may succeed later.
    pub(super) fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Busy { .. } | Self::Garbled(_) | Self::Unreachable(_)
        )
    }

    /// The cause in words, for a gap about `plural`.
    pub(super) fn because(&self, plural: &str) -> String {
        match self {
            Self::Unauthorized => "the credentials were refused (401): log in again".to_owned(),
            Self::Forbidden { user } => format!(
                "{plural}: forbidden for `{user}`; add get and list on {plural} to its ClusterRole"
            ),
            Self::Missing => format!("this API server does not serve {plural}"),
            Self::Expired => {
                format!("the list of {plural} kept expiring while it was read (410): try again")
            }
            Self::Busy { because, .. }
            | Self::Foreign(because)
            | Self::Garbled(because)
            | Self::Unreachable(because)
            | Self::Login(because)
            | Self::Refused(because) => format!("{plural}: {because}"),
        }
    }

    /// What a failed status means. `pause` is the server's `Retry-After`.
    pub(super) fn from_status(
        code: StatusCode,
        is_html: bool,
        pause: Option<Duration>,
        body: &[u8],
    ) -> Self {
        let status: Status = serde_json::from_slice(body).unwrap_or_default();
        let genuine = status.kind == "Status";
        match code.as_u16() {
            401 => Self::Unauthorized,
            403 if genuine => Self::Forbidden {
                user: user_in(&status.message),
            },
            // Anonymous 404s and 403s of proxies are not about the kind.
            403 | 404 if is_html => Self::Foreign(format!("{code} with an HTML page")),
            403 => Self::Forbidden {
                user: "this user".to_owned(),
            },
            404 => Self::Missing,
            410 => Self::Expired,
            429 | 500 | 502 | 503 | 504 => Self::Busy {
                because: format!("the API server answered {code}"),
                pause,
            },
            _ if is_html => Self::Foreign(format!("{code} with an HTML page")),
            _ => {
                let plain = String::from_utf8_lossy(body);
                let said = if genuine {
                    &status.message
                } else {
                    plain.as_ref()
                };
                Self::Refused(format!("the server answered {code}: {}", first_line(said)))
            }
        }
    }

    /// What a failure to get any answer means.
    pub(super) fn from_client(error: &kube::Error) -> Self {
        match error {
            kube::Error::Auth(error) => Self::Login(login(error)),
            error => Self::Unreachable(root_cause(error)),
        }
    }
}

/// The user in `… is forbidden: User "jane" cannot list …`.
fn user_in(message: &str) -> String {
    let user = message
        .split_once("User \"")
        .and_then(|(_, rest)| rest.split_once('"'));
    user.map_or("this user", |(user, _)| user).to_owned()
}

/// Why credentials could not be had. What a login helper wrote to its standard output is never shown: it is a token.
pub(super) fn login(error: &kube::client::AuthError) -> String {
    use kube::client::AuthError;
    match error {
        AuthError::AuthExecStart(error) => {
            format!(
                "the login helper named in the kubeconfig cannot be started ({error}): install it"
            )
        }
        AuthError::AuthExecRun { out, .. } => {
            let said = String::from_utf8_lossy(&out.stderr);
            let said = said.lines().find(|line| !line.trim().is_empty());
            let status = out.status;
            format!(
                "the login helper named in the kubeconfig failed ({status}): {}",
                first_line(said.unwrap_or("it gave no reason"))
            )
        }
        AuthError::AuthExecParse(_) | AuthError::ExecPluginFailed => {
            "the login helper named in the kubeconfig did not answer with a credential".to_owned()
        }
        AuthError::ReadTokenFile(error, path) => {
            format!("token file {}: {error}", path.display())
        }
        _ => "the kubeconfig's credentials cannot be used".to_owned(),
    }
}

/// The innermost cause of an error: `connection refused` rather than `error sending request`.
pub(super) fn root_cause(error: &dyn Error) -> String {
    let mut cause = error;
    // A cycle of sources would be a fault of the library; it must not become one of ours.
    for _ in 0..16 {
        match cause.source() {
            Some(source) => cause = source,
            None => break,
        }
    }
    first_line(&cause.to_string()).to_owned()
}

fn first_line(text: &str) -> &str {
    let line = text.trim().lines().next().unwrap_or_default();
    let end = line
        .char_indices()
        .nth(300)
        .map_or(line.len(), |(end, _)| end);
    line.get(..end).unwrap_or(line)
}
