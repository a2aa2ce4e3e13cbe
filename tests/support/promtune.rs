//! The built binary, run as a user would, in an empty folder and with nothing of this machine's environment.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use super::find;

/// A run to come; see [`promtune`].
pub struct Builder {
    home: TempDir,
    command: Command,
}

/// `promtune ARGS…`.
pub fn promtune<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Builder {
    let home = tempfile::Builder::new()
        .prefix("promtune-run-")
        .tempdir()
        .expect("temp dir");
    // Where kubectl is; a login helper may want a shell.
    let mut path = OsString::from(find::cache().join("bin"));
    path.push(":/usr/local/bin:/usr/bin:/bin");
    let mut command = Command::new(binary());
    command
        .args(args)
        .env_clear()
        .env("PATH", path)
        .env("HOME", home.path())
        .current_dir(home.path());
    Builder { home, command }
}

/// Known to integration tests only; the demo program has no use for it.
fn binary() -> &'static str {
    match option_env!("CARGO_BIN_EXE_promtune") {
        Some(path) => path,
        None => panic!("only an integration test knows the binary"),
    }
}

impl Builder {
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    pub fn arg(self, arg: impl AsRef<OsStr>) -> Self {
        self.args([arg])
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// A file in the folder it runs in.
    pub fn file(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("make a folder");
        std::fs::write(path, text).expect("write a file");
        self
    }

    pub fn run(mut self) -> Run {
        let output = self.command.output().expect("run promtune");
        Run::new(&self.command, output)
    }
}

/// What it printed and how it ended.
pub struct Run {
    pub line: String,
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Run {
    fn new(command: &Command, output: Output) -> Self {
        let args: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
        let run = Self {
            line: format!("promtune {}", args.join(" ")),
            code: output.status.code().unwrap_or(-1),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        assert!(
            !run.stderr.contains("panicked") && run.code != 70 && run.code != -1,
            "{}",
            run.all()
        );
        run
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Everything, for a failed assertion.
    pub fn all(&self) -> String {
        format!(
            "$ {}\nexit {}\n--- stderr\n{}--- stdout\n{}",
            self.line,
            self.code,
            self.stderr,
            self.text()
        )
    }

    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.all());
        self
    }

    /// The only `error:` of stderr is one line, and says all of this.
    #[track_caller]
    pub fn one_error(self, parts: &[&str]) -> Self {
        let mut lines = self.stderr.lines().skip_while(|l| !l.starts_with("error:"));
        let line = lines.next().unwrap_or_default().to_owned();
        assert_eq!(lines.next(), None, "one line: {}", self.all());
        for part in parts {
            assert!(line.contains(part), "no `{part}` in {}", self.all());
        }
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", self.all()))
    }
}
