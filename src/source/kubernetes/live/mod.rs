//! The Kubernetes API of a running cluster, read-only: lists in pages, each dropped when it is converted.

mod collect;
mod connect;
mod fault;
mod list;
mod proxy;

pub use collect::{ListOptions, Progress, collect};
pub use connect::{Access, Connection, connect};

/// Why nothing could be read from the Kubernetes API. Anything less is a gap.
#[derive(Debug, thiserror::Error)]
pub enum KubeError {
    /// There is no usable kubeconfig, context or service account.
    #[error("{0}")]
    Config(String),
    /// The program or token file that the kubeconfig names for logging in does not deliver.
    #[error("cannot log in to the Kubernetes API: {0}")]
    Login(String),
    /// The server does not answer.
    #[error("cannot reach the Kubernetes API at {server}: {because}; {next}")]
    Unreachable {
        server: String,
        because: String,
        next: &'static str,
    },
    /// The server does not take the credentials.
    #[error("the Kubernetes API refuses the credentials: {0}")]
    Unauthorized(String),
    /// Something else answers.
    #[error(
        "the address of the Kubernetes API is answered by something else: {0}; check `server:` in the kubeconfig"
    )]
    NotKubernetes(String),
}

#[cfg(test)]
mod tests;
