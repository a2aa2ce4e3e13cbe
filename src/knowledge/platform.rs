//! Platform profiles: `rulesets/platforms/`.

use regex::Regex;
use serde::Deserialize;

use super::KnowledgeError;

/// Who runs the control plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ManagedControlPlane {
    /// The vendor.
    Always,
    /// Nodes of the cluster itself.
    Never,
    /// Decided by what is seen in the cluster.
    Evidence,
}

/// Where a signal is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalField {
    KubeletVersion,
    ServerVersion,
    ProviderId,
    OsImage,
    KernelVersion,
    /// A node label's key.
    Label,
    /// A node annotation's key.
    Annotation,
    ApiGroup,
    Namespace,
    /// A DaemonSet of kube-system.
    Daemonset,
    /// A pod of kube-system.
    ControlPlanePod,
    /// A node role.
    Role,
}

/// Something whose presence speaks for (or against) a platform. The expression must match the whole text: nothing is
/// searched for inside host names.
#[derive(Clone, Debug)]
pub struct Signal {
    pub field: SignalField,
    pub pattern: Regex,
}

/// One platform.
#[derive(Clone, Debug)]
pub struct PlatformProfile {
    pub id: String,
    pub name: String,
    /// Lower wins when two platforms match.
    pub precedence: u32,
    pub managed: ManagedControlPlane,
    /// One of these is enough to name the platform.
    pub strong: Vec<Signal>,
    /// These only confirm.
    pub supporting: Vec<Signal>,
    /// One of these speaks against a control plane run by the vendor.
    pub refuted_by: Vec<Signal>,
    pub source: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct PlatformSpec {
    #[serde(rename = "apiVersion")]
    pub(super) _api_version: String,
    #[serde(rename = "kind")]
    pub(super) _kind: String,
    id: String,
    name: String,
    precedence: u32,
    managed_control_plane: ManagedControlPlane,
    strong: Vec<SignalSpec>,
    #[serde(default)]
    supporting: Vec<SignalSpec>,
    #[serde(default)]
    refuted_by: Vec<SignalSpec>,
    #[serde(default, rename = "notes")]
    _notes: Option<String>,
    provenance: Provenance,
}

/// Where facts come from and when they were checked.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Provenance {
    pub(super) checked_on: String,
    pub(super) sources: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct SignalSpec {
    kubelet_version: Option<String>,
    server_version: Option<String>,
    provider_id: Option<String>,
    os_image: Option<String>,
    kernel_version: Option<String>,
    label: Option<String>,
    annotation: Option<String>,
    api_group: Option<String>,
    namespace: Option<String>,
    daemonset: Option<String>,
    control_plane_pod: Option<String>,
    role: Option<String>,
}

impl PlatformSpec {
    pub(super) fn check(self, file: &str) -> Result<PlatformProfile, KnowledgeError> {
        let bad = |why: String| KnowledgeError::new(file, why);
        let Some(source) = self.provenance.sources.first().cloned() else {
            return Err(bad("has no source".to_owned()));
        };
        if self.provenance.checked_on.len() != "2026-11-22".len() {
            return Err(bad("checked-on is not a date".to_owned()));
        }
        if self.strong.is_empty() {
            return Err(bad("has no strong signal".to_owned()));
        }
        let signals = |specs: Vec<SignalSpec>| -> Result<Vec<Signal>, KnowledgeError> {
            specs.into_iter().map(|s| s.check(file)).collect()
        };
        Ok(PlatformProfile {
            strong: signals(self.strong)?,
            supporting: signals(self.supporting)?,
            refuted_by: signals(self.refuted_by)?,
            id: self.id,
            name: self.name,
            precedence: self.precedence,
            managed: self.managed_control_plane,
            source,
        })
    }
}

impl SignalSpec {
    fn check(self, file: &str) -> Result<Signal, KnowledgeError> {
        use SignalField as F;
        let given = [
            (F::KubeletVersion, self.kubelet_version),
            (F::ServerVersion, self.server_version),
            (F::ProviderId, self.provider_id),
            (F::OsImage, self.os_image),
            (F::KernelVersion, self.kernel_version),
            (F::Label, self.label),
            (F::Annotation, self.annotation),
            (F::ApiGroup, self.api_group),
            (F::Namespace, self.namespace),
            (F::Daemonset, self.daemonset),
            (F::ControlPlanePod, self.control_plane_pod),
            (F::Role, self.role),
        ];
        let mut given = given
            .into_iter()
            .filter_map(|(field, text)| text.map(|t| (field, t)));
        let (Some((field, text)), None) = (given.next(), given.next()) else {
            return Err(KnowledgeError::new(
                file,
                "a signal names exactly one field".to_owned(),
            ));
        };
        let pattern = Regex::new(&format!("^(?:{text})$"))
            .map_err(|e| KnowledgeError::new(file, e.to_string()))?;
        Ok(Signal { field, pattern })
    }
}
