//! Progress on stderr, when people watch.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::source::{capture, prometheus};

/// A bar for queries, a counter for Kubernetes objects; silent when stderr is not a terminal.
#[derive(Debug)]
pub(super) struct Bars {
    queries: ProgressBar,
}

impl Bars {
    pub(super) fn new() -> Self {
        let queries = if std::io::stderr().is_terminal() {
            let bar = ProgressBar::new(0);
            let style =
                ProgressStyle::with_template("{spinner} {bar:24} {pos}/{len} queries  {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        } else {
            ProgressBar::hidden()
        };
        Self { queries }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.queries.finish_and_clear();
    }
}

impl prometheus::Progress for Bars {
    fn planned(&self, requests: usize) {
        self.queries.inc_length(requests as u64);
    }

    fn done(&self, query: &str) {
        self.queries.inc(1);
        self.queries.set_message(query.to_owned());
    }
}

impl capture::Progress for Bars {
    fn listed(&self, kind: &'static str, objects: u64) {
        self.queries.set_message(format!("{objects} {kind}"));
    }
}
