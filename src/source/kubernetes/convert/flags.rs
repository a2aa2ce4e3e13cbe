//! The command-line flags that checks read. Nothing else of a command line is kept: arguments may carry secrets.

use std::collections::BTreeMap;

/// `--flag=value` or `--flag value`, kept with the flag as the key.
const ADDRESS_FLAGS: [&str; 3] = [
    "--bind-address",
    "--metrics-bind-address",
    "--listen-metrics-urls",
];

/// JVM options with `=`, kept with the option as the key.
const JVM_OPTIONS: [&str; 2] = ["-XX:MaxRAMPercentage", "-XX:ActiveProcessorCount"];

/// The known flags among a container's `command` and `args`. A shell script given as one argument is searched word by
/// word.
pub(super) fn known<'a>(words: impl IntoIterator<Item = &'a String>) -> BTreeMap<String, String> {
    let mut flags = BTreeMap::new();
    let mut pending: Option<&str> = None;
    for word in words
        .into_iter()
        .flat_map(|argument| argument.split_whitespace())
    {
        let word = word.trim_matches(['"', '\'']);
        if let Some(flag) = pending.take() {
            keep(&mut flags, flag, word, is_address);
        }
        if ADDRESS_FLAGS.contains(&word) {
            pending = Some(word);
        } else if let Some((flag, value)) = word.split_once('=') {
            if ADDRESS_FLAGS.contains(&flag) {
                keep(&mut flags, flag, value, is_address);
            } else if JVM_OPTIONS.contains(&flag) {
                keep(&mut flags, flag, value, is_size);
            }
        } else if let Some(size) = word.strip_prefix("-Xmx") {
            keep(&mut flags, "-Xmx", size, is_size);
        }
    }
    flags
}

/// The last of a repeated flag wins, as with the programs that read them.
fn keep(flags: &mut BTreeMap<String, String>, flag: &str, value: &str, valid: fn(&str) -> bool) {
    if valid(value) {
        flags.insert(flag.to_owned(), value.to_owned());
    }
}

/// Addresses and URLs without credentials; a variable (`$(POD_IP)`) says that the address is not fixed.
fn is_address(value: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || ".:/[]-_,*$(){}%".contains(c);
    !value.is_empty() && value.len() <= 200 && value.chars().all(known)
}

fn is_size(value: &str) -> bool {
    let number = value.trim_end_matches(|c: char| "kKmMgGtT".contains(c));
    value.len() <= 20
        && value.len() - number.len() <= 1
        && !number.is_empty()
        && number.chars().all(|c| c.is_ascii_digit() || c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str]) -> Vec<(String, String)> {
        let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        known(&words).into_iter().collect()
    }

    fn pair(flag: &str, value: &str) -> (String, String) {
        (flag.to_owned(), value.to_owned())
    }

    #[test]
    fn keeps_known_flags_in_both_spellings() {
        assert_eq!(
            of(&[
                "kube-scheduler",
                "--bind-address=127.0.0.1",
                "--leader-elect=true"
            ]),
            [pair("--bind-address", "127.0.0.1")]
        );
        assert_eq!(
            of(&["kube-proxy", "--metrics-bind-address", "$(NODE_IP):10249"]),
            [pair("--metrics-bind-address", "$(NODE_IP):10249")]
        );
        assert_eq!(
            of(&[
                "sh",
                "-c",
                "exec java -Xmx512m \"-XX:MaxRAMPercentage=75.0\" -jar app.jar"
            ]),
            [pair("-XX:MaxRAMPercentage", "75.0"), pair("-Xmx", "512m")]
        );
    }

    #[test]
    fn keeps_nothing_that_could_be_a_secret() {
        assert_eq!(
            of(&[
                "--password=hunter2",
                "--token",
                "abc",
                "--bind-address=user:pass@10.0.0.1",
                "--bind-address=",
                "-Xmx$(HEAP)",
                "-XX:MaxRAMPercentage=lots",
                "--bind-address",
            ]),
            []
        );
    }
}
