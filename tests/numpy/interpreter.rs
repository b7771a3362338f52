//! The Python process that answers.

use crate::request::{Reader, Request, Sent};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Python with NumPy, which runs `reference.py`.
pub(crate) struct Interpreter {
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// NumPy's version.
    pub(crate) version: String,
}

impl Interpreter {
    /// The interpreter that `MAMBO_PYTHON` names, or else `python3`; nothing if there is none or
    /// it has no NumPy.
    ///
    /// # Panics
    /// If one is named and does not answer.
    pub(crate) fn start() -> Option<Self> {
        let named = std::env::var_os("MAMBO_PYTHON");
        let program = named.clone().unwrap_or_else(|| "python3".into());
        let started = Interpreter::of(Command::new(&program));
        let program = program.display();
        assert!(
            started.is_some() || named.is_none(),
            "MAMBO_PYTHON is {program}, which does not run or has no NumPy"
        );
        started
    }

    fn of(mut command: Command) -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("numpy").join("reference.py");
        command.arg("-B").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().ok()?;
        let requests = process.stdin.take()?;
        let mut answers = BufReader::new(process.stdout.take()?);
        let mut version = String::new();
        answers.read_line(&mut version).ok()?;
        if version.is_empty() {
            // It has ended, and nothing is left but to say so.
            process.wait().ok()?;
            return None;
        }
        Some(Interpreter { process, requests, answers, version: version.trim().into() })
    }

    /// What NumPy makes of it: arrays, or an exception.
    pub(crate) fn ask(&mut self, request: &Request) -> Result<Vec<Sent>, String> {
        let message = request.bytes();
        let mut answer = vec![0; 4];
        let mut exchange = || {
            self.requests.write_all(&(message.len() as u32).to_le_bytes())?;
            self.requests.write_all(&message)?;
            self.requests.flush()?;
            self.answers.read_exact(&mut answer)?;
            let length = u32::from_le_bytes([answer[0], answer[1], answer[2], answer[3]]);
            answer.resize(length as usize, 0);
            self.answers.read_exact(&mut answer)
        };
        let done: std::io::Result<()> = exchange();
        done.unwrap_or_else(|error| panic!("the reference has ended: {error}\n{request}"));
        Reader(&answer).answer()
    }
}

impl Drop for Interpreter {
    fn drop(&mut self) {
        // The process would end by itself, with its input; a test should leave none behind.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
