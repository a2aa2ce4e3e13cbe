//! Trust and client certificates. ring is the only provider of cryptography in the binary.
#![expect(
    clippy::disallowed_methods,
    reason = "certificates are read from files named by the user"
)]

use std::fs;
use std::path::Path;

use reqwest::{Certificate, ClientBuilder, Identity};

use super::error::Error;
use super::settings::Settings;

/// What a client needs to know about certificates, read from its files.
pub(super) struct Trust {
    authorities: Vec<Certificate>,
    identity: Option<Identity>,
    skip_verify: bool,
    plain: bool,
}

impl Trust {
    /// Reads the files that the settings name. `plain` says that the URL is `http`.
    pub(super) fn read(settings: &Settings, plain: bool) -> Result<Self, Error> {
        // A second call finds the provider installed, by us or by the Kubernetes client: both install ring.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let authorities = match &settings.ca_file {
            Some(path) => authorities(path)?,
            None => Vec::new(),
        };
        let identity = match &settings.client_cert {
            Some((cert, key)) => Some(identity(cert, key)?),
            None => None,
        };
        Ok(Self {
            authorities,
            identity,
            skip_verify: settings.insecure_skip_verify,
            plain,
        })
    }

    /// A client that trusts what the settings say.
    pub(super) fn build(&self, make: impl Fn() -> ClientBuilder) -> Result<reqwest::Client, Error> {
        let failed = |e: reqwest::Error| {
            Error::Settings(format!("cannot set up TLS: {}", super::client::cause(&e)))
        };
        let ours = || {
            let builder = make().tls_danger_accept_invalid_certs(self.skip_verify);
            match &self.identity {
                Some(identity) => builder.identity(identity.clone()),
                None => builder,
            }
        };
        let only_ours = || ours().tls_certs_only(self.authorities.iter().cloned());
        if self.plain {
            // No certificate is ever looked at: a container image without system roots must work.
            return only_ours().build().map_err(failed);
        }
        let merged = ours().tls_certs_merge(self.authorities.iter().cloned());
        match merged.build() {
            Err(_) if !self.authorities.is_empty() => only_ours().build().map_err(failed),
            built => built.map_err(failed),
        }
    }
}

fn authorities(path: &Path) -> Result<Vec<Certificate>, Error> {
    let pem = read(path)?;
    let found = Certificate::from_pem_bundle(&pem).unwrap_or_default();
    if found.is_empty() {
        let name = path.display();
        return Err(Error::Settings(format!(
            "{name} holds no PEM certificate; name the file of the issuing authority"
        )));
    }
    Ok(found)
}

fn identity(cert: &Path, key: &Path) -> Result<Identity, Error> {
    let mut pem = read(cert)?;
    pem.push(b'\n');
    pem.extend(read(key)?);
    Identity::from_pem(&pem).map_err(|_| {
        Error::Settings(format!(
            "{} and {} are not a PEM certificate and its unencrypted PEM key",
            cert.display(),
            key.display()
        ))
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|e| Error::Settings(format!("cannot read {}: {e}", path.display())))
}
