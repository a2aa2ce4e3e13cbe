//! A small HTTP server that misbehaves as it is told: one thread per connection, one request per connection.
#![expect(dead_code, reason = "every test file uses another part of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What a client sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    /// From the query string and the form body.
    pub(crate) params: Vec<(String, String)>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn param(&self, name: &str) -> &str {
        let found = self.params.iter().find(|(n, _)| n == name);
        found.map_or("", |(_, value)| value)
    }
}

/// What the server answers.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Body,
}

pub(crate) enum Body {
    Bytes(Vec<u8>),
    /// Announces more bytes than it sends, then closes.
    CutOff(Vec<u8>),
    /// Sends the bytes, then waits this long before it closes.
    Slow(Vec<u8>, Duration),
    /// Repeats `unit` between `head` and `tail` until so many bytes are sent.
    Endless {
        head: Vec<u8>,
        unit: Vec<u8>,
        bytes: u64,
        tail: Vec<u8>,
    },
    /// Closes without a word.
    Nothing,
}

impl Reply {
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
        let body = Body::Bytes(body.into());
        Self {
            status,
            headers,
            body,
        }
    }

    pub(crate) fn json(body: impl Into<String>) -> Self {
        Self::new(200, "application/json", body.into())
    }

    /// An error as Prometheus writes it.
    pub(crate) fn fault(status: u16, kind: &str, text: &str) -> Self {
        let body = serde_json::json!({"status": "error", "errorType": kind, "error": text});
        Self::new(status, "application/json", body.to_string())
    }

    /// An instant vector; `result` is the inside of its list.
    pub(crate) fn vector(result: &str) -> Self {
        Self::json(format!(
            r#"{{"status":"success","data":{{"resultType":"vector","result":[{result}]}}}}"#
        ))
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }
}

type Handler = dyn Fn(&Request, usize) -> Reply + Send + Sync;

/// A running server; it ends when dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    pub(crate) bytes_sent: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    scheme: &'static str,
}

impl Server {
    /// `handler` is given the request and how many came before it.
    pub(crate) fn start(
        handler: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::run(None, Arc::new(handler))
    }

    pub(crate) fn start_tls(
        tls: rustls::ServerConfig,
        handler: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::run(Some(Arc::new(tls)), Arc::new(handler))
    }

    fn run(tls: Option<Arc<rustls::ServerConfig>>, handler: Arc<Handler>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            requests: Arc::default(),
            bytes_sent: Arc::default(),
            stop: Arc::default(),
            scheme: if tls.is_some() { "https" } else { "http" },
        };
        let (requests, sent, stop) = (
            server.requests.clone(),
            server.bytes_sent.clone(),
            server.stop.clone(),
        );
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let (handler, requests, sent, tls) =
                    (handler.clone(), requests.clone(), sent.clone(), tls.clone());
                std::thread::spawn(move || {
                    // A client that goes away is one of the things under test.
                    let _ = match tls {
                        None => serve(stream, &*handler, &requests, &sent),
                        Some(config) => {
                            let connection = rustls::ServerConnection::new(config).unwrap();
                            let stream = rustls::StreamOwned::new(connection, stream);
                            serve(stream, &*handler, &requests, &sent)
                        }
                    };
                });
            }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("{}://localhost:{}", self.scheme, self.address.port())
    }

    /// Everything received so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

fn serve<S: Read + Write>(
    mut stream: S,
    handler: &Handler,
    requests: &Mutex<Vec<Request>>,
    sent: &AtomicU64,
) -> std::io::Result<()> {
    let request = read_request(&mut stream)?;
    let nth = {
        let mut requests = requests.lock().unwrap();
        requests.push(request.clone());
        requests.len() - 1
    };
    let reply = handler(&request, nth);
    let result = write_reply(&mut stream, reply, sent);
    stream.flush()?;
    result
}

fn read_request(stream: &mut impl Read) -> std::io::Result<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let mut request = Request {
        method: words.next().unwrap_or_default().to_owned(),
        ..Request::default()
    };
    let target = words.next().unwrap_or_default().to_owned();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    request.path = path.to_owned();
    request.params = decode_form(query);
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        request
            .headers
            .push((name.to_owned(), value.trim().to_owned()));
    }
    let length = request
        .header("content-length")
        .and_then(|l| l.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    request
        .params
        .extend(decode_form(&String::from_utf8_lossy(&body)));
    Ok(request)
}

fn write_reply(stream: &mut impl Write, reply: Reply, sent: &AtomicU64) -> std::io::Result<()> {
    if matches!(reply.body, Body::Nothing) {
        return Ok(());
    }
    write!(
        stream,
        "HTTP/1.1 {} X\r\nConnection: close\r\n",
        reply.status
    )?;
    for (name, value) in &reply.headers {
        write!(stream, "{name}: {value}\r\n")?;
    }
    if let Body::Bytes(bytes) = &reply.body {
        write!(stream, "Content-Length: {}\r\n", bytes.len())?;
    }
    if let Body::CutOff(bytes) = &reply.body {
        write!(stream, "Content-Length: {}\r\n", bytes.len() + 1000)?;
    }
    stream.write_all(b"\r\n")?;
    let mut send = |bytes: &[u8]| {
        sent.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        stream.write_all(bytes).and_then(|()| stream.flush())
    };
    match reply.body {
        Body::Bytes(bytes) | Body::CutOff(bytes) => send(&bytes),
        Body::Slow(bytes, wait) => {
            send(&bytes)?;
            std::thread::sleep(wait);
            Ok(())
        }
        Body::Endless {
            head,
            unit,
            bytes,
            tail,
        } => {
            send(&head)?;
            for _ in 0..bytes / unit.len() as u64 {
                send(&unit)?;
            }
            send(&tail)
        }
        Body::Nothing => Ok(()),
    }
}

fn decode_form(text: &str) -> Vec<(String, String)> {
    // The URL parser of the client under test knows the encoding.
    let url = reqwest::Url::parse(&format!("http://x/?{text}")).unwrap();
    url.query_pairs().into_owned().collect()
}
