mod arguments;
mod files;
mod growth;
mod history;
mod servers;
mod stub;
