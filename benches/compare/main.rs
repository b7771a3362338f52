//! The comparison: Mambo, the same loops in plain Rust for this CPU, and Numba, against what the
//! machine can do at most. Prints one table.
//!
//! All sides run in this process, over the same arrays, in turns of many short rounds; what is
//! printed are medians. Every side's results are compared before it is timed.

mod c;
mod case;
mod cases;
mod elementary;
mod elementary_kernels;
mod kernels;
mod latency;
mod limit;
mod machine;
mod measure;
mod memory;
mod numba;
mod plot;
mod report;
mod ufunc_kernels;
mod ufuncs;

use c::C;
use case::{Contest, Setting, Side, Size};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use measure::{Plan, median, race};
use numba::{Addresses, Environment, Interpreter};
use report::{Report, Row};
use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// Compares Mambo with plain Rust and Numba, and prints the table.
#[derive(Parser)]
struct Options {
    /// Writes the rows to a file as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Draws the ratios into a file.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Only this case; may be repeated.
    #[arg(long = "case", value_name = "NAME", value_parser = case_name)]
    cases: Vec<String>,
    /// Only loops of this size; may be repeated.
    #[arg(long = "size", value_enum, ignore_case = true)]
    sizes: Vec<Size>,
    /// Exactly as many rounds for every loop.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    rounds: Option<u16>,
    /// Goes without Numba.
    #[arg(long)]
    no_numba: bool,
}

impl Options {
    fn wants_case(&self, name: &str) -> bool {
        self.cases.is_empty() || self.cases.iter().any(|case| case == name)
    }

    fn wants_size(&self, size: Size) -> bool {
        self.sizes.is_empty() || self.sizes.contains(&size)
    }

    /// Whether a case that has none of these sizes is wanted.
    fn wants_unsized(&self, name: &str) -> bool {
        self.wants_case(name) && (self.sizes.is_empty() || self.cases.iter().any(|c| c == name))
    }

    fn plan(&self, size: Size) -> Plan {
        let (least, most) = match (self.rounds, size) {
            (Some(rounds), _) => (rounds.into(), rounds.into()),
            (None, Size::Dram) => (15, 15),
            (None, _) => (15, 201),
        };
        Plan { least, most, warm: size != Size::Dram }
    }
}

