//! Credentials: sent as asked, renewed when refused, never printed.
#![cfg(feature = "live")]
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the world and stop at what they did not expect"
)]

#[path = "support/fault_server.rs"]
mod fault_server;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use fault_server::{Reply, Server};
use promtune::model::{Flavor, Timestamp};
use promtune::source::prometheus::{Answer, Client, Error, Secret, Settings, instant};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

const SECRET: &str = "s3cr3t-t0ken";

fn settings(url: String) -> Settings {
    let mut settings = Settings::new(url);
    settings.backoff = Duration::from_millis(1);
    settings
}

async fn ask(settings: Settings) -> Result<Answer, Error> {
    let client = Client::new(settings)?;
    let answer = instant(&client, Flavor::Other, "up", &[], Timestamp(0)).await;
    assert!(!format!("{client:?}").contains(SECRET));
    answer
}

fn ok() -> Reply {
    Reply::vector(r#"{"metric":{},"value":[1,"1"]}"#)
}

/// Answers to one token only.
fn guarded(token: &'static str) -> Server {
    Server::start(move |request, _| {
        if request.header("authorization") == Some(&format!("Bearer {token}")) {
            return ok();
        }
        Reply::new(401, "text/plain", "token expired")
    })
}

#[tokio::test]
async fn headers_tenants_and_the_user_of_the_url_are_sent() {
    let server = Server::start(|_, _| ok());
    let mut settings = settings(server.url().replace("://", "://me%40x:pw@"));
    settings.headers = vec![("X-Key".to_owned(), Secret::from(SECRET))];
    settings.tenants = vec!["a".to_owned(), "b".to_owned()];
    ask(settings).await.unwrap();
    let request = &server.requests()[0];
    assert_eq!(request.header("x-key"), Some(SECRET));
    assert_eq!(request.header("x-scope-orgid"), Some("a|b"));
    // base64 of `me@x:pw`
    assert_eq!(request.header("authorization"), Some("Basic bWVAeDpwdw=="));
    assert_eq!(request.path, "/api/v1/query");
}

#[tokio::test]
async fn a_fixed_token_that_is_refused_is_asked_once() {
    let server = guarded("other");
    let mut settings = settings(server.url());
    settings.bearer_token = Some(Secret::from(SECRET));
    let error = ask(settings).await.unwrap_err();
    assert!(
        matches!(error, Error::Unauthorized { status: 401, .. }),
        "{error:?}"
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn nobody_is_told_to_give_credentials() {
    let error = ask(settings(guarded("x").url())).await.unwrap_err();
    assert!(
        error.to_string().contains("no credentials were given"),
        "{error}"
    );
}

#[tokio::test]
async fn a_token_file_is_read_again_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, "old\n").unwrap();
    let rotated = file.clone();
    let server = Server::start(move |request, _| match request.header("authorization") {
        Some("Bearer new") => ok(),
        _ => {
            // What a projected service account token does behind our back.
            fs::write(&rotated, "new\n").unwrap();
            Reply::new(401, "text/plain", "token expired")
        }
    });
    let mut settings = settings(server.url());
    settings.bearer_token_file = Some(file);
    assert_eq!(ask(settings).await.unwrap().series, 1);
    assert_eq!(server.requests().len(), 2);
}

#[cfg(unix)]
#[tokio::test]
async fn a_token_command_runs_once_until_its_token_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let count = folder.path().join("count");
    let script = format!("echo >> {0}; echo token$(wc -l < {0})", count.display());
    let server = Server::start(|request, nth| {
        let token = request
            .header("authorization")
            .unwrap_or_default()
            .to_owned();
        match (nth, token.replace(' ', "").as_str()) {
            (0 | 1, "Bearertoken1") | (3.., "Bearertoken2") => ok(),
            _ => Reply::new(401, "text/plain", "token expired"),
        }
    });
    let mut settings = settings(server.url());
    settings.token_command = ["sh", "-c", &script].map(str::to_owned).to_vec();
    let client = Client::new(settings).unwrap();
    for _ in 0..4 {
        instant(&client, Flavor::Other, "up", &[], Timestamp(0))
            .await
            .unwrap();
    }
    assert_eq!(server.requests().len(), 5);
    assert_eq!(
        fs::read_to_string(&count).unwrap().lines().count(),
        2,
        "one run per token"
    );
}

