//! A real etcd, and its JSON gateway to what the API server stored.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::find::{self, Missing};
use super::http;
use super::process::Process;

pub struct Etcd {
    process: Process,
    pub port: u16,
}

impl Etcd {
    pub fn start(dir: &Path) -> Result<Self, Missing> {
        let program = find::program("etcd", "etcd")?;
        let [port, peer] = http::free_ports();
        let (client, peer) = (
            format!("http://127.0.0.1:{port}"),
            format!("http://127.0.0.1:{peer}"),
        );
        let args = [
            format!("--data-dir={}", dir.join("etcd").display()),
            format!("--listen-client-urls={client}"),
            format!("--advertise-client-urls={client}"),
            format!("--listen-peer-urls={peer}"),
            format!("--initial-advertise-peer-urls={peer}"),
            format!("--initial-cluster=default={peer}"),
            "--logger=zap".to_owned(),
            "--log-level=warn".to_owned(),
        ];
        let mut process = Process::start("etcd", &program, args, &[], dir);
        process.wait_ready(Duration::from_secs(60), || {
            http::get(port, "/health").is_ok_and(|response| response.body.contains("true"))
        });
        Ok(Self { process, port })
    }

    /// Changes stored objects where they lie: what the API has no words for (`metadata.uid`,
    /// `metadata.creationTimestamp`). The API server sees the change as any other write.
    pub fn rewrite(&self, mut change: impl FnMut(&mut Value)) -> usize {
        let range = json!({"key": base64(b"/registry/"), "range_end": base64(b"/registry0")});
        let response = self.call("range", &range);
        let mut changed = 0;
        for pair in response["kvs"].as_array().into_iter().flatten() {
            let bytes = unbase64(pair["value"].as_str().unwrap_or_default());
            let Ok(mut object) = serde_json::from_slice::<Value>(&bytes) else {
                continue;
            };
            if !object["metadata"].is_object() {
                continue;
            }
            let before = object.clone();
            change(&mut object);
            if object != before {
                self.call(
                    "put",
                    &json!({"key": pair["key"], "value": base64(object.to_string().as_bytes())}),
                );
                changed += 1;
            }
        }
        changed
    }

    /// Stores objects without asking the API server: key below `/registry/` (`pods/shop/a`) and the whole
    /// object as JSON, with uid and creation time. A hundred thousand pods take half a minute.
    pub fn store(&self, objects: impl IntoIterator<Item = (String, Value)>) {
        let mut batch = Vec::new();
        let send = |batch: &mut Vec<Value>| {
            let answer = self.call("txn", &json!({"success": std::mem::take(batch)}));
            assert_eq!(answer["succeeded"], true, "etcd stores objects: {answer}");
        };
        for (key, object) in objects {
            let key = base64(format!("/registry/{key}").as_bytes());
            let value = base64(object.to_string().as_bytes());
            batch.push(json!({"requestPut": {"key": key, "value": value}}));
            // The server takes 128 operations at once.
            if batch.len() == 100 {
                send(&mut batch);
            }
        }
        if !batch.is_empty() {
            send(&mut batch);
        }
    }

    fn call(&self, method: &str, body: &Value) -> Value {
        let response = http::post(self.port, &format!("/v3/kv/{method}"), &body.to_string())
            .expect("etcd answers");
        assert_eq!(response.status, 200, "etcd {method}: {}", response.body);
        serde_json::from_str(&response.body).expect("etcd answers JSON")
    }
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk
            .iter()
            .fold(0_u32, |acc, byte| acc << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let digit = DIGITS[(group >> (18 - 6 * i) & 63) as usize];
            out.push(if i <= chunk.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
    out
}

fn unbase64(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut group, mut bits) = (0_u32, 0);
    for byte in text.bytes() {
        let Some(digit) = DIGITS.iter().position(|d| *d == byte) else {
            break;
        };
        group = group << 6 | u32::try_from(digit).expect("below 64");
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((group >> bits & 255) as u8);
        }
    }
    out
}

#[test]
fn base64_there_and_back() {
    for text in ["", "a", "ab", "abc", "abcd", "\u{0}\u{ff}~"] {
        assert_eq!(unbase64(&base64(text.as_bytes())), text.as_bytes());
    }
    assert_eq!(base64(b"ab"), "YWI=");
}
