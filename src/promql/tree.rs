//! The expression as a tree in which everything a check may underline or edit knows its place in the text.

use super::span::Span;

/// A word with its place: a metric, a label, a function, an aggregation.
#[derive(Clone, Debug)]
pub struct Named {
    /// Unquoted.
    pub text: String,
    /// With its quotes, where it has some.
    pub span: Span,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Node {
    /// From its first to its last token; modifiers (`offset`, `by (…)`) included, comments inside included.
    pub span: Span,
    pub kind: Kind,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum Kind {
    Number(f64),
    Text(String),
    Selector(Selector),
    Subquery(Subquery),
    Call {
        function: Named,
        args: Vec<Node>,
    },
    Aggregate(Aggregate),
    Binary(Box<Binary>),
    /// A sign before an expression.
    Unary {
        minus: bool,
        operand: Box<Node>,
    },
    Paren(Box<Node>),
}

/// A vector selector, or with a range a matrix selector.
#[derive(Clone, Debug)]
pub struct Selector {
    /// The metric's name before or inside the braces.
    pub name: Option<Named>,
    pub matchers: Vec<Matcher>,
    /// The braces with what is inside; `None` when there are none.
    pub braces: Option<Span>,
    pub range: Option<Length>,
    pub when: When,
}

/// A label matcher.
#[derive(Clone, Debug)]
pub struct Matcher {
    pub span: Span,
    pub label: Named,
    pub op: MatchOp,
    pub op_span: Span,
    /// Unquoted.
    pub value: Named,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchOp {
    Equal,
    NotEqual,
    Regex,
    NotRegex,
}

/// A duration as written.
#[derive(Clone, Copy, Debug)]
pub struct Length {
    pub seconds: f64,
    pub span: Span,
}

/// The `offset` and `@` modifiers.
#[derive(Clone, Debug, Default)]
pub struct When {
    /// Seconds into the past; negative when it looks ahead. The span starts at the keyword.
    pub offset: Option<Length>,
    pub at: Option<(At, Span)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum At {
    Start,
    End,
    Seconds(f64),
}

#[derive(Clone, Debug)]
pub struct Subquery {
    pub operand: Box<Node>,
    pub range: Length,
    pub step: Option<Length>,
    pub when: When,
}

#[derive(Clone, Debug)]
pub struct Aggregate {
    /// As written; [`Aggregate::name`] gives it in lower case.
    pub op: Named,
    pub grouping: Option<Grouping>,
    pub param: Option<Box<Node>>,
    pub operand: Box<Node>,
}

/// `by (…)`, `without (…)`, `on (…)`, `ignoring (…)`, `group_left (…)`: a keyword and its labels.
#[derive(Clone, Debug)]
pub struct Grouping {
    /// In lower case.
    pub keyword: &'static str,
    pub keyword_span: Span,
    pub labels: Vec<Named>,
    /// From the keyword to the closing parenthesis, or the keyword alone.
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Binary {
    pub op: Op,
    pub op_span: Span,
    pub lhs: Node,
    pub rhs: Node,
    pub bool_span: Option<Span>,
    /// `on` or `ignoring`.
    pub matching: Option<Grouping>,
    /// `group_left` or `group_right`.
    pub group: Option<Grouping>,
    /// `fill`, `fill_left`, `fill_right` with their values.
    pub fill: Vec<(Named, f64)>,
}

/// A binary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    Atan2,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    And,
    Or,
    Unless,
}

impl Op {
    /// As written in PromQL.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Mod => "%",
            Self::Pow => "^",
            Self::Atan2 => "atan2",
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::And => "and",
            Self::Or => "or",
            Self::Unless => "unless",
        }
    }

    #[must_use]
    pub const fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Eq | Self::Ne | Self::Lt | Self::Le | Self::Gt | Self::Ge
        )
    }

    #[must_use]
    pub const fn is_set(self) -> bool {
        matches!(self, Self::And | Self::Or | Self::Unless)
    }

    /// The comparison that says the same with its sides exchanged.
    #[must_use]
    pub const fn mirrored(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            other => other,
        }
    }
}

impl MatchOp {
    /// As written in PromQL.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Regex => "=~",
            Self::NotRegex => "!~",
        }
    }
}

impl Selector {
    /// The metric's name, from before the braces, from inside, or from an equality matcher on `__name__`.
    #[must_use]
    pub fn metric(&self) -> Option<&str> {
        let matcher = || {
            self.matchers
                .iter()
                .find(|m| m.label.text == "__name__" && m.op == MatchOp::Equal)
        };
        self.name
            .as_ref()
            .map(|n| n.text.as_str())
            .or_else(|| matcher().map(|m| m.value.text.as_str()))
    }
}

impl Aggregate {
    /// The operation in lower case.
    #[must_use]
    pub fn name(&self) -> String {
        self.op.text.to_ascii_lowercase()
    }

    /// `topk` and its relatives choose among series and leave their labels alone.
    #[must_use]
    pub fn chooses(&self) -> bool {
        matches!(
            self.name().as_str(),
            "topk" | "bottomk" | "limitk" | "limit_ratio"
        )
    }

    #[must_use]
    pub fn without(&self) -> bool {
        self.grouping
            .as_ref()
            .is_some_and(|g| g.keyword == "without")
    }
}

impl Node {
    /// The expressions directly below, from left to right as written.
    #[must_use]
    pub fn children(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::Number(_) | Kind::Text(_) | Kind::Selector(_) => Vec::new(),
            Kind::Subquery(s) => vec![&s.operand],
            Kind::Call { args, .. } => args.iter().collect(),
            Kind::Aggregate(a) => a
                .param
                .as_deref()
                .into_iter()
                .chain([&*a.operand])
                .collect(),
            Kind::Binary(b) => vec![&b.lhs, &b.rhs],
            Kind::Unary { operand, .. } => vec![operand],
            Kind::Paren(inner) => vec![inner],
        }
    }

    /// Visits this expression and all below, parents first.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }

    /// The expression without the parentheses around it.
    #[must_use]
    pub fn bare(&self) -> &Self {
        let mut node = self;
        while let Kind::Paren(inner) = &node.kind {
            node = inner;
        }
        node
    }

    /// The number it is, signs and parentheses included.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match &self.bare().kind {
            Kind::Number(value) => Some(*value),
            Kind::Unary { minus, operand } => operand.number().map(|n| if *minus { -n } else { n }),
            _ => None,
        }
    }

    /// The selector it is, parentheses aside.
    #[must_use]
    pub fn selector(&self) -> Option<&Selector> {
        match &self.bare().kind {
            Kind::Selector(selector) => Some(selector),
            _ => None,
        }
    }

    /// The smallest expression that covers `span`.
    #[must_use]
    pub fn covering(&self, span: Span) -> Option<&Self> {
        if !self.span.contains(span) {
            return None;
        }
        let below = self.children().into_iter().find_map(|c| c.covering(span));
        Some(below.unwrap_or(self))
    }

    /// Whether it gives one number and no vector.
    #[must_use]
    pub fn is_scalar(&self) -> bool {
        match &self.kind {
            Kind::Number(_) => true,
            Kind::Call { function, .. } => matches!(
                function.text.as_str(),
                "time" | "pi" | "scalar" | "start" | "end" | "step" | "range" | "min_of" | "max_of"
            ),
            Kind::Binary(b) => b.lhs.is_scalar() && b.rhs.is_scalar(),
            Kind::Unary { operand, .. } => operand.is_scalar(),
            Kind::Paren(inner) => inner.is_scalar(),
            _ => false,
        }
    }
}
