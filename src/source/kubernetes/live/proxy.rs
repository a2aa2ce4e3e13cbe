//! `NO_PROXY`: hosts that are reached directly.

use std::net::IpAddr;

/// Whether a list of hosts, domains, addresses and networks names `host`, read as curl and client-go read it.
pub(super) fn exempts(host: &str, no_proxy: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    no_proxy
        .split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .any(|entry| matches(host, entry))
}

fn matches(host: &str, entry: &str) -> bool {
    if entry == "*" {
        return true;
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        return match entry.split_once('/') {
            Some((network, bits)) => in_network(address, network, bits).unwrap_or(false),
            None => entry.trim_matches(['[', ']']).parse() == Ok(address),
        };
    }
    let domain = entry
        .trim_start_matches('*')
        .trim_start_matches('.')
        .to_ascii_lowercase();
    let host = host.to_ascii_lowercase();
    host.strip_suffix(&domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn in_network(address: IpAddr, network: &str, bits: &str) -> Option<bool> {
    let bits: u32 = bits.parse().ok()?;
    match (address, network.parse().ok()?) {
        (IpAddr::V4(a), IpAddr::V4(n)) => {
            let shift = 32_u32.checked_sub(bits)?;
            let cut = |ip: u32| ip.checked_shr(shift).unwrap_or(0);
            Some(cut(a.to_bits()) == cut(n.to_bits()))
        }
        (IpAddr::V6(a), IpAddr::V6(n)) => {
            let shift = 128_u32.checked_sub(bits)?;
            let cut = |ip: u128| ip.checked_shr(shift).unwrap_or(0);
            Some(cut(a.to_bits()) == cut(n.to_bits()))
        }
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::exempts;

    #[test]
    fn hosts_domains_addresses_and_networks() {
        let list = "localhost, .corp.example,10.0.0.0/8,192.168.1.7,fd00::/8,,0.0.0.0/33";
        for host in [
            "localhost",
            "api.corp.example",
            "corp.example",
            "10.96.0.1",
            "192.168.1.7",
            "[fd00::1]",
        ] {
            assert!(exempts(host, list), "{host}");
        }
        for host in [
            "notcorp.example",
            "11.0.0.1",
            "192.168.1.8",
            "example.com",
            "fe80::1",
        ] {
            assert!(!exempts(host, list), "{host}");
        }
        assert!(exempts("anything", "*") && !exempts("anything", ""));
        assert!(exempts("1.2.3.4", "0.0.0.0/0"));
    }
}
