//! The sides of Python: an environment of its own beside the build, Numba's kernels as C functions
//! in this process, so that they are timed in turns with the others and without Python, and calls
//! of NumPy.
//!
//! Promise: whatever is missing (Python, the network, a shared library of Python) is an error
//! that says so in a sentence, and the comparison goes on without this side.

use indicatif::ProgressBar;
use std::collections::HashMap;
use std::ffi::{CString, c_char, c_int, c_void};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

const REQUIREMENTS: &str = include_str!("requirements.txt");

/// Where the kernels of each case are.
pub(crate) type Addresses = HashMap<String, Vec<usize>>;

/// A Python with Numba.
pub(crate) struct Environment {
    pub(crate) python: PathBuf,
    /// Of Python and Numba.
    pub(crate) versions: String,
    /// The shared library of this Python, if it has one.
    library: Option<PathBuf>,
    /// Where its standard library is.
    home: String,
    /// Where Numba is.
    packages: String,
}

/// Prints what `Environment` holds, a line each.
const DESCRIBE: &str = "
import os, platform, sys, sysconfig
import numba
print('Python', platform.python_version() + ', Numba', numba.__version__)
print(sys.base_prefix)
print(sysconfig.get_path('purelib'))
names = [sysconfig.get_config_var(name) for name in ('INSTSONAME', 'LDLIBRARY')]
folder = sysconfig.get_config_var('LIBDIR') or ''
paths = [os.path.join(folder, name) for name in names if name and '.a' not in name]
print(next(filter(os.path.exists, paths), ''))
";

impl Environment {
    /// Finds the environment, or makes it in `folder`.
    pub(crate) fn set_up(folder: &Path, bar: &ProgressBar) -> Result<Environment, String> {
        let bin = if cfg!(windows) { "Scripts" } else { "bin" };
        let python = folder.join(bin).join("python");
        // Written last: what it says is installed.
        let stamp = folder.join("requirements.txt");
        if fs::read_to_string(&stamp).ok().as_deref() != Some(REQUIREMENTS) {
            bar.set_message("making a Python environment");
            let folder = folder.to_str().ok_or("the target directory is not text")?;
            let made = ["python3", "python"].into_iter().any(|python| {
                finish(Command::new(python).args(["-m", "venv", folder]), bar).is_ok()
            });
            if !made {
                return Err("no Python with `venv`".into());
            }
            bar.set_message("installing Numba");
            let wanted = Path::new(folder).join("wanted.txt");
            fs::write(&wanted, REQUIREMENTS).map_err(|error| error.to_string())?;
            let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
            finish(Command::new(&python).args(pip).arg(&wanted), bar)
                .map_err(|error| format!("Numba cannot be installed: {error}"))?;
            fs::rename(&wanted, &stamp).map_err(|error| error.to_string())?;
        }
        bar.set_message("asking for Numba");
        let text = finish(Command::new(&python).args(["-c", DESCRIBE]), bar)?;
        let mut lines = text.lines().map(String::from);
        let mut line = || lines.next().ok_or("Python does not describe itself");
        Ok(Environment {
            python,
            versions: line()?,
            home: line()?,
            packages: line()?,
            library: Some(line()?).filter(|path| !path.is_empty()).map(PathBuf::from),
        })
    }

    /// Compiles the kernels of these cases in this process.
    ///
    /// # Safety
    /// No other thread may run: Python reads variables of the environment that this sets.
    #[cfg(unix)]
    pub(crate) unsafe fn kernels(
        &self,
        cases: &[&str],
    ) -> Result<(Addresses, Interpreter), String> {
        use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};

        let path = self.library.as_ref().ok_or("this Python has no shared library")?;
        let file = std::env::temp_dir().join(format!("mambo-compare-{}", std::process::id()));
        let script = CString::new(self.script(cases, &file)).expect("text without zeros");
        // SAFETY: loading Python runs nothing but its own initialisers. Its modules look for its
        // symbols, so they must be global.
        let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_GLOBAL) }
            .map_err(|error| error.to_string())?;
        // The kernels live in this library for as long as the process does.
        let library = Box::leak(Box::new(library));
        // SAFETY: these are their signatures in every version of Python.
        let (start, python) = unsafe {
            let start = library.get::<unsafe extern "C" fn(c_int)>(b"Py_InitializeEx");
            let python = Interpreter {
                run: *library.get(b"PyRun_SimpleString").map_err(|error| error.to_string())?,
                module: *library.get(b"PyImport_AddModule").map_err(|error| error.to_string())?,
                member: *library.get(b"PyObject_GetAttrString").map_err(|e| e.to_string())?,
                call: *library.get(b"PyObject_CallObject").map_err(|error| error.to_string())?,
                release: *library.get(b"Py_DecRef").map_err(|error| error.to_string())?,
            };
            (*start.map_err(|error| error.to_string())?, python)
        };
        // SAFETY: the variable is set and removed while no other thread runs, as the caller
        // promises, and the interpreter is there from then on.
        let failed = unsafe {
            std::env::set_var("PYTHONHOME", &self.home);
            start(0);
            std::env::remove_var("PYTHONHOME");
            (python.run)(script.as_ptr()) != 0
        };
        if failed {
            return Err("Numba does not compile the kernels".into());
        }
        let text = fs::read_to_string(&file).map_err(|error| error.to_string())?;
        fs::remove_file(&file).map_err(|error| error.to_string())?;
        Ok((addresses(&text), python))
    }

    /// There is no such loading of Python elsewhere.
    ///
    /// # Safety
    /// None is needed here.
    #[cfg(not(unix))]
    pub(crate) unsafe fn kernels(&self, _: &[&str]) -> Result<(Addresses, Interpreter), String> {
        Err("Python is loaded on Unix only".into())
    }

    /// The program that compiles the kernels and writes their addresses to `file`.
    fn script(&self, cases: &[&str], file: &Path) -> String {
        let kernels = concat!(
            include_str!("elementary.py"),
            include_str!("ufuncs.py"),
            include_str!("numba_kernels.py")
        );
        format!(
            "import os, sys\nsys.path.insert(0, {:?})\nos.environ['OPENBLAS_NUM_THREADS'] = '1'\n\
             WANTED = {cases:?}\nADDRESSES = {file:?}\n{kernels}",
            self.packages
        )
    }
}

