//! Small readers that are stricter than a browser: they know our markup and nothing else.

/// Elements that the HTML report writes; the ones in `VOID` have no end.
const ELEMENTS: [&str; 42] = [
    "html", "head", "meta", "title", "style", "body", "header", "h1", "h3", "h4", "small", "ul",
    "li", "p", "strong", "em", "b", "div", "label", "input", "main", "section", "details",
    "summary", "span", "bdi", "code", "pre", "dl", "dt", "dd", "a", "br", "table", "tr", "th",
    "td", "footer", "!DOCTYPE", "ol", "h2", "i",
];
const VOID: [&str; 4] = ["meta", "input", "br", "!DOCTYPE"];
const ATTRIBUTES: [&str; 12] = [
    "class",
    "open",
    "id",
    "type",
    "checked",
    "href",
    "rel",
    "lang",
    "charset",
    "content",
    "name",
    "http-equiv",
];

/// Every `<` starts a known tag with known attributes, and tags are closed in order.
pub(crate) fn html(page: &str) -> Result<(), String> {
    let mut open: Vec<String> = Vec::new();
    let mut rest = page;
    while let Some((text, after)) = rest.split_once('<') {
        if text.contains('>') && open.last().is_none_or(|o| o != "style") {
            return Err(format!("a stray > in {text:?}"));
        }
        let (tag, after) = after.split_once('>').ok_or("a tag without end")?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            let expected = open.pop();
            if expected.as_deref() != Some(name) {
                return Err(format!("</{name}> closes {expected:?}"));
            }
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        if !ELEMENTS.contains(&name) {
            return Err(format!("an element of somebody else: <{tag}>"));
        }
        if name != "!DOCTYPE" {
            check_attributes(attributes)?;
        }
        if !VOID.contains(&name) {
            open.push(name.to_owned());
        }
    }
    open.is_empty()
        .then_some(())
        .ok_or_else(|| format!("left open: {open:?}"))
}

fn check_attributes(text: &str) -> Result<(), String> {
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find([' ', '=']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if !ATTRIBUTES.contains(&name) {
            return Err(format!(
                "an attribute of somebody else: {name:?} in {text:?}"
            ));
        }
        rest = match after.strip_prefix("=\"") {
            Some(value) => {
                let (value, after) = value.split_once('"').ok_or("a value without end")?;
                let safe = value.starts_with("https://") || value.starts_with("http://");
                if name == "href" && !safe {
                    return Err(format!("a link to {value:?}"));
                }
                after.trim_start()
            }
            None => after.trim_start(),
        };
    }
    Ok(())
}

/// Fences close, folded parts close, rows have their cells, and outside of code there is no HTML but ours.
pub(crate) fn markdown(page: &str) -> Result<(), String> {
    let mut fence = 0;
    let mut depth = 0_i32;
    for line in page.lines() {
        let ticks = line.bytes().take_while(|b| *b == b'`').count();
        if fence > 0 {
            if ticks >= fence && line.len() == ticks {
                fence = 0;
            }
            continue;
        }
        if ticks >= 3 && !line[ticks..].contains('`') {
            fence = ticks;
            continue;
        }
        let bare = without_code(line);
        if line.starts_with("| ") && unescaped_bars(line) != 5 {
            return Err(format!("a broken row: {line}"));
        }
        match bare.as_str() {
            "<details>" => depth += 1,
            "</details>" => depth -= 1,
            _ => only_our_html(&bare)?,
        }
        if depth < 0 {
            return Err("closed twice".to_owned());
        }
    }
    (fence == 0 && depth == 0)
        .then_some(())
        .ok_or_else(|| format!("left open: fence {fence}, details {depth}"))
}

fn only_our_html(line: &str) -> Result<(), String> {
    let mut rest = line.replace("<!-- -->", "");
    for ours in ["<summary>", "</summary>", "<b>", "</b>"] {
        rest = rest.replace(ours, "");
    }
    if let Some(address) = rest.strip_prefix("Source: <http") {
        rest = address.strip_suffix('>').unwrap_or("<").to_owned();
    }
    if rest.contains('<') {
        return Err(format!("markup of somebody else: {line}"));
    }
    Ok(())
}

/// Takes code spans out as CommonMark finds them: a run of backticks up to the next run of the same length.
fn without_code(line: &str) -> String {
    // In HTML blocks, as `<summary>` lines are, backticks mean nothing.
    if line.starts_with('<') {
        return line.to_owned();
    }
    let mut out = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        let (before, ticks) = rest.split_at(start);
        let size = ticks.bytes().take_while(|b| *b == b'`').count();
        let escaped = before.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1;
        if escaped {
            out.push_str(before);
            rest = &ticks[1..];
            continue;
        }
        let body = &ticks[size..];
        match closing(body, size) {
            Some(end) => {
                out.push_str(before);
                rest = &body[end + size..];
            }
            None => {
                out.push_str(before);
                rest = body;
            }
        }
    }
    out + rest
}

fn closing(body: &str, size: usize) -> Option<usize> {
    let bytes = body.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        let run = bytes[i..].iter().take_while(|b| **b == b'`').count();
        if run == size {
            return Some(i);
        }
        i += run.max(1);
    }
    None
}

fn unescaped_bars(line: &str) -> usize {
    let bytes = line.as_bytes();
    (0..bytes.len())
        .filter(|&i| bytes[i] == b'|' && (i == 0 || bytes[i - 1] != b'\\'))
        .count()
}

#[test]
fn the_readers_find_what_they_should() {
    assert!(html("<p>a</p>").is_ok());
    assert!(html("<p>a<script>x</script></p>").is_err());
    assert!(html("<p onclick=\"x\">a</p>").is_err());
    assert!(html("<a href=\"javascript:x\">a</a>").is_err());
    assert!(html("<p>a").is_err());
    assert!(markdown("```\n<b>\n```\n").is_ok());
    assert!(markdown("````\n```\n").is_err());
    assert!(markdown("a <img> b\n").is_err());
    assert!(markdown("<details>\n").is_err());
    assert!(markdown("| a | b | c\n").is_err());
    assert!(markdown("a `<img>` b\n").is_ok());
}
