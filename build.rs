//! Finds the checks and the rulesets, so that nobody keeps a list of them by hand.
//!
//! `src/checks/<group>/<name>.rs` becomes the check `<group>/<name-with-dashes>`; its `//!` comment becomes its page.

#![expect(
    clippy::disallowed_methods,
    reason = "a build script reads the sources and writes what it generates"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    println!("cargo::rerun-if-changed=src/checks");
    println!("cargo::rerun-if-changed=rulesets");
    fs::write(out.join("checks.rs"), checks(&root.join("src/checks"))?)?;
    fs::write(out.join("rulesets.rs"), rulesets(&root.join("rulesets"))?)
}

/// Sorted entries of a folder; sorted so that the generated code does not depend on the file system.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|e| e.map(|e| e.path()))
        .collect::<io::Result<_>>()?;
    paths.sort();
    Ok(paths)
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn checks(folder: &Path) -> io::Result<String> {
    let (mut modules, mut table) = (String::new(), String::new());
    for group_folder in entries(folder)?.into_iter().filter(|p| p.is_dir()) {
        let group = stem(&group_folder);
        let _ = writeln!(modules, "pub mod {group} {{");
        for file in entries(&group_folder)?
            .into_iter()
            .filter(|p| p.extension().is_some_and(|e| e == "rs"))
        {
            println!("cargo::rerun-if-changed={}", file.display());
            let name = stem(&file);
            let page: String = fs::read_to_string(&file)?
                .lines()
                .map_while(|l| l.strip_prefix("//!"))
                .map(|l| format!("{}\n", l.strip_prefix(' ').unwrap_or(l)))
                .collect();
            let id = format!("{group}/{}", name.replace('_', "-"));
            let _ = writeln!(
                modules,
                "    #[path = {:?}]\n    pub mod {name};",
                file.display().to_string()
            );
            let _ = writeln!(
                table,
                "    Check {{ id: {id:?}, docs: {page:?}, meta: &{group}::{name}::META, run: {group}::{name}::run }},"
            );
        }
        modules.push_str("}\n");
    }
    Ok(format!(
        "{modules}\n/// Every check, by id.\npub static ALL: &[Check] = &[\n{table}];\n"
    ))
}

fn rulesets(folder: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    let rows: String = files
        .iter()
        .map(|f| {
            let name = f.strip_prefix(folder).unwrap_or(f).display().to_string();
            format!(
                "    ({name:?}, include_str!({:?})),\n",
                f.display().to_string()
            )
        })
        .collect();
    Ok(format!(
        "pub(super) static EMBEDDED: &[(&str, &str)] = &[\n{rows}];\n"
    ))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for path in entries(folder)? {
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "yaml") {
            files.push(path);
        }
    }
    Ok(())
}
