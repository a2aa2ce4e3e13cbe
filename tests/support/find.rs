//! Where the programs are: an environment variable, the cache of `scripts/install-test-servers`, then PATH.

use std::env;
use std::fmt;
use std::path::PathBuf;

/// A program that is not on this machine.
#[derive(Debug)]
pub struct Missing {
    what: &'static str,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} not installed: run scripts/install-test-servers",
            self.what
        )
    }
}

/// Says on stderr why the test did not run, or fails where every server is required.
pub fn skipped(reason: &str) {
    assert!(
        env::var("PROMTUNE_REQUIRE_SERVERS").as_deref() != Ok("1"),
        "PROMTUNE_REQUIRE_SERVERS=1, but {reason}"
    );
    eprintln!("skipped: {reason}");
}

pub fn cache() -> PathBuf {
    match env::var_os("PROMTUNE_TEST_CACHE") {
        Some(dir) => PathBuf::from(dir),
        None => PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".cache/promtune-test"),
    }
}

/// `PROMTUNE_TEST_<NAME>` overrides; the cache comes before PATH because its versions are pinned.
pub fn program(name: &str, what: &'static str) -> Result<PathBuf, Missing> {
    let variable = format!("PROMTUNE_TEST_{}", name.to_uppercase().replace('-', "_"));
    if let Some(path) = env::var_os(variable) {
        return Ok(PathBuf::from(path));
    }
    let on_path = env::var_os("PATH").unwrap_or_default();
    std::iter::once(cache().join("bin"))
        .chain(env::split_paths(&on_path))
        .map(|dir| dir.join(name))
        .find(|path| path.is_file())
        .ok_or(Missing { what })
}
