mod refused;
mod rules;

use super::{ChangedFile, apply_fixes, apply_to_documents};
use crate::fix::testing::{
    alert, container, fix, own_group, rule_ref, set_memory, snapshot_of, with_workloads, workload,
};
use crate::fix::{
    ContainerRef, Edit, LowerContext, Refusal, ResourceChange, ResourceField, RuleField,
    SourceText, lower,
};
use crate::model::{Origin, WorkloadRef};

pub(super) fn file(path: &str, text: &str) -> SourceText {
    SourceText {
        path: path.into(),
        text: text.into(),
    }
}

pub(super) fn id(kind: &str) -> WorkloadRef {
    workload(kind, "api", Vec::new()).id
}

pub(super) fn set(kind: &str, field: ResourceField, from: Option<&str>, to: Option<&str>) -> Edit {
    Edit::SetResources {
        container: ContainerRef {
            workload: id(kind),
            container: "app".into(),
            init: false,
        },
        changes: vec![ResourceChange {
            field,
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
        }],
    }
}

/// A Deployment whose container `app` ends with these lines, indented by eight spaces.
pub(super) fn deployment(lines: &str) -> String {
    let lines: String = lines.lines().map(|l| format!("        {l}\n")).collect();
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api # ours\n  namespace: shop\nspec:\n  \
         template:\n    spec:\n      containers:\n      - name: app\n{lines}      - name: side\n        image: s:1\n"
    )
}

pub(super) fn changed(edits: &[Edit], source: &str) -> Result<String, Refusal> {
    let files = apply_to_documents(edits, &[file("a.yaml", source)])?;
    assert!(files.len() <= 1);
    Ok(files
        .into_iter()
        .next()
        .map_or_else(|| source.to_owned(), |c| c.new))
}

/// The memory limit goes from 512Mi to 1Gi in manifests of many styles, and nothing else moves.
#[test]
fn the_authors_style_stays() {
    let edit = [set(
        "Deployment",
        ResourceField::LimitsMemory,
        Some("512Mi"),
        Some("1Gi"),
    )];
    for (before, after) in [
        (
            "resources:\n  limits:\n    memory: 512Mi # enough?",
            "resources:\n  limits:\n    memory: 1024Mi # enough?",
        ),
        (
            "resources:\n    limits: {cpu: 1, memory: \"512Mi\"}",
            "resources:\n    limits: {cpu: 1, memory: \"1024Mi\"}",
        ),
        (
            "resources: {limits: {memory: '0.5Gi'}}",
            "resources: {limits: {memory: '1Gi'}}",
        ),
        (
            "resources:\n  limits:\n    memory: 536870912",
            "resources:\n  limits:\n    memory: 1073741824",
        ),
    ] {
        let (before, after) = (deployment(before), deployment(after));
        assert_eq!(changed(&edit, &before).unwrap(), after);
        assert_eq!(
            changed(&edit, &after).unwrap(),
            after,
            "a second run changes nothing"
        );
        let (before, after) = (before.replace('\n', "\r\n"), after.replace('\n', "\r\n"));
        assert_eq!(changed(&edit, &before).unwrap(), after, "CRLF");
        let (before, after) = (before.trim_end(), after.trim_end());
        assert_eq!(
            changed(&edit, before).unwrap(),
            after,
            "no line break at the end"
        );
    }
}

#[test]
fn what_is_missing_is_added_where_it_belongs() {
    let edit = [
        set(
            "Deployment",
            ResourceField::RequestsMemory,
            None,
            Some("1Gi"),
        ),
        set("Deployment", ResourceField::LimitsMemory, None, Some("1Gi")),
    ];
    for before in [
        "image: x",
        "resources: {}",
        "resources:",
        "resources: null",
        "resources:\n  requests:\n    cpu: 100m",
        "resources: # later\n  limits: {}",
        "resources: {requests: {cpu: 1}}",
    ] {
        let new = changed(&edit, &deployment(before)).unwrap();
        let stream = crate::yaml::Stream::parse(&new);
        let value = stream.documents[0].to_value().unwrap();
        let resources = &value["spec"]["template"]["spec"]["containers"][0]["resources"];
        assert_eq!(resources["requests"]["memory"], "1Gi", "{new}");
        assert_eq!(resources["limits"]["memory"], "1Gi", "{new}");
        assert!(
            new.contains("# ours") && new.ends_with("image: s:1\n"),
            "{new}"
        );
        assert_eq!(changed(&edit, &new).unwrap(), new);
    }
}

