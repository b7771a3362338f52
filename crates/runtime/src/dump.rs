//! `MAMBO_DUMP=<directory>`: the journey of each kernel as files.
//!
//! `<kernel>.<n>.<pass>.mir` is the module after the `n`th pass, `<kernel>.asm` the machine
//! code. Signatures after the first are told apart by a number: `<kernel>-2.…`.

use mambo_compiler::backend::Artifact;
use mambo_ir::Module;
use std::fs;
use std::path::PathBuf;

/// Where one compilation is dumped, if anywhere.
pub(crate) struct Dump {
    directory: Option<PathBuf>,
    name: String,
    passes: usize,
}

impl Dump {
    pub(crate) fn from_environment(kernel: &str, number: usize) -> Self {
        Dump::new(std::env::var_os("MAMBO_DUMP").map(PathBuf::from), kernel, number)
    }

    fn new(directory: Option<PathBuf>, kernel: &str, number: usize) -> Self {
        let name = if number == 1 { kernel.to_owned() } else { format!("{kernel}-{number}") };
        let directory = directory.filter(|path| !path.as_os_str().is_empty());
        Dump { directory, name, passes: 0 }
    }

    /// Writes the module as it is after `pass`.
    pub(crate) fn pass(&mut self, pass: &str, module: &Module) {
        if self.directory.is_some() {
            self.write(&format!("{:02}.{pass}.mir", self.passes), || module.to_string());
        }
        self.passes += 1;
    }

    /// Writes the machine code.
    pub(crate) fn assembly(&self, artifact: &dyn Artifact) {
        self.write("asm", || artifact.assembly());
    }

    /// A file that cannot be written is reported and does not stop the call.
    fn write(&self, suffix: &str, text: impl FnOnce() -> String) {
        let Some(directory) = &self.directory else { return };
        let path = directory.join(format!("{}.{suffix}", self.name));
        let written = fs::create_dir_all(directory).and_then(|()| fs::write(&path, text()));
        if let Err(error) = written {
            eprintln!("MAMBO_DUMP: cannot write {}: {error}", path.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake;

    #[test]
    fn every_pass_is_a_file_and_later_signatures_have_a_number() {
        let directory = std::env::temp_dir().join(format!("mambo-dump-{}", std::process::id()));
        let module = fake::module("dot", vec![]);
        for number in [1, 2] {
            let mut dump = Dump::new(Some(directory.clone()), "dot", number);
            dump.pass("lower", &module);
            dump.pass("fold", &module);
        }
        let mut names: Vec<String> = fs::read_dir(&directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let text = fs::read_to_string(directory.join("dot.01.fold.mir")).unwrap();
        fs::remove_dir_all(&directory).unwrap();
        assert_eq!(
            names,
            ["dot-2.00.lower.mir", "dot-2.01.fold.mir", "dot.00.lower.mir", "dot.01.fold.mir"]
        );
        assert_eq!(text, module.to_string());
    }
}