fn case_name(text: &str) -> Result<String, String> {
    let ufuncs = ufuncs::all().into_iter().map(|case| case.name);
    let names: Vec<&str> =
        cases::all().iter().map(|case| case.name()).chain(ufuncs).chain(latency::CASES).collect();
    if names.contains(&text) {
        Ok(text.into())
    } else {
        Err(format!("the cases are {}", names.join(", ")))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    if std::env::args().nth(1).as_deref() == Some(latency::FIRST_CALL) {
        latency::first_call();
        return Ok(());
    }
    let options = Options::parse();
    let (report, wrong) = measure(&options)?;
    println!("{}\n{}", report.table(), report.footer());
    if let Some(path) = &options.json {
        fs::write(path, serde_json::to_string_pretty(&report)? + "\n")?;
    }
    if let Some(path) = &options.svg {
        fs::write(path, plot::svg(&report)?)?;
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// The Numba side, as far as there is one.
#[derive(Default)]
struct Numba {
    environment: Option<Environment>,
    kernels: Addresses,
    python: Option<Interpreter>,
}

impl Numba {
    /// Notes in `left_out` what this machine does not have.
    fn set_up(options: &Options, bar: &ProgressBar, left_out: &mut Vec<String>) -> Numba {
        if options.no_numba {
            left_out.push("Numba, as asked for".into());
            return Numba::default();
        }
        let environment = match environment(bar) {
            Ok(environment) => environment,
            Err(error) => {
                left_out.push(format!("Numba: {error}"));
                return Numba::default();
            }
        };
        bar.set_message("compiling the kernels of Numba");
        bar.tick();
        let loops = cases::all();
        let names: Vec<&str> =
            loops.iter().map(|case| case.name()).filter(|name| options.wants_case(name)).collect();
        // SAFETY: this program starts no threads.
        match unsafe { environment.kernels(&names) } {
            Ok((kernels, python)) => {
                Numba { environment: Some(environment), kernels, python: Some(python) }
            }
            Err(error) => {
                left_out.push(format!("the loops of Numba and NumPy: {error}"));
                Numba { environment: Some(environment), ..Numba::default() }
            }
        }
    }
}

/// Python's environment, beside the folder of this program.
fn environment(bar: &ProgressBar) -> Result<Environment, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let target = program.ancestors().nth(2).ok_or("this program lies in no folder")?;
    Environment::set_up(&target.join("compare-python"), bar)
}

/// What was measured, and which results differ.
fn measure(options: &Options) -> Result<(Report, Vec<String>), Box<dyn Error>> {
    let mut left_out = Vec::new();
    let bar = ProgressBar::new_spinner();
    bar.set_style(ProgressStyle::with_template("{spinner} {msg}")?);
    let numba = Numba::set_up(options, &bar, &mut left_out);
    bar.finish_and_clear();

    let dram = machine::beyond_caches();
    if let Err(error) = &dram
        && options.wants_size(Size::Dram)
    {
        left_out.push(error.clone());
    }
    let c = C::set_up().map_err(|error| left_out.push(format!("C: {error}"))).ok();
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    let loops = cases::all();
    let wanted: Vec<_> = loops.iter().filter(|case| options.wants_case(case.name())).collect();
    let latencies: Vec<&str> =
        latency::CASES.into_iter().filter(|name| options.wants_unsized(name)).collect();
    let ufuncs = ufuncs::all();
    let ufuncs: Vec<_> = ufuncs.iter().filter(|case| options.wants_unsized(case.name)).collect();
    let count = Size::ALL.len() * wanted.len() + ufuncs.len() + latencies.len();
    let bar = ProgressBar::new(count as u64);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}")?);
    let widths = limit::widths();
    for case in wanted {
        for size in Size::ALL {
            bar.set_message(format!("{} in {}", case.name(), size.name()));
            bar.inc(1);
            let setting = Setting {
                size,
                dram: dram.as_ref().ok().copied(),
                numba: numba.kernels.get(case.name()).map_or(&[], Vec::as_slice),
                python: numba.python,
                c: c.as_ref(),
                width: &widths[0],
            };
            if !options.wants_size(size) {
                continue;
            }
            if let Some(mut contest) = case.contest(&setting) {
                let (name, plan) = (case.name(), options.plan(size));
                match contest.check() {
                    Ok(()) => rows.push(row(name, size.name(), &mut *contest, plan)),
                    Err(error) => wrong.push(error),
                }
            }
        }
    }
    for case in ufuncs {
        bar.set_message(case.name);
        bar.inc(1);
        let mut contest = case.contest(numba.python);
        match contest.check() {
            Ok(()) => rows.push(row(case.name, case.size, &mut *contest, options.plan(Size::L2))),
            Err(error) => wrong.push(error),
        }
    }
    let python = numba.environment.as_ref().map(|environment| environment.python.as_path());
    for case in latencies {
        bar.set_message(case);
        bar.inc(1);
        rows.extend(latency::rows(case, python)?);
    }
    bar.finish_and_clear();
    let report = Report {
        date: report::date(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs()),
        cpu: machine::cpu(),
        vectors: widths[0].name.into(),
        numba: numba.environment.map(|environment| environment.versions),
        c: c.map(|c| c.compiler),
        left_out,
        rows,
    };
    Ok((report, wrong))
}

/// Times all sides of a contest.
fn row(case: &str, size: &str, contest: &mut dyn Contest, plan: Plan) -> Row {
    let sides = contest.sides();
    let samples = race(sides.len(), |side, calls| contest.run(sides[side], calls), plan);
    let mambo = &samples[0];
    sides.iter().zip(&samples).fold(Row::new(case, size, mambo), |row, (side, times)| match side {
        Side::Mambo => row,
        Side::Native => row.paired_with_native(mambo, times),
        Side::Numba => row.paired_with_numba(mambo, times),
        Side::Ndarray => row.against_ndarray(times),
        Side::NumbaLoops => row.against_numba_loops(times),
        Side::NumPy => row.against_numpy(times),
        Side::C => row.against_c(times),
        Side::Traffic | Side::Flops | Side::Roots => row.within(median(times)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_choose_cases_sizes_and_rounds() {
        let text = "compare --case axpy --case dispatch --size L1 --rounds 3 --no-numba";
        let options = Options::parse_from(text.split(' '));
        assert!(options.wants_case("axpy") && !options.wants_case("sum"));
        assert!(options.wants_size(Size::L1) && !options.wants_size(Size::Dram));
        assert!(options.wants_unsized("dispatch") && !options.wants_unsized("compile-warm"));
        assert_eq!(options.plan(Size::Dram).least, 3);
        assert!(Options::try_parse_from(["compare", "--case", "axpi"]).is_err());
    }

    #[test]
    fn without_numba_the_table_stands() {
        let text = "compare --case copy --case mandelbrot --size L1 --rounds 1 --no-numba";
        let (report, wrong) = measure(&Options::parse_from(text.split(' '))).unwrap();
        assert!(wrong.is_empty(), "{wrong:?}");
        assert_eq!(report.rows.len(), 2);
        assert!(report.rows.iter().all(|row| row.mambo_ns > 0.0 && row.limit_ns.is_some()));
        assert_eq!(report.left_out, ["Numba, as asked for"]);
    }
}
