//! Every output format, on reports made by hand: golden files, and properties that hold for any text.

mod golden;
mod page;
mod sample;
