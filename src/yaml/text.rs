//! Lines and line ends of a source text, by byte offset.

const BOM: &str = "\u{feff}";

/// The offset of the first byte of the line that holds `offset` (behind a byte order mark).
pub(super) fn line_start(source: &str, offset: usize) -> usize {
    let offset = offset.min(source.len());
    match source.as_bytes()[..offset]
        .iter()
        .rposition(|byte| *byte == b'\n')
    {
        Some(newline) => newline + 1,
        None if source.starts_with(BOM) => BOM.len(),
        None => 0,
    }
}

/// The offset of the line break that ends the line that holds `offset`, or the end of the text.
pub(super) fn line_end(source: &str, offset: usize) -> usize {
    let offset = offset.min(source.len());
    let end = match source.as_bytes()[offset..]
        .iter()
        .position(|byte| *byte == b'\n')
    {
        Some(distance) => offset + distance,
        None => return source.len(),
    };
    if end > offset && source.as_bytes()[end - 1] == b'\r' {
        end - 1
    } else {
        end
    }
}

/// The offset of the first byte of the line after the one that holds `offset`, or the end.
pub(super) fn next_line(source: &str, offset: usize) -> usize {
    let offset = offset.min(source.len());
    source.as_bytes()[offset..]
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(source.len(), |distance| offset + distance + 1)
}

/// The 1-based number of the line that holds `offset`.
pub(super) fn line_number(source: &str, offset: usize) -> usize {
    let offset = offset.min(source.len());
    source.as_bytes()[..offset]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
        + 1
}

/// How many characters lie between the start of the line and `offset`.
pub(super) fn column(source: &str, offset: usize) -> usize {
    source[line_start(source, offset)..offset].chars().count()
}

/// The line break in use around `offset`: that of its line, else of the line above, else `\n`.
pub(super) fn line_break(source: &str, offset: usize) -> &'static str {
    let here = next_line(source, offset);
    let terminated = if source[..here].ends_with('\n') {
        here
    } else {
        line_start(source, offset)
    };
    if source[..terminated].ends_with("\r\n") {
        "\r\n"
    } else {
        "\n"
    }
}

/// Skips blanks, line breaks and comments from `offset` on.
pub(super) fn skip_trivia(source: &str, mut offset: usize) -> usize {
    let bytes = source.as_bytes();
    while let Some(byte) = bytes.get(offset) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => offset += 1,
            b'#' => offset = line_end(source, offset),
            _ => break,
        }
    }
    offset
}

/// The offset behind the blanks that follow `offset` on its line.
pub(super) fn skip_blanks(source: &str, offset: usize) -> usize {
    let rest = &source[offset..];
    source.len() - rest.trim_start_matches([' ', '\t']).len()
}

/// Whether only blanks lie between the start of the line and `offset`.
pub(super) fn is_first_on_line(source: &str, offset: usize) -> bool {
    source[line_start(source, offset)..offset]
        .trim_start_matches([' ', '\t'])
        .is_empty()
}
