//! The C side: the loops of elementary functions, compiled for this CPU by the C compiler there is,
//! with all that allows it to call the vector library of the system.

use crate::case::Door;
use libloading::Library;
use std::process::Command;

/// The loops of both types.
pub(crate) struct C {
    double: Library,
    single: Library,
    /// The compiler's own words.
    pub(crate) compiler: String,
}

const SOURCE: &str = include_str!("elementary.c");

impl C {
    /// Compiles and loads the loops.
    pub(crate) fn set_up() -> Result<C, String> {
        let about =
            Command::new("cc").arg("--version").output().map_err(|error| error.to_string())?;
        let about = String::from_utf8_lossy(&about.stdout);
        let compiler = about.lines().next().ok_or("`cc` does not describe itself")?.to_string();
        Ok(C { double: library("double")?, single: library("float")?, compiler })
    }

    /// The loop of a case, if it is one of these.
    pub(crate) fn loop_of<T>(&self, case: &str) -> Option<Door<T>> {
        let (name, library) = match case.strip_suffix("-f32") {
            Some(name) => (name, &self.single),
            None => (case, &self.double),
        };
        let name = format!("loop_{}", name.replace('-', "_"));
        // SAFETY: all loops have the signature of a door of their library's type, which is that
        // of the case. The library lives as long as the process.
        unsafe { library.get::<Door<T>>(name.as_bytes()).ok().map(|door| *door) }
    }
}

/// Compiles the loops of one type and loads them.
fn library(ty: &str) -> Result<Library, String> {
    let folder = std::env::temp_dir();
    let file = |end: &str| folder.join(format!("mambo-compare-{}-{ty}.{end}", std::process::id()));
    let (source, object) = (file("c"), file("so"));
    std::fs::write(&source, SOURCE).map_err(|error| error.to_string())?;
    let output = Command::new("cc")
        .args(["-std=gnu17", "-O3", "-march=native", "-ffast-math", "-shared", "-fPIC"])
        .args([&format!("-DR={ty}"), "-DNAME(f)=loop_##f"])
        .arg("-o")
        .args([&object, &source])
        .arg("-lm")
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("`cc` fails: {}", String::from_utf8_lossy(&output.stderr)));
    }
    // SAFETY: the library has no initialisers but those of the compiler.
    let library = unsafe { Library::new(&object) }.map_err(|error| error.to_string());
    for file in [source, object] {
        std::fs::remove_file(file).map_err(|error| error.to_string())?;
    }
    library
}