#[test]
fn a_value_is_removed() {
    let edit = [set(
        "Deployment",
        ResourceField::LimitsCpu,
        Some("500m"),
        None,
    )];
    let before = deployment("resources:\n  limits:\n    cpu: 0.5\n    memory: 1Gi");
    assert_eq!(
        changed(&edit, &before).unwrap(),
        deployment("resources:\n  limits:\n    memory: 1Gi")
    );
}

#[test]
fn the_right_object_is_found() {
    let app = "containers: [{name: app, resources: {limits: {memory: 512Mi}}}]";
    let edit = |kind| {
        [set(
            kind,
            ResourceField::LimitsMemory,
            Some("512Mi"),
            Some("1Gi"),
        )]
    };
    for (kind, text) in [
        (
            "CronJob",
            format!(
                "kind: CronJob\nmetadata: {{name: api}}\nspec: {{jobTemplate: {{spec: {{template: {{spec: {{{app}}}}}}}}}}}\n"
            ),
        ),
        (
            "Pod",
            format!("kind: Pod\nmetadata: {{name: api, namespace: shop}}\nspec: {{{app}}}\n"),
        ),
        (
            "Rollout",
            format!(
                "kind: Rollout\nmetadata: {{name: api}}\nspec: {{template: {{spec: {{{app}}}}}}}\n"
            ),
        ),
        (
            "Deployment",
            format!(
                "kind: List\nitems:\n- kind: Service\n  metadata: {{name: api}}\n- kind: Deployment\n  metadata: {{name: api}}\n  spec: {{template: {{spec: {{{app}}}}}}}\n"
            ),
        ),
        (
            "StatefulSet",
            format!(
                "# one\nkind: Service\nmetadata: {{name: api}}\n---\n# two\nkind: StatefulSet\nmetadata: {{name: api}}\nspec: {{template: {{spec: {{{app}}}}}}}\n---\nbroken: [\n"
            ),
        ),
        (
            "DaemonSet",
            format!(
                "kind: DaemonSet\nmetadata: {{name: api, namespace: shop}}\nspec: {{template: {{spec: {{{app}}}}}}}\n---\nkind: DaemonSet\nmetadata: {{name: api, namespace: other}}\nspec: {{template: {{spec: {{{app}}}}}}}\n"
            ),
        ),
    ] {
        let new = changed(&edit(kind), &text).unwrap();
        assert_eq!(new, text.replacen("512Mi", "1024Mi", 1), "{kind}");
    }
    let mut init = set("Deployment", ResourceField::LimitsMemory, None, Some("1Gi"));
    if let Edit::SetResources { container, .. } = &mut init {
        container.init = true;
    }
    let text = "kind: Deployment\nmetadata: {name: api}\nspec:\n  template:\n    spec:\n      initContainers:\n      - name: app\n      containers:\n      - name: app\n";
    let new = changed(&[init], text).unwrap();
    assert!(new.contains("initContainers:\n      - name: app\n        resources:\n          limits:\n            memory: 1Gi\n      containers:\n      - name: app\n"), "{new}");
}

#[test]
fn a_limit_range_is_edited() {
    let text = "kind: LimitRange\nmetadata: {name: defaults, namespace: shop}\nspec:\n  limits:\n  - type: Pod\n  - type: Container\n    default:\n      memory: 512Mi\n";
    let edit = [Edit::SetLimitRange {
        namespace: "shop".into(),
        name: "defaults".into(),
        changes: vec![ResourceChange {
            field: ResourceField::RequestsMemory,
            from: None,
            to: Some("128Mi".into()),
        }],
    }];
    let new = changed(&edit, text).unwrap();
    assert_eq!(
        new,
        format!("{text}    defaultRequest:\n      memory: 128Mi\n")
    );
}
