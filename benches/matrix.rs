//! Speed and memory of reading a large matrix: `cargo bench --bench matrix [-- MEGABYTES]`.
//!
//! Prints megabytes per second and peak memory, first of the parser alone, then of the whole client with a local server.
#![expect(clippy::print_stdout, reason = "a measuring program prints")]

#[cfg(feature = "live")]
#[expect(
    clippy::disallowed_methods,
    reason = "a measuring program looks at the clock and writes its input"
)]
mod live {
    use std::io::{self, Read, Write};
    use std::net::TcpListener;
    use std::time::Instant;

    use promtune::model::{Flavor, PromDuration, Timestamp};
    use promtune::source::prometheus::{Answer, Client, Grid, Keep, Settings, range, read_matrix};

    const STEPS: u32 = 1344;
    const STEP: u64 = 900;
    const START: i64 = 1_700_000_000;

    /// Series of two weeks, made while they are read.
    struct Generated {
        left: u32,
        series: u32,
        buffer: Vec<u8>,
        at: usize,
    }

    impl Generated {
        fn new(series: u32) -> Self {
            let head = r#"{"status":"success","data":{"resultType":"matrix","result":["#;
            Self {
                left: series,
                series,
                buffer: head.into(),
                at: 0,
            }
        }

        fn next(&mut self) {
            self.buffer.clear();
            self.at = 0;
            if self.left == 0 {
                return;
            }
            let n = self.series - self.left;
            let comma = if n == 0 { "" } else { "," };
            self.left -= 1;
            let written = self.write(n, comma);
            if self.left == 0 {
                self.buffer.extend_from_slice(b"]}}\n");
            }
            written.unwrap_or_default();
        }

        fn write(&mut self, n: u32, comma: &str) -> io::Result<()> {
            write!(
                self.buffer,
                r#"{comma}{{"metric":{{"namespace":"team-{}","pod":"web-{n}-abcde","container":"app"}},"values":["#,
                n % 100
            )?;
            for step in 0..STEPS {
                let time = START + i64::from(step) * STEP as i64;
                let value = f64::from((n * 31 + step * 7) % 9973) / 9973.0;
                let comma = if step == 0 { "" } else { "," };
                write!(self.buffer, r#"{comma}[{time},"{value}"]"#)?;
            }
            self.buffer.write_all(b"]}")
        }
    }

    impl Read for Generated {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            if self.at == self.buffer.len() {
                self.next();
            }
            let count = (&self.buffer[self.at..]).read(into)?;
            self.at += count;
            Ok(count)
        }
    }

    fn keys() -> Vec<String> {
        ["namespace", "pod", "container"]
            .map(str::to_owned)
            .to_vec()
    }

    fn grid() -> Grid {
        Grid::new(Timestamp(START), PromDuration(STEP))
    }

    /// Peak memory in MiB since the last reset; zero where the system does not say.
    fn peak() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find(|l| l.starts_with("VmHWM:"));
        line.and_then(|l| l.split_whitespace().nth(1)?.parse::<u64>().ok())
            .unwrap_or(0)
            / 1024
    }

    fn reset_peak() {
        // Linux sets the high-water mark back when told 5; elsewhere the highest of all stays.
        let _ = std::fs::write("/proc/self/clear_refs", "5");
    }

    fn report(what: &str, bytes: u64, started: Instant, answer: &Answer) {
        let seconds = started.elapsed().as_secs_f64();
        let samples: usize = answer.result.series.iter().map(|s| s.steps.len()).sum();
        println!(
            "{what}: {:.0} MB, {} series, {samples} samples in {seconds:.2} s: {:.0} MB/s, peak memory {} MiB (columns {} MiB)",
            bytes as f64 / 1e6,
            answer.series,
            bytes as f64 / 1e6 / seconds,
            peak(),
            samples * 8 / (1 << 20),
        );
    }

    pub(super) fn main(megabytes: u64) -> Result<(), Box<dyn std::error::Error>> {
        let one = io::copy(&mut Generated::new(1), &mut io::sink())?;
        let series = u32::try_from(megabytes * 1_000_000 / one)?;
        let started = Instant::now();
        let bytes = io::copy(&mut Generated::new(series), &mut io::sink())?;
        println!("generating alone: {:.2} s", started.elapsed().as_secs_f64());

        let file =
            std::env::temp_dir().join(format!("promtune-matrix-{}.json", std::process::id()));
        io::copy(
            &mut Generated::new(series),
            &mut std::fs::File::create(&file)?,
        )?;
        reset_peak();
        let started = Instant::now();
        let body = io::BufReader::with_capacity(64 << 10, std::fs::File::open(&file)?);
        let answer = read_matrix(body, &keys(), grid(), Keep::default())?;
        report("parser, from a file", bytes, started, &answer);
        drop(answer);

        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let served = file.clone();
        let server = std::thread::spawn(move || serve(&listener, &served));
        reset_peak();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        let started = Instant::now();
        let client = Client::new(Settings::new(url))?;
        let keys = keys();
        let asked = range(
            &client,
            Flavor::Prometheus,
            "x",
            &keys,
            grid(),
            (0, STEPS - 1),
        );
        let answer = runtime.block_on(asked)?;
        report("client, over HTTP", bytes, started, &answer);
        let _ = server.join();
        Ok(std::fs::remove_file(&file)?)
    }

    fn serve(listener: &TcpListener, file: &std::path::Path) -> io::Result<()> {
        let (mut stream, _) = listener.accept()?;
        let mut request = [0; 4096];
        let _ = stream.read(&mut request)?;
        stream.write_all(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n",
        )?;
        io::copy(&mut std::fs::File::open(file)?, &mut stream)?;
        Ok(())
    }
}

#[cfg(feature = "live")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let given = std::env::args().nth(1).and_then(|text| text.parse().ok());
    live::main(given.unwrap_or(200))
}

#[cfg(not(feature = "live"))]
fn main() {
    println!("nothing to measure without the feature `live`");
}
