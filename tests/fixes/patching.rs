//! Our diffs are taken by git and by patch, byte for byte.

use promtune::fix::{LowerContext, ResourceField, SourceText, lower};

use super::support::{fix, has, run, set, snapshot, workload};

const MANIFEST: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\nspec:\n  template:\n    spec:\n      \
     containers:\n      - name: side\n        image: s\n      - name: app # ours\n        image: a";

#[test]
fn git_and_patch_take_the_diffs() {
    let id = workload("Deployment").id;
    let edits = vec![
        set(&id, "app", &[(ResourceField::RequestsMemory, Some("1Gi"))]),
        set(&id, "side", &[(ResourceField::RequestsCpu, Some("10m"))]),
    ];
    for text in [
        MANIFEST.to_owned(),
        format!("{MANIFEST}\n"),
        format!("{MANIFEST}\n").replace('\n', "\r\n"),
        format!("---\nkind: Service\nmetadata: {{name: api}}\n---\n{MANIFEST}\n---\n"),
    ] {
        let source = [SourceText {
            path: "k8s/my api.yaml".into(),
            text: text.clone(),
        }];
        let out = lower(
            &fix(edits.clone()),
            &LowerContext::new(&snapshot(Vec::new()), &source),
        );
        let diff = out.texts.get("diff").unwrap_or_else(|| panic!("{out:#?}"));
        let files = promtune::fix::apply_to_documents(&edits, &source).unwrap();
        for (program, arguments) in [
            ("git", &["apply", "--whitespace=nowarn", "fix.diff"][..]),
            ("patch", &["--binary", "-p1", "-s", "-i", "fix.diff"][..]),
        ] {
            if !has(program) {
                continue;
            }
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("k8s/my api.yaml");
            std::fs::create_dir(folder.path().join("k8s")).unwrap();
            std::fs::write(&path, &text).unwrap();
            std::fs::write(folder.path().join("fix.diff"), diff).unwrap();
            run(folder.path(), program, arguments)
                .unwrap_or_else(|e| panic!("{program}: {e}\n{diff}"));
            assert_eq!(
                std::fs::read_to_string(&path).unwrap(),
                files[0].new,
                "{program}"
            );
        }
    }
}