/// Python in this process, on its only thread.
#[derive(Clone, Copy)]
pub(crate) struct Interpreter {
    run: unsafe extern "C" fn(*const c_char) -> c_int,
    module: unsafe extern "C" fn(*const c_char) -> *mut c_void,
    member: unsafe extern "C" fn(*mut c_void, *const c_char) -> *mut c_void,
    call: unsafe extern "C" fn(*mut c_void, *mut c_void) -> *mut c_void,
    release: unsafe extern "C" fn(*mut c_void),
}

/// What Python does for a case over its arrays.
#[derive(Clone, Copy)]
pub(crate) struct Callable {
    python: Interpreter,
    callable: *mut c_void,
}

impl Interpreter {
    /// What NumPy does for a case, if it does.
    ///
    /// # Safety
    /// The addresses must be those of `n` elements of the type of the case, or 0 for `b`, for as
    /// long as the result is called.
    pub(crate) unsafe fn numpy(
        self,
        case: &str,
        [a, b, c]: [usize; 3],
        n: usize,
    ) -> Option<Callable> {
        // SAFETY: the caller says so.
        unsafe { self.callable(&format!("in_numpy({case:?}, {a}, {b}, {c}, {n})")) }
    }

    /// What an expression of Python gives: something to be called without arguments, or nothing.
    ///
    /// # Safety
    /// The arrays at the addresses in it must live, and have these shapes and types, for as long
    /// as the result is called.
    pub(crate) unsafe fn callable(self, expression: &str) -> Option<Callable> {
        let text = format!("NOTHING = None\nCALL = {expression}");
        let text = CString::new(text).expect("text without zeros");
        // SAFETY: the script of the kernels has run and defines what this text names; the module
        // and its members are there.
        unsafe {
            let failed = (self.run)(text.as_ptr()) != 0;
            let main = (self.module)(c"__main__".as_ptr());
            let callable = (self.member)(main, c"CALL".as_ptr());
            let lacks = callable == (self.member)(main, c"NOTHING".as_ptr());
            (!failed && !lacks).then_some(Callable { python: self, callable })
        }
    }
}

impl Callable {
    /// Does it once.
    pub(crate) fn call(self) {
        // SAFETY: the callable is alive, and this is the thread of Python.
        unsafe {
            let result = (self.python.call)(self.callable, std::ptr::null_mut());
            assert!(!result.is_null(), "Python fails");
            (self.python.release)(result);
        }
    }
}

/// Addresses from lines `name address`.
fn addresses(text: &str) -> Addresses {
    let mut addresses = Addresses::new();
    for (name, address) in text.lines().filter_map(|line| line.split_once(' ')) {
        if let Ok(address) = address.parse() {
            addresses.entry(name.into()).or_default().push(address);
        }
    }
    addresses
}

/// Runs a program while the bar moves: its output, or the last line of what it complains of.
fn finish(command: &mut Command, bar: &ProgressBar) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{program}: {error}"))?;
    while child.try_wait().map_err(|error| error.to_string())?.is_none() {
        bar.tick();
        sleep(Duration::from_millis(50));
    }
    let Output { status, stdout, stderr } =
        child.wait_with_output().map_err(|error| error.to_string())?;
    if status.success() {
        return Ok(String::from_utf8_lossy(&stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&stderr).trim().to_string();
    Err(complaint.lines().last().unwrap_or("it fails without a word").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_by_name() {
        let read = addresses("axpy 4096\nstencil-row 8192\nbroken\naxpy 1024\n");
        assert_eq!(read.len(), 2);
        assert_eq!(read["axpy"], [4096, 1024]);
    }

    #[test]
    fn a_missing_program_is_an_error_in_words() {
        let bar = ProgressBar::hidden();
        let error = finish(&mut Command::new("no-such-program"), &bar).unwrap_err();
        assert!(error.starts_with("no-such-program: "), "{error}");
    }

    #[test]
    fn requirements_are_pinned() {
        let lines = REQUIREMENTS.lines().filter(|line| !line.starts_with('#'));
        assert!(lines.into_iter().all(|line| line.contains("==")));
    }
}
