//! One started server: its log, and its end.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::http::wait_until;

// The server lives as long as the pipe to this shell: when it is dropped, or when the test process dies
// in whatever way, `read` returns and the server is asked to end, then made to.
const KEEPER: &str = r#"
exec 3<&0 </dev/null
"$@" & server=$!
( read -r _ <&3; kill "$server"; n=0
  while [ $n -lt 50 ] && kill -0 "$server"; do sleep 0.1; n=$((n+1)); done
  kill -9 "$server" ) 2>/dev/null &
keeper=$!
exec 3<&-
wait "$server"; status=$?
kill "$keeper" 2>/dev/null
exit "$status"
"#;

/// Removes folders when this process is gone, in whatever way: for servers in statics, which are never dropped.
pub fn remove_after_us(folders: &[&Path]) {
    // The servers end on their own by then, and may write until they do.
    const BROOM: &str = r#"
read -r _; n=0
while [ $n -lt 100 ]; do rm -rf -- "$@"; sleep 0.1; n=$((n+1))
  gone=1; for folder; do [ -e "$folder" ] && gone=0; done; [ $gone = 1 ] && [ $n -gt 10 ] && exit 0
done
"#;
    let child = Command::new("/bin/sh")
        .args(["-c", BROOM, "broom"])
        .args(folders)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("start a shell");
    // Its pipe closes when we end.
    std::mem::forget(child);
}

pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts the program with its output in `dir/name.log`.
    pub fn start<A: Into<OsString>>(
        name: &str,
        program: &Path,
        args: impl IntoIterator<Item = A>,
        environment: &[(&str, &str)],
        dir: &Path,
    ) -> Self {
        let log = dir.join(format!("{name}.log"));
        let out = File::create(&log).expect("create a log file");
        let child = Command::new("/bin/sh")
            .args(["-c", KEEPER, name])
            .arg(program)
            .args(args.into_iter().map(Into::into))
            .envs(environment.iter().copied())
            .current_dir(dir)
            .stdin(Stdio::piped())
            .stdout(out.try_clone().expect("share the log file"))
            .stderr(out)
            .spawn()
            .expect("start a shell");
        Self {
            name: name.to_owned(),
            child,
            log,
        }
    }

    /// Waits until it is ready; panics with the end of its log when it stops or takes too long.
    pub fn wait_ready(&mut self, limit: Duration, mut ready: impl FnMut() -> bool) {
        let mut ended = None;
        let child = &mut self.child;
        let ok = wait_until(limit, || {
            ended = child.try_wait().expect("status of the server");
            ended.is_some() || ready()
        });
        let (name, log) = (&self.name, self.log_tail());
        if let Some(status) = ended {
            panic!("{name} ended with {status} before it was ready:\n{log}");
        }
        assert!(ok, "{name} was not ready after {limit:?}:\n{log}");
    }

    pub fn running(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_none())
    }

    pub fn log_tail(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(25)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let child = &mut self.child;
        if !wait_until(Duration::from_secs(10), || {
            !matches!(child.try_wait(), Ok(None))
        }) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
