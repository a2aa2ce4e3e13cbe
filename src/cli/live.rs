//! Live sources: arguments → what to read → a snapshot.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::args::Sources;
use super::exit::Failure;
use super::progress::Bars;
use super::{inputs, output, times};
use crate::check::Check;
use crate::knowledge::Knowledge;
use crate::model::Snapshot;
use crate::source::capture::{Live, Request, capture as read};
use crate::source::files::read_optional;
use crate::source::kubernetes::live::Access;
use crate::source::prometheus::{Client, Secret, Settings};

/// Reads everything.
///
/// # Errors
/// When the arguments are wrong, or nothing could be read.
pub(super) fn capture(sources: &Sources, checks: &[&Check]) -> Result<Snapshot, Failure> {
    let request = request(sources, checks)?;
    let knowledge = Knowledge::embedded().map_err(|e| Failure::Internal(e.to_string()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| Failure::Internal(format!("cannot start: {e}")))?;
    let bars = Arc::new(Bars::new());
    let snapshot = runtime
        .block_on(read(&request, &knowledge, Arc::clone(&bars) as Arc<_>))
        .map_err(|nothing| Failure::NoSource(nothing.to_string()))?;
    drop(bars);
    Ok(snapshot)
}

fn request(sources: &Sources, checks: &[&Check]) -> Result<Request, Failure> {
    let named =
        sources.kube_context.is_some() || sources.kubeconfig.is_some() || sources.in_cluster;
    let usual = !sources.no_kube && sources.kube_dump.is_empty() && sources.prometheus.is_none();
    let kubernetes = (named || usual).then(|| Live {
        access: Access {
            kubeconfig: sources.kubeconfig.clone(),
            context: sources.kube_context.clone(),
            in_cluster: sources.in_cluster,
        },
        namespaces: sources.namespaces.clone(),
    });
    if usual && !named {
        output::note(
            "reading the cluster of the current kubeconfig context; --prometheus URL adds usage and alerts",
        );
    }
    Ok(Request {
        prometheus: sources
            .prometheus
            .as_ref()
            .map(|url| settings(url, sources))
            .transpose()?,
        kubernetes,
        kube_dump: sources.kube_dump.clone(),
        at: times::at(sources.at.as_deref())?,
        window: times::duration("--window", &sources.window)?,
        queries: inputs::queries(checks),
    })
}

fn settings(url: &str, sources: &Sources) -> Result<Settings, Failure> {
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(Failure::Usage(
            "--prometheus: give a URL that starts with http:// or https://".to_owned(),
        ));
    }
    let mut settings = Settings::new(url);
    for header in &sources.headers {
        let (name, value) = header
            .split_once(':')
            .ok_or_else(|| Failure::Usage("--header: write it as `Name: value`".to_owned()))?;
        settings.headers.push((
            name.trim().to_owned(),
            Secret::from(value.trim().to_owned()),
        ));
    }
    settings
        .bearer_token_file
        .clone_from(&sources.bearer_token_file);
    settings.bearer_token = bearer_from_environment();
    if let Some(command) = &sources.bearer_token_command {
        settings.token_command = vec!["sh".to_owned(), "-c".to_owned(), command.clone()];
    }
    if let Some(file) = &sources.basic_auth_file {
        settings.basic_auth = Some(basic_auth(file)?);
    }
    settings.tenants.clone_from(&sources.tenants);
    settings.ca_file.clone_from(&sources.ca_file);
    settings.client_cert = sources.client_cert.clone().zip(sources.client_key.clone());
    settings.insecure_skip_verify = sources.insecure_skip_verify;
    settings.timeout =
        Duration::from_secs(times::duration("--query-timeout", &sources.query_timeout)?.0);
    settings.concurrency = sources.query_concurrency.max(1);
    settings.max_requests = sources.max_queries;
    // A URL, a certificate or a header that cannot be used is the caller's to correct, whatever else could be read.
    Client::new(settings.clone())
        .map_err(|error| Failure::Usage(format!("--prometheus: {error}")))?;
    Ok(settings)
}

/// `PROMTUNE_BEARER_TOKEN`: a token on the command line would show in the list of processes.
#[expect(clippy::disallowed_methods, reason = "the environment is read in cli/")]
fn bearer_from_environment() -> Option<Secret> {
    std::env::var("PROMTUNE_BEARER_TOKEN")
        .ok()
        .filter(|t| !t.trim().is_empty())
        .map(|t| Secret::from(t.trim().to_owned()))
}

fn basic_auth(file: &Path) -> Result<(String, Secret), Failure> {
    let shown = file.display();
    let text = match read_optional(file) {
        Ok(Some(text)) => text,
        Ok(None) => {
            return Err(Failure::Usage(format!(
                "--basic-auth-file: {shown} does not exist"
            )));
        }
        Err(error) => {
            return Err(Failure::Usage(format!(
                "--basic-auth-file: {shown}: {error}"
            )));
        }
    };
    let (user, password) = text.trim_end().split_once(':').ok_or_else(|| {
        Failure::Usage(format!(
            "--basic-auth-file: {shown} does not hold user:password"
        ))
    })?;
    Ok((user.to_owned(), Secret::from(password.to_owned())))
}
