//! The bridge from an asynchronous body to a parser that reads: chunks pass through a short queue, so neither side
//! holds more than a few of them.

use std::io::{self, BufReader, Read};

use reqwest::Response;
use tokio::sync::mpsc;
use tokio_util::bytes::{Buf, Bytes};

use super::error::Error;

/// Chunks that may wait for the parser.
const QUEUE: usize = 8;
const BUFFER: usize = 64 << 10;

/// What a parser reads from. Ends where the body ends, or where it was given up.
pub(super) type Body = BufReader<Chunks>;

/// Chunks of a body as they arrive.
pub(super) struct Chunks {
    queue: mpsc::Receiver<Bytes>,
    current: Bytes,
}

impl Read for Chunks {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            match self.queue.blocking_recv() {
                Some(chunk) => self.current = chunk,
                None => return Ok(0),
            }
        }
        let count = self.current.len().min(into.len());
        self.current.copy_to_slice(&mut into[..count]);
        Ok(count)
    }
}

/// Parses a body while it arrives; `first` was taken off it already. At most `limit` bytes are read.
pub(super) async fn parse<T: Send + 'static>(
    first: Bytes,
    response: Response,
    limit: u64,
    parser: impl FnOnce(Body) -> serde_json::Result<T> + Send + 'static,
) -> Result<T, Error> {
    let (sender, queue) = mpsc::channel(QUEUE);
    let chunks = Chunks {
        queue,
        current: Bytes::new(),
    };
    let parsing =
        tokio::task::spawn_blocking(move || parser(BufReader::with_capacity(BUFFER, chunks)));
    let mut bytes = 0;
    let pumped = pump(first, response, sender, limit, &mut bytes).await;
    let parsed = parsing.await.map_err(|e| Error::InvalidJson {
        text: format!("the parser stopped: {e}"),
    })?;
    match (parsed, pumped) {
        (Ok(value), _) => Ok(value),
        (Err(_), Err(error)) => Err(error),
        (Err(fault), Ok(())) if fault.is_eof() => Err(Error::Truncated { bytes }),
        (Err(fault), Ok(())) => Err(Error::InvalidJson {
            text: fault.to_string(),
        }),
    }
}

async fn pump(
    first: Bytes,
    mut response: Response,
    sender: mpsc::Sender<Bytes>,
    limit: u64,
    bytes: &mut u64,
) -> Result<(), Error> {
    let mut next = Some(first);
    while let Some(chunk) = next {
        *bytes += chunk.len() as u64;
        if *bytes > limit {
            return Err(Error::TooLarge { limit });
        }
        if sender.send(chunk).await.is_err() {
            // The parser has seen enough: it found a fault, which it reports itself.
            return Ok(());
        }
        next = response
            .chunk()
            .await
            .map_err(|_| Error::Truncated { bytes: *bytes })?;
    }
    Ok(())
}
