//! Files of a Helm chart: template lines are blanked out so that the rules between them can be read.

use std::ops::Range;

/// The bytes that were blanked out: what stands there is decided when the chart is rendered.
pub(super) struct Mask(Vec<Range<usize>>);

impl Mask {
    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    /// Whether anything in the range is filled in later.
    pub(super) fn touches(&self, range: &Range<usize>) -> bool {
        self.0
            .iter()
            .any(|m| m.start < range.end && range.start < m.end)
    }
}

/// The text with its template actions replaced, byte for byte: lines that hold nothing else become blank, actions
/// inside of lines become a word. Prometheus' own templates (`{{ $labels.pod }}`) in quotes stay.
pub(super) fn blanked(text: &str) -> (String, Mask) {
    let (mut out, mut mask, mut start) = (String::with_capacity(text.len()), Vec::new(), 0);
    for line in text.split_inclusive('\n') {
        let words = line.trim();
        if words.starts_with("{{") && words.ends_with("}}") && !words.contains(": ") {
            out.extend(line.chars().flat_map(|c| {
                let blank = if c.is_whitespace() { c } else { ' ' };
                std::iter::repeat_n(blank, if blank == ' ' { c.len_utf8() } else { 1 })
            }));
            mask.push(start..start + line.len());
        } else {
            actions(line, start, &mut out, &mut mask);
        }
        start += line.len();
    }
    (out, Mask(mask))
}

fn actions(line: &str, offset: usize, out: &mut String, mask: &mut Vec<Range<usize>>) {
    let mut at = 0;
    while let Some(found) = line.get(at..).and_then(|rest| rest.find("{{")) {
        let open = at + found;
        out.push_str(line.get(at..open).unwrap_or_default());
        let Some(length) = line.get(open..).and_then(|rest| rest.find("}}")) else {
            at = open;
            break;
        };
        let close = open + length + 2;
        // Helm's way to write a template for Prometheus: {{`{{ $labels.pod }}`}} ends behind the second pair.
        let close = if line
            .get(close..)
            .is_some_and(|rest| rest.starts_with("`}}"))
        {
            close + 3
        } else {
            close
        };
        let action = line.get(open..close).unwrap_or_default();
        let for_alerts = ["$labels", "$value", "$externalLabels"]
            .iter()
            .any(|m| action.contains(m));
        if for_alerts && !action.contains('`') {
            out.push_str(action);
        } else {
            out.extend(std::iter::repeat_n('x', action.len()));
            mask.push(offset + open..offset + close);
        }
        at = close;
    }
    out.push_str(line.get(at..).unwrap_or_default());
}
