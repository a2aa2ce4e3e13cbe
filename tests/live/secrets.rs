//! Credentials never come out: not on stdout or stderr, not in a report, not in a snapshot.

use std::io::Read;

use super::world::{at, objects};
use crate::support::apiserver::{READER, token};
use crate::support::{Prometheus, Run, Version, need, promtune};

/// Of the user `scraper`; it occurs in no other text.
const PASSWORD: &str = "correct-horse-battery";
const HASHED: &str = "$2b$04$abcdefghijklmnopqrstuupOWRSKKNe562z1DsLEArFuJDHVyRIMa";
const TOKEN: &str = "eyJhbGciOi.not-a-real-token.c2ln";

#[track_caller]
fn silent(run: &Run, secrets: &[&str]) {
    for secret in secrets {
        assert!(
            !run.stderr.contains(secret) && !run.text().contains(secret),
            "`{secret}` in {}",
            run.all()
        );
    }
}

/// A Prometheus that wants a password.
fn guarded() -> Result<Prometheus, crate::support::Missing> {
    let samples = format!(
        "up{{job=\"a\"}} 1 {}\n# EOF\n",
        crate::support::history::END - 30
    );
    let web = format!("basic_auth_users: {{scraper: \"{HASHED}\"}}\n");
    let builder = Prometheus::new(Version::V3)
        .openmetrics(&samples)
        .file("web.yml", &web);
    builder.flag("--web.config.file=web.yml").start()
}

/// Every way a report or a snapshot of these sources can come out.
fn every_output(args: &[String], code: i32, secrets: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    for format in ["table", "markdown", "json", "html", "sarif"] {
        let saved = folder.path().join(format!("{format}.gz"));
        let base = [
            "audit",
            "-v",
            "--at",
            &at(),
            "--format",
            format,
            "--save-snapshot",
            &saved.display().to_string(),
        ];
        let run = promtune(base)
            .args(args)
            .file("password", format!("scraper:{PASSWORD}\n"))
            .run()
            .exits(code);
        silent(&run, secrets);
        if code == 0 {
            let mut text = String::new();
            flate2::read::GzDecoder::new(std::fs::File::open(&saved).unwrap())
                .read_to_string(&mut text)
                .unwrap();
            for secret in secrets {
                assert!(!text.contains(secret), "`{secret}` in the snapshot");
            }
        }
    }
    let run = promtune(["audit", "--show-queries", "--at", &at()])
        .args(args)
        .file("password", format!("scraper:{PASSWORD}\n"))
        .run()
        .exits(code);
    silent(&run, secrets);
}

fn owned(args: &[&str]) -> Vec<String> {
    args.iter().map(|arg| (*arg).to_owned()).collect()
}

#[test]
fn a_password_in_a_file_or_in_the_url_opens_the_door_and_is_not_told() {
    let prometheus = need!(guarded());
    every_output(
        &owned(&[
            "--prometheus",
            &prometheus.url(),
            "--basic-auth-file",
            "password",
        ]),
        0,
        &[PASSWORD],
    );
    let url = prometheus
        .url()
        .replace("//", &format!("//scraper:{PASSWORD}@"));
    every_output(&owned(&["--prometheus", &url]), 0, &[PASSWORD]);
}

#[test]
fn credentials_that_are_refused_are_not_told_either() {
    let prometheus = need!(guarded());
    let url = prometheus.url();
    let wrong = "wrong-horse-battery";
    let in_url = url.replace("//", &format!("//scraper:{wrong}@"));
    let header = format!("Authorization: Bearer {TOKEN}");
    let print = format!("echo {TOKEN}");
    for args in [
        vec!["--prometheus", in_url.as_str()],
        vec!["--prometheus", &url, "--header", &header],
        vec!["--prometheus", &url, "--bearer-token-command", &print],
        vec!["--prometheus", &url, "--bearer-token-file", "token"],
        vec!["--prometheus", &url],
    ] {
        let run = promtune(["audit", "-v", "--show-queries", "--at", &at()])
            .args(&args)
            .env(
                "PROMTUNE_BEARER_TOKEN",
                if args.len() == 2 { TOKEN } else { "" },
            )
            .file("token", TOKEN)
            .run()
            .exits(3);
        // A command that names the secret is the user's own; what it prints is not repeated.
        silent(&run, &[wrong, TOKEN, PASSWORD]);
        run.one_error(&["prometheus:", "401", "credentials"]);
    }
}

#[test]
fn a_host_that_is_not_there_is_named_without_its_password() {
    let [port] = crate::support::http::free_ports::<1>();
    let url = format!("http://scraper:{PASSWORD}@127.0.0.1:{port}/{PASSWORD}?key={PASSWORD}");
    let run = promtune(["audit", "-v", "--prometheus", &url])
        .run()
        .exits(3);
    silent(
        &run,
        &[&format!("scraper:{PASSWORD}"), &format!("key={PASSWORD}")],
    );
    run.one_error(&["prometheus:", "127.0.0.1"]);
}

#[test]
fn the_token_of_a_kubeconfig_is_not_told() {
    every_output(
        &need!(objects(READER)),
        0,
        &[&token(READER), "-token-for-tests"],
    );
}
