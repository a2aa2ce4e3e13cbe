//! The command line: arguments as typed, resolved into a plan, one file per subcommand. No logic of its own.

mod analyse;
pub mod args;
mod audit;
mod check;
pub mod exit;
mod explain;
mod fix;
mod inputs;
#[cfg(feature = "live")]
mod live;
#[cfg(not(feature = "live"))]
mod offline;
mod output;
#[cfg(feature = "live")]
mod progress;
mod snapshot;
mod times;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use exit::Failure;

/// Runs promtune on the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let usage = error.use_stderr();
            // A closed pipe is no reason to fail.
            let _ = error.print();
            return ExitCode::from(if usage { exit::USAGE } else { exit::CLEAN });
        }
    };
    match run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            output::error(&failure.to_string());
            failure.code()
        }
    }
}

fn run(cli: Cli) -> Result<u8, Failure> {
    match cli.command {
        Command::Audit(args) => audit::run(args),
        Command::Check(args) => check::run(&args),
        Command::Fix(args) => fix::run(args),
        Command::Snapshot(args) => snapshot::run(args),
        Command::Explain(args) => explain::run(&args),
    }
}
