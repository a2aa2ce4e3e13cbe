//! Bodies without end: what is read is bounded, and memory follows the result, not the body. Alone in its file, because
//! it looks at the memory of the whole process.
#![cfg(feature = "live")]
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the world and stop at what they did not expect"
)]

#[path = "support/fault_server.rs"]
mod fault_server;

use std::io::Write;
use std::sync::atomic::Ordering;

use fault_server::{Body, Reply, Server};
use promtune::model::{Flavor, PromDuration, Timestamp};
use promtune::source::prometheus::{Client, Error, Grid, Settings, instant, range};

const GIB: u64 = 1 << 30;
const MIB: u64 = 1 << 20;

/// Highest memory of this process so far, in bytes; zero where the system does not say.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM:"));
    let kib = line.and_then(|l| l.split_whitespace().nth(1)?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

fn client(server: &Server, max_body: u64) -> Client {
    let mut settings = Settings::new(server.url());
    settings.max_body = max_body;
    Client::new(settings).unwrap()
}

/// A matrix whose samples all fall on a few steps of one series.
fn endless(bytes: u64) -> Reply {
    Reply::json("").body(Body::Endless {
        head: br#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[]}"#.to_vec(),
        unit: format!(r#",{{"metric":{{"id":"{}"}},"values":[[0,"1"],[60,"2"]]}}"#, "x".repeat(4000)).repeat(16).into_bytes(),
        bytes,
        tail: b"]}}".to_vec(),
    })
}

/// A few kilobytes that unpack to 256 MiB of blanks.
fn bomb() -> Reply {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let blanks = vec![b' '; MIB as usize];
    for _ in 0..256 {
        gzip.write_all(&blanks).unwrap();
    }
    Reply::new(200, "application/json", gzip.finish().unwrap()).header("Content-Encoding", "gzip")
}

#[tokio::test]
async fn a_body_of_a_gibibyte_is_cut_off_at_the_limit_and_memory_stays_small() {
    let grid = Grid::new(Timestamp(0), PromDuration(60));
    let before = peak_memory();
    let server = Server::start(|_, _| endless(GIB));
    let limited = range(
        &client(&server, 64 * MIB),
        Flavor::Other,
        "x",
        &[],
        grid,
        (0, 1),
    )
    .await;
    assert_eq!(limited.unwrap_err(), Error::TooLarge { limit: 64 * MIB });
    let sent = server.bytes_sent.load(Ordering::Relaxed);
    assert!(sent < 128 * MIB, "{sent} bytes were sent");

    let server = Server::start(|_, _| endless(192 * MIB));
    let whole = range(&client(&server, GIB), Flavor::Other, "x", &[], grid, (0, 1))
        .await
        .unwrap();
    assert!(whole.series > 40_000, "{}", whole.series);
    assert_eq!(whole.result.series.len(), 1);

    let server = Server::start(|_, _| bomb());
    let error = instant(
        &client(&server, 16 * MIB),
        Flavor::Other,
        "x",
        &[],
        Timestamp(0),
    )
    .await
    .unwrap_err();
    assert_eq!(error, Error::TooLarge { limit: 16 * MIB });

    let grown = peak_memory().saturating_sub(before);
    assert!(grown < 160 * MIB, "memory grew by {} MiB", grown / MIB);
}
