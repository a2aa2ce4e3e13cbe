//! The grammar of what surrounds expressions: selectors, groupings, modifiers, durations.

use super::grammar::{Grammar, Parsed};
use super::literal;
use super::span::Span;
use super::token::Tok;
use super::tree::{
    At, Grouping, Kind, Length, MatchOp, Matcher, Named, Node, Selector, Subquery, When,
};

impl Grammar<'_> {
    pub(super) fn selector(&mut self) -> Parsed<Node> {
        let name = (self.peek().tok == Tok::Word).then(|| self.word());
        let mut selector = Selector {
            name,
            matchers: Vec::new(),
            braces: None,
            range: None,
            when: When::default(),
        };
        let start = self.peek().span;
        if self.eat("{").is_some() {
            selector.braces = Some(start.to(self.matchers(&mut selector)?));
        }
        let named = selector.name.as_ref().map(|n| n.span);
        // A name in quotes stands inside the braces, and both spans are there then.
        let span = match (named, selector.braces) {
            (Some(name), Some(braces)) if name.start < braces.start => name.to(braces),
            (_, Some(braces)) => braces,
            (name, None) => name.unwrap_or(start),
        };
        Ok(Node {
            span,
            kind: Kind::Selector(selector),
        })
    }

    /// Reads up to the closing brace and gives its span.
    fn matchers(&mut self, selector: &mut Selector) -> Parsed<Span> {
        loop {
            if let Some(close) = self.eat("}") {
                return Ok(close);
            }
            let label = match self.peek().tok {
                Tok::Word => self.word(),
                Tok::Str => self.string()?,
                _ => return Err(self.unexpected("a label or `}`")),
            };
            let quoted = label.span.slice(self.text).starts_with(['"', '\'', '`']);
            if quoted && matches!(self.peek().tok, Tok::Sign("," | "}")) {
                if selector.name.is_some() {
                    return Err(self.unexpected("a matcher: the metric's name is given already"));
                }
                selector.name = Some(label);
            } else {
                selector.matchers.push(self.matcher(label)?);
            }
            if let Some(close) = self.eat("}") {
                return Ok(close);
            }
            self.expect(",")?;
        }
    }

    fn matcher(&mut self, label: Named) -> Parsed<Matcher> {
        let op = match self.peek().tok {
            Tok::Sign("=") => MatchOp::Equal,
            Tok::Sign("!=") => MatchOp::NotEqual,
            Tok::Sign("=~") => MatchOp::Regex,
            Tok::Sign("!~") => MatchOp::NotRegex,
            _ => return Err(self.unexpected("one of `=`, `!=`, `=~`, `!~`")),
        };
        let op_span = self.next().span;
        if self.peek().tok != Tok::Str {
            return Err(self.unexpected("a quoted value"));
        }
        let value = self.string()?;
        Ok(Matcher {
            span: label.span.to(value.span),
            label,
            op,
            op_span,
            value,
        })
    }

    /// A keyword of `words` and its labels; after `group_left` the labels may be missing.
    pub(super) fn optional_grouping(&mut self, words: &[&'static str]) -> Parsed<Option<Grouping>> {
        let Some((keyword, keyword_span)) =
            words.iter().find_map(|w| Some((*w, self.eat_word(w)?)))
        else {
            return Ok(None);
        };
        let mut grouping = Grouping {
            keyword,
            keyword_span,
            labels: Vec::new(),
            span: keyword_span,
        };
        let optional = keyword.starts_with("group_");
        if optional && self.peek().tok != Tok::Sign("(") {
            return Ok(Some(grouping));
        }
        self.expect("(")?;
        let close = loop {
            if let Some(close) = self.eat(")") {
                break close;
            }
            grouping.labels.push(self.label()?);
            if let Some(close) = self.eat(")") {
                break close;
            }
            self.expect(",")?;
        };
        grouping.span = keyword_span.to(close);
        Ok(Some(grouping))
    }

    fn label(&mut self) -> Parsed<Named> {
        match self.peek().tok {
            Tok::Word => Ok(self.word()),
            Tok::Str => self.string(),
            _ => Err(self.unexpected("a label")),
        }
    }

    pub(super) fn fill(&mut self) -> Parsed<Vec<(Named, f64)>> {
        let mut found = Vec::new();
        while matches!(
            self.peek()
                .span
                .slice(self.text)
                .to_ascii_lowercase()
                .as_str(),
            "fill" | "fill_left" | "fill_right"
        ) && self.peek_at(1).tok == Tok::Sign("(")
        {
            let word = self.word();
            self.expect("(")?;
            let minus = self.eat("-").is_some();
            let _ = self.eat("+");
            let value = literal::number(self.peek().span.slice(self.text));
            let value = value.ok_or_else(|| self.unexpected("a number"))?;
            self.next();
            self.expect(")")?;
            found.push((word, if minus { -value } else { value }));
        }
        Ok(found)
    }

    /// What may follow an expression: a range or a subquery, `offset`, `@`.
    pub(super) fn modified(&mut self, mut node: Node) -> Parsed<Node> {
        loop {
            let token = self.peek();
            let word = token.span.slice(self.text).to_ascii_lowercase();
            let end = match (token.tok, word.as_str()) {
                (Tok::Sign("["), _) => {
                    node = self.ranged(node)?;
                    continue;
                }
                (Tok::Sign("@"), _) => self.at(&mut node)?,
                (Tok::Word, "offset") => self.offset(&mut node)?,
                (Tok::Word, "anchored" | "smoothed") => {
                    return Err(self.newer("`anchored` and `smoothed` ranges"));
                }
                _ => return Ok(node),
            };
            node.span = node.span.to(end);
        }
    }

    fn ranged(&mut self, mut node: Node) -> Parsed<Node> {
        self.expect("[")?;
        let range = self.length()?;
        if self.eat(":").is_some() {
            let step = match self.peek().tok {
                Tok::Sign("]") => None,
                _ => Some(self.length()?),
            };
            let close = self.closing_bracket()?;
            return Ok(Node {
                span: node.span.to(close),
                kind: Kind::Subquery(Subquery {
                    operand: Box::new(node),
                    range,
                    step,
                    when: When::default(),
                }),
            });
        }
        let close = self.closing_bracket()?;
        match &mut node.kind {
            Kind::Selector(s)
                if s.range.is_none() && s.when.offset.is_none() && s.when.at.is_none() =>
            {
                s.range = Some(range);
                node.span = node.span.to(close);
                Ok(node)
            }
            _ => Err(self.unexpected("a selector before the range")),
        }
    }

    fn closing_bracket(&mut self) -> Parsed<Span> {
        match self.peek().tok {
            Tok::Sign("+" | "-" | "*" | "/" | "%" | "^") => {
                Err(self.newer("arithmetic on durations"))
            }
            _ => self.expect("]"),
        }
    }

    fn length(&mut self) -> Parsed<Length> {
        let token = self.peek();
        let text = token.span.slice(self.text);
        let duration_words = ["step", "range", "min", "max", "min_of", "max_of"];
        match token.tok {
            Tok::Sign("(" | "-" | "+") => return Err(self.newer("arithmetic on durations")),
            Tok::Word
                if duration_words.contains(&text) && self.peek_at(1).tok == Tok::Sign("(") =>
            {
                return Err(self.newer("arithmetic on durations"));
            }
            Tok::Number if literal::is_newer_number(text) => {
                return Err(self.newer("number separators and prefixes"));
            }
            Tok::Number | Tok::Duration => {}
            _ => return Err(self.unexpected("a duration")),
        }
        let seconds = literal::number(text).or_else(|| literal::duration(text));
        let seconds = seconds
            .filter(|s| literal::fits_duration(*s))
            .ok_or_else(|| self.unexpected("a duration of less than 292 years"))?;
        self.next();
        Ok(Length {
            seconds,
            span: token.span,
        })
    }

    fn offset(&mut self, node: &mut Node) -> Parsed<Span> {
        let twice = self.unexpected("no second offset, and one only after a selector or subquery");
        let start = self.next().span;
        let minus = self.eat("-").is_some();
        let _ = !minus && self.eat("+").is_some();
        let length = self.length()?;
        let span = start.to(length.span);
        let slot = when(node)
            .map(|w| &mut w.offset)
            .filter(|o| o.is_none())
            .ok_or(twice)?;
        *slot = Some(Length {
            seconds: if minus {
                -length.seconds
            } else {
                length.seconds
            },
            span,
        });
        Ok(span)
    }

    fn at(&mut self, node: &mut Node) -> Parsed<Span> {
        let twice = self.unexpected("no second `@`, and one only after a selector or subquery");
        let start = self.next().span;
        let word = self.peek().span.slice(self.text).to_ascii_lowercase();
        let (at, end) = if word == "start" || word == "end" {
            self.next();
            self.expect("(")?;
            let close = self.expect(")")?;
            (if word == "start" { At::Start } else { At::End }, close)
        } else {
            let minus = self.eat("-").is_some();
            let _ = !minus && self.eat("+").is_some();
            let text = self.peek().span.slice(self.text);
            let value = literal::number(text).or_else(|| literal::duration(text));
            let value = value.ok_or_else(|| self.unexpected("a timestamp"))?;
            (
                At::Seconds(if minus { -value } else { value }),
                self.next().span,
            )
        };
        let span = start.to(end);
        let slot = when(node)
            .map(|w| &mut w.at)
            .filter(|a| a.is_none())
            .ok_or(twice)?;
        *slot = Some((at, span));
        Ok(span)
    }
}

fn when(node: &mut Node) -> Option<&mut When> {
    match &mut node.kind {
        Kind::Selector(s) => Some(&mut s.when),
        Kind::Subquery(s) => Some(&mut s.when),
        _ => None,
    }
}
