//! Addresses that lead nowhere, or to something else.

use std::io::{Read, Write};
use std::net::TcpListener;

use crate::fault_server::{Reply, Server};
use crate::support::{http, promtune};

fn audit(url: &str) -> crate::support::Run {
    promtune(["audit", "--prometheus", url]).run()
}

#[test]
fn nobody_listens() {
    let [port] = http::free_ports::<1>();
    let run = audit(&format!("http://127.0.0.1:{port}")).exits(3);
    run.one_error(&[
        "prometheus: cannot connect to 127.0.0.1",
        "refused",
        "check the URL",
    ]);
    audit("http://no-such-host.invalid")
        .exits(3)
        .one_error(&["no-such-host.invalid", "check the URL"]);
}

#[test]
fn an_address_that_is_none() {
    audit("localhost:9090")
        .exits(2)
        .one_error(&["--prometheus", "http://"]);
    let run = audit("http://").exits(2);
    run.one_error(&["--prometheus", "host"]);
}

#[test]
fn a_login_page() {
    let page = "<!DOCTYPE html><html><head><title>Grafana</title></head><body>Log in</body></html>";
    let server = Server::start(move |_, _| Reply::new(200, "text/html; charset=UTF-8", page));
    let run = audit(&server.url()).exits(3);
    run.one_error(&["prometheus:", "web page", "Grafana", "not JSON"]);
    let server = Server::start(|_, _| {
        Reply::new(302, "text/html", "").header("Location", "/login?redirect=secret")
    });
    let run = audit(&server.url()).exits(3);
    let run = run.one_error(&["redirects to", "/login"]);
    assert!(!run.stderr.contains("redirect=secret"), "{}", run.all());
}

#[test]
fn a_server_that_knows_no_such_path() {
    let server = Server::start(|_, _| Reply::new(404, "text/plain", "404 page not found"));
    audit(&format!("{}/metrics", server.url()))
        .exits(3)
        .one_error(&["prometheus: 404 for", "/api/v1/query"]);
}

/// A server that greets every client with the same bytes, as gRPC and SSH do.
fn greeting(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 1024];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(bytes);
        }
    });
    format!("http://{address}")
}

#[test]
fn a_port_that_speaks_something_else() {
    // The first frame of HTTP/2, as the gRPC port of a Thanos store sends it; and an SSH server.
    let settings: &[u8] = &[0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 5, 0, 0, 64, 0];
    for bytes in [settings, b"SSH-2.0-OpenSSH_9.2\r\n", b""] {
        let run = audit(&greeting(bytes)).exits(3);
        run.one_error(&["prometheus: cannot connect to 127.0.0.1", "check the URL"]);
    }
}

#[test]
fn an_expired_token() {
    let server = Server::start(|_, _| Reply::fault(401, "unauthorized", "token is expired"));
    let run = promtune([
        "audit",
        "--prometheus",
        &server.url(),
        "--header",
        "Authorization: Bearer old-and-gone",
    ])
    .run();
    let run = run
        .exits(3)
        .one_error(&["prometheus: 401", "expired", "renew"]);
    assert!(!run.stderr.contains("old-and-gone"), "{}", run.all());
}

#[test]
fn a_kubernetes_api_that_is_none() {
    let server =
        Server::start(|_, _| Reply::new(200, "text/html", "<html><title>Sign in</title></html>"));
    let kubeconfig = |server: &str| {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters:\n- name: c\n  cluster: {{server: \"{server}\"}}\n\
             users:\n- name: u\n  user: {{token: t0ken-of-a-test}}\ncontexts:\n- name: c\n  context: {{cluster: c, user: u}}\n"
        )
    };
    let run = promtune(["audit", "--kubeconfig", "k"])
        .file("k", kubeconfig(&server.url()))
        .run()
        .exits(3);
    run.one_error(&["kubernetes:"]);
    let [port] = http::free_ports::<1>();
    let nowhere = kubeconfig(&format!("http://127.0.0.1:{port}"));
    let run = promtune(["audit", "--kubeconfig", "k"])
        .file("k", nowhere)
        .run()
        .exits(3);
    let run = run.one_error(&["kubernetes:", "refused"]);
    assert!(!run.stderr.contains("t0ken"), "{}", run.all());
    // Both at once: a line for each.
    let run = promtune([
        "audit",
        "--kubeconfig",
        "nope",
        "--prometheus",
        &format!("http://127.0.0.1:{port}"),
    ])
    .run()
    .exits(3);
    assert_eq!(run.stderr.lines().count(), 2, "{}", run.all());
}