#[tokio::test]
async fn a_token_that_cannot_be_had_is_explained() {
    let server = guarded("x");
    let command = |argv: &[&str]| {
        let mut settings = settings(server.url());
        settings.token_command = argv.iter().map(|&a| a.to_owned()).collect();
        settings
    };
    for (argv, expected) in [
        (
            &["promtune-no-such-program"][..],
            "cannot start promtune-no-such-program",
        ),
        (&["sh", "-c", "echo s3cr3t-t0ken; exit 3"][..], "sh failed"),
        (&["sh", "-c", "true"][..], "sh printed nothing"),
    ] {
        let error = ask(command(argv)).await.unwrap_err().to_string();
        assert!(
            error.contains(expected) && !error.contains(SECRET),
            "{error}"
        );
    }
    let mut missing = settings(server.url());
    missing.bearer_token_file = Some(PathBuf::from("/nowhere/token"));
    let error = ask(missing).await.unwrap_err().to_string();
    assert!(
        error.contains("cannot read the token file /nowhere/token"),
        "{error}"
    );
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn secrets_are_in_no_message() {
    // A server that repeats everything it was sent, in every way it can.
    for status in [200, 302, 400, 401, 403, 404, 422, 429, 500, 503] {
        let server = Server::start(move |request, _| {
            let said = format!("{:?} {:?}", request.headers, request.params);
            if request
                .header("x-key")
                .is_some_and(|key| key.starts_with("page"))
            {
                let page = format!("<html><title>{said}</title>");
                return Reply::new(status, "text/html", page);
            }
            Reply::fault(status, &said, &said)
                .header("Location", &format!("http://u:{SECRET}@x/y?t={SECRET}"))
        });
        let with = |change: fn(&mut Settings)| {
            let url = server
                .url()
                .replace("://", &format!("://{SECRET}:{SECRET}@"));
            let mut settings = settings(url);
            settings.retries = 0;
            settings.headers = vec![("X-Key".to_owned(), Secret::from(SECRET))];
            change(&mut settings);
            settings
        };
        let base64 = "czNjcjN0LXQwa2VuOnMzY3IzdC10MGtlbg==";
        for settings in [
            with(|_| {}),
            with(|s| s.headers[0].1 = Secret::from(format!("page {SECRET}"))),
            with(|s| s.token_command = vec!["echo".to_owned(), SECRET.to_owned()]),
        ] {
            let debug = format!("{settings:?}");
            assert!(!debug.contains(SECRET), "{debug}");
            let error = ask(settings).await.unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(
                !text.contains(SECRET) && !text.contains(base64),
                "{status}: {text}"
            );
        }
    }
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    let mut both = settings("http://x".to_owned());
    both.bearer_token = Some(Secret::from("a"));
    both.token_command = vec!["b".to_owned()];
    let mut header = settings("http://x".to_owned());
    header.headers = vec![("bad name".to_owned(), Secret::from(SECRET))];
    let mut value = settings("http://x".to_owned());
    value.headers = vec![(
        "X-Key".to_owned(),
        Secret::from(format!("{SECRET}\r\nHost: y")),
    )];
    let mut authority = settings("https://x".to_owned());
    authority.ca_file = Some(PathBuf::from("/nowhere/ca.pem"));
    for (settings, expected) in [
        (both, "give one of"),
        (header, "is not a header name"),
        (value, "line break"),
        (authority, "cannot read /nowhere/ca.pem"),
    ] {
        let error = Client::new(settings).unwrap_err().to_string();
        assert!(
            error.contains(expected) && !error.contains(SECRET),
            "{error}"
        );
    }
}

/// An authority, and what it signed.
struct Pki {
    folder: tempfile::TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Pki {
    fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { folder, issuer }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a certificate and its key; gives their paths.
    fn sign(&self, name: &str) -> (PathBuf, PathBuf) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let paths = (
            self.path(&format!("{name}.pem")),
            self.path(&format!("{name}.key")),
        );
        fs::write(&paths.0, certificate.pem()).unwrap();
        fs::write(&paths.1, key.serialize_pem()).unwrap();
        paths
    }

    /// A server that wants a client certificate when told so.
    fn server(&self, client_certificates: bool) -> Server {
        let (certificate, key) = self.sign("localhost");
        let certificate = CertificateDer::from_pem_file(certificate).unwrap();
        let key = PrivateKeyDer::from_pem_file(key).unwrap();
        let mut roots = rustls::RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_file(self.path("ca.pem")).unwrap())
            .unwrap();
        let builder = rustls::ServerConfig::builder();
        let builder = if client_certificates {
            let verifier = rustls::server::WebPkiClientVerifier::builder(Arc::new(roots))
                .build()
                .unwrap();
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        let config = builder.with_single_cert(vec![certificate], key).unwrap();
        Server::start_tls(config, |_, _| ok())
    }
}

#[tokio::test]
async fn a_private_authority_is_trusted_when_named() {
    let (pki, other) = (Pki::new(), Pki::new());
    let server = pki.server(false);
    let mut trusting = settings(server.url());
    trusting.ca_file = Some(pki.path("ca.pem"));
    assert_eq!(ask(trusting).await.unwrap().series, 1);
    let mut wrong = settings(server.url());
    wrong.ca_file = Some(other.path("ca.pem"));
    let error = ask(wrong).await.unwrap_err();
    assert!(matches!(error, Error::Tls { .. }), "{error:?}");
    assert!(error.to_string().contains("--ca-file"), "{error}");
    let mut careless = settings(server.url());
    careless.insecure_skip_verify = true;
    assert_eq!(ask(careless).await.unwrap().series, 1);
    // A certificate for another name.
    let mut misnamed = settings(server.url().replace("localhost", "127.0.0.1"));
    misnamed.ca_file = Some(pki.path("ca.pem"));
    assert!(matches!(
        ask(misnamed).await.unwrap_err(),
        Error::Tls { .. }
    ));
}

#[tokio::test]
async fn a_client_certificate_is_shown() {
    let pki = Pki::new();
    let server = pki.server(true);
    let mut with = settings(server.url());
    with.retries = 0;
    with.ca_file = Some(pki.path("ca.pem"));
    let without = with.clone();
    with.client_cert = Some(pki.sign("client"));
    assert_eq!(ask(with).await.unwrap().series, 1);
    let error = ask(without).await.unwrap_err();
    assert!(
        matches!(error, Error::Tls { .. } | Error::Connect { .. }),
        "{error:?}"
    );
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn files_that_hold_no_certificate_are_named() {
    let pki = Pki::new();
    let empty = pki.path("empty.pem");
    fs::write(&empty, "hello").unwrap();
    let mut authority = settings("https://x".to_owned());
    authority.ca_file = Some(empty.clone());
    let error = Client::new(authority).unwrap_err().to_string();
    assert!(
        error.contains("empty.pem holds no PEM certificate"),
        "{error}"
    );
    let mut identity = settings("https://x".to_owned());
    identity.client_cert = Some((empty.clone(), empty));
    let error = Client::new(identity).unwrap_err().to_string();
    assert!(error.contains("are not a PEM certificate"), "{error}");
}
