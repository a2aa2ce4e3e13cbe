//! `promtune explain`.

use super::args::Explain;
use super::exit::{self, Failure};
use super::output;
use crate::checks;
use crate::render::{Page, explain};
use crate::source::files::write_whole;

pub(super) fn run(args: &Explain) -> Result<u8, Failure> {
    let pages: Vec<Page> = checks::ALL.iter().map(Page::from).collect();
    if let Some(folder) = &args.write_docs {
        for page in &pages {
            let path = folder.join(format!("{}.md", page.id));
            write_whole(&path, explain::file(page).as_bytes())
                .map_err(|e| Failure::Usage(format!("{}: {e}", path.display())))?;
        }
        let index = folder.join("README.md");
        write_whole(&index, explain::index(&pages).as_bytes())
            .map_err(|e| Failure::Usage(format!("{}: {e}", index.display())))?;
        return Ok(exit::CLEAN);
    }
    let options = output::options(false, true);
    let Some(wanted) = args.check.as_deref().filter(|_| !args.list) else {
        output::report(None, &|out| explain::list(&pages, &options, out))?;
        return Ok(exit::CLEAN);
    };
    let Some(page) = pages.iter().find(|p| p.id == wanted) else {
        let near = pages
            .iter()
            .map(|p| p.id)
            .find(|id| id.ends_with(wanted) || id.contains(wanted));
        let hint = near
            .map(|id| format!("; did you mean {id}?"))
            .unwrap_or_default();
        return Err(Failure::Usage(format!(
            "no check is called `{wanted}`{hint} See `promtune explain --list`"
        )));
    };
    output::report(None, &|out| explain::page(page, &options, out))?;
    Ok(exit::CLEAN)
}
