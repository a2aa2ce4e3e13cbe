//! Every output format, on reports made by hand: golden files, and properties that hold for any text.

mod golden;
mod page;
mod properties;
mod ranking;
mod sample;
mod scan;
mod schema;
