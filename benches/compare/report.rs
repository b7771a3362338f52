//! What was measured: the rows, the printed table and the JSON file.

use crate::elementary;
use crate::measure::{median, paired};
use crate::ufuncs;
use serde::Serialize;
use std::fmt::Write;

/// One case at one size: nanoseconds of a call, and ratios of the other side's to Mambo's.
#[derive(Serialize, Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) case: String,
    pub(crate) size: String,
    /// How many rounds the medians are of.
    pub(crate) rounds: usize,
    pub(crate) mambo_ns: f64,
    pub(crate) native_ns: Option<f64>,
    pub(crate) numba_ns: Option<f64>,
    /// Of elementary functions only, as C.
    pub(crate) numpy_ns: Option<f64>,
    pub(crate) c_ns: Option<f64>,
    /// Of universal functions only.
    pub(crate) ndarray_ns: Option<f64>,
    pub(crate) numba_loops_ns: Option<f64>,
    /// What the machine can do at most.
    pub(crate) limit_ns: Option<f64>,
    /// Ratios of the medians.
    pub(crate) native_ratio: Option<f64>,
    pub(crate) numba_ratio: Option<f64>,
    pub(crate) numpy_ratio: Option<f64>,
    pub(crate) c_ratio: Option<f64>,
    pub(crate) ndarray_ratio: Option<f64>,
    pub(crate) numba_loops_ratio: Option<f64>,
    /// Medians of the ratios within a round.
    pub(crate) native_paired_ratio: Option<f64>,
    pub(crate) numba_paired_ratio: Option<f64>,
    /// The limit over Mambo.
    pub(crate) fraction_of_limit: Option<f64>,
}

impl Row {
    /// A row of Mambo alone, from its time in every round.
    pub(crate) fn new(case: &str, size: &str, mambo: &[f64]) -> Row {
        Row {
            case: case.into(),
            size: size.into(),
            rounds: mambo.len(),
            mambo_ns: median(mambo),
            native_ns: None,
            numba_ns: None,
            numpy_ns: None,
            c_ns: None,
            ndarray_ns: None,
            numba_loops_ns: None,
            limit_ns: None,
            native_ratio: None,
            numba_ratio: None,
            numpy_ratio: None,
            c_ratio: None,
            ndarray_ratio: None,
            numba_loops_ratio: None,
            native_paired_ratio: None,
            numba_paired_ratio: None,
            fraction_of_limit: None,
        }
    }

    /// With times of Numba that were taken on their own; none where there are none.
    pub(crate) fn against_numba(mut self, numba: &[f64]) -> Row {
        if !numba.is_empty() {
            let numba = median(numba);
            self.numba_ns = Some(numba);
            self.numba_ratio = Some(numba / self.mambo_ns);
        }
        self
    }

    /// With the times of Numba in the rounds of Mambo.
    pub(crate) fn paired_with_numba(self, mambo: &[f64], numba: &[f64]) -> Row {
        Row { numba_paired_ratio: Some(paired(mambo, numba)), ..self.against_numba(numba) }
    }

    /// With the times of NumPy.
    pub(crate) fn against_numpy(self, times: &[f64]) -> Row {
        let numpy = median(times);
        Row { numpy_ns: Some(numpy), numpy_ratio: Some(numpy / self.mambo_ns), ..self }
    }

    /// With the times of ndarray.
    pub(crate) fn against_ndarray(self, times: &[f64]) -> Row {
        let ndarray = median(times);
        let ratio = ndarray / self.mambo_ns;
        Row { ndarray_ns: Some(ndarray), ndarray_ratio: Some(ratio), ..self }
    }

    /// With the times of loops in Numba.
    pub(crate) fn against_numba_loops(self, times: &[f64]) -> Row {
        let loops = median(times);
        let ratio = loops / self.mambo_ns;
        Row { numba_loops_ns: Some(loops), numba_loops_ratio: Some(ratio), ..self }
    }

    /// With the times of C.
    pub(crate) fn against_c(self, times: &[f64]) -> Row {
        let c = median(times);
        Row { c_ns: Some(c), c_ratio: Some(c / self.mambo_ns), ..self }
    }

    /// With the times of plain Rust in the rounds of Mambo.
    pub(crate) fn paired_with_native(self, mambo: &[f64], native: &[f64]) -> Row {
        let native_ns = median(native);
        Row {
            native_ns: Some(native_ns),
            native_ratio: Some(native_ns / self.mambo_ns),
            native_paired_ratio: Some(paired(mambo, native)),
            ..self
        }
    }

    /// With the least time that the machine allows; of several, the longest binds.
    pub(crate) fn within(mut self, limit: f64) -> Row {
        let limit = self.limit_ns.map_or(limit, |known| known.max(limit));
        self.limit_ns = Some(limit);
        self.fraction_of_limit = Some(limit / self.mambo_ns);
        self
    }
}

/// All that one run measured.
#[derive(Serialize)]
pub(crate) struct Report {
    /// The day of the run, in UTC.
    pub(crate) date: String,
    pub(crate) cpu: String,
    /// The widest vectors of the limits.
    pub(crate) vectors: String,
    /// Versions of Python and Numba, if they ran.
    pub(crate) numba: Option<String>,
    /// The C compiler, if there is one.
    pub(crate) c: Option<String>,
    /// What does not stand in the table, and why.
    pub(crate) left_out: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

impl Report {
    /// The tables, in Markdown: the loops and calls, the elementary functions, and the universal
    /// functions.
    pub(crate) fn table(&self) -> String {
        let (ufuncs, rest): (Vec<&Row>, Vec<&Row>) =
            self.rows.iter().partition(|row| ufuncs::is_case(&row.case));
        let (elementary, others): (Vec<&Row>, Vec<&Row>) =
            rest.into_iter().partition(|row| elementary::is_case(&row.case));
        let ratios = ["Rust / Mambo", "Numba / Mambo"];
        let head = ["case", "size", "Mambo", "plain Rust", "Numba"];
        let mut tables = Vec::new();
        if !others.is_empty() {
            let head = [&head[..], &["limit"], &ratios, &["of limit"]].concat();
            tables.push(aligned(&head, others.into_iter().map(cells)));
        }
        if !elementary.is_empty() {
            let more = ["NumPy / Mambo", "C / Mambo"];
            let head = [&head[..], &["NumPy", "C"], &ratios, &more].concat();
            tables.push(aligned(&head, elementary.into_iter().map(cells_of_elementary)));
        }
        if !ufuncs.is_empty() {
            let head = ["case", "size", "Mambo", "ndarray", "Numba", "Numba loops", "NumPy"];
            let more = ["ndarray", "Numba", "Numba loops", "NumPy"];
            let more = more.map(|side| format!("{side} / Mambo"));
            let head: Vec<&str> = head.into_iter().chain(more.iter().map(String::as_str)).collect();
            tables.push(aligned(&head, ufuncs.into_iter().map(cells_of_ufunc)));
        }
        tables.join("\n")
    }

    /// What stands below the table.
    pub(crate) fn footer(&self) -> String {
        let mut text = format!("{}, {}, limits in {}", self.date, self.cpu, self.vectors);
        if let Some(numba) = &self.numba {
            _ = write!(text, "; {numba}");
        }
        text.push_str(". Medians of interleaved rounds.\n");
        if let Some(c) = &self.c {
            _ = writeln!(text, "C: {c}, -O3 -march=native -ffast-math.");
        }
        for (what, elementary) in [("Loops", false), ("Elementary functions", true)] {
            for (peer, ratio) in PEERS {
                if let Some(mean) = self.mean(elementary, ratio) {
                    _ = writeln!(
                        text,
                        "{what} in L1 and L2, geometric mean against {peer}: {mean:.2}"
                    );
                }
            }
        }
        for left_out in &self.left_out {
            _ = writeln!(text, "Left out: {left_out}.");
        }
        text
    }

    /// The geometric mean of a ratio over the loops in the caches.
    fn mean(&self, elementary: bool, ratio: Ratio) -> Option<f64> {
        let logs: Vec<f64> = self
            .rows
            .iter()
            .filter(|row| ["L1", "L2"].contains(&row.size.as_str()))
            .filter(|row| elementary::is_case(&row.case) == elementary)
            .filter_map(ratio)
            .map(f64::ln)
            .collect();
        let mean = logs.iter().sum::<f64>() / logs.len() as f64;
        (!logs.is_empty()).then(|| mean.exp())
    }
}

/// What of a row is compared.
type Ratio = fn(&Row) -> Option<f64>;

const PEERS: [(&str, Ratio); 4] = [
    ("plain Rust", |row| row.native_ratio),
    ("Numba", |row| row.numba_ratio),
    ("NumPy", |row| row.numpy_ratio),
    ("C", |row| row.c_ratio),
];

/// A table whose columns but the first two are aligned to the right.
fn aligned(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut lines = vec![head.iter().map(|text| text.to_string()).collect()];
    lines.extend(rows);
    let widths: Vec<usize> = (0..head.len())
        .map(|column| lines.iter().map(|line: &Vec<String>| line[column].len()).max())
        .map(Option::unwrap_or_default)
        .collect();
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
            _ = match column {
                0 | 1 => write!(text, "| {cell:width$} "),
                _ => write!(text, "| {cell:>width$} "),
            };
        }
        text.push_str("|\n");
        if number == 0 {
            for (column, width) in widths.iter().enumerate() {
                let end = if column < 2 { '-' } else { ':' };
                _ = write!(text, "|{}{end}", "-".repeat(width + 1));
            }
            text.push_str("|\n");
        }
    }
    text
}

fn or_nothing(value: Option<f64>, text: fn(f64) -> String) -> String {
    value.map_or("".into(), text)
}

/// The cells of a row of an elementary function as text.
fn cells_of_elementary(row: &Row) -> Vec<String> {
    vec![
        row.case.clone(),
        row.size.clone(),
        duration(row.mambo_ns),
        or_nothing(row.native_ns, duration),
        or_nothing(row.numba_ns, duration),
        or_nothing(row.numpy_ns, duration),
        or_nothing(row.c_ns, duration),
        or_nothing(row.native_ratio, ratio),
        or_nothing(row.numba_ratio, ratio),
        or_nothing(row.numpy_ratio, ratio),
        or_nothing(row.c_ratio, ratio),
    ]
}

/// The cells of a row of a universal function as text.
fn cells_of_ufunc(row: &Row) -> Vec<String> {
    vec![
        row.case.clone(),
        row.size.clone(),
        duration(row.mambo_ns),
        or_nothing(row.ndarray_ns, duration),
        or_nothing(row.numba_ns, duration),
        or_nothing(row.numba_loops_ns, duration),
        or_nothing(row.numpy_ns, duration),
        or_nothing(row.ndarray_ratio, ratio),
        or_nothing(row.numba_ratio, ratio),
        or_nothing(row.numba_loops_ratio, ratio),
        or_nothing(row.numpy_ratio, ratio),
    ]
}

/// The cells of a row as text.
fn cells(row: &Row) -> Vec<String> {
    vec![
        row.case.clone(),
        row.size.clone(),
        duration(row.mambo_ns),
        or_nothing(row.native_ns, duration),
        or_nothing(row.numba_ns, duration),
        or_nothing(row.limit_ns, duration),
        or_nothing(row.native_ratio, ratio),
        or_nothing(row.numba_ratio, ratio),
        or_nothing(row.fraction_of_limit, |part| format!("{:.0} %", part * 100.0)),
    ]
}

/// Nanoseconds in the unit that keeps them short, to three digits.
fn duration(nanos: f64) -> String {
    let (value, unit) = match nanos.abs() {
        n if n < 1e3 => (nanos, "ns"),
        n if n < 1e6 => (nanos / 1e3, "us"),
        n if n < 1e9 => (nanos / 1e6, "ms"),
        _ => (nanos / 1e9, "s"),
    };
    let digits = match value.abs() {
        v if v < 10.0 => 2,
        v if v < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$} {unit}")
}

fn ratio(ratio: f64) -> String {
    if ratio < 100.0 { format!("{ratio:.2}") } else { format!("{ratio:.0}") }
}

/// The day that lies so many seconds after the first of 1970, in UTC.
pub(crate) fn date(seconds: u64) -> String {
    let every = |years: u64, year: u64| year.is_multiple_of(years);
    let leap = |year| every(4, year) && (!every(100, year) || every(400, year));
    let (mut day, mut year) = (seconds / 86_400, 1970);
    while day >= 365 + u64::from(leap(year)) {
        day -= 365 + u64::from(leap(year));
        year += 1;
    }
    let february = 28 + u64::from(leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", day + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let mambo = [100.0, 110.0, 90.0];
        let loops = Row::new("axpy", "L1", &mambo)
            .paired_with_native(&mambo, &[150.0, 150.0, 151.0])
            .paired_with_numba(&mambo, &[200.0, 220.0, 180.0])
            .within(50.0)
            .within(40.0);
        let first = Row::new("compile-first", "call", &[1.5e6]).against_numba(&[]);
        Report {
            date: date(0),
            cpu: "a CPU".into(),
            vectors: "AVX2".into(),
            numba: None,
            c: None,
            left_out: vec!["Numba: no Python".into()],
            rows: vec![loops, first],
        }
    }

    #[test]
    fn the_table_is_aligned() {
        let expected = "\
| case          | size |   Mambo | plain Rust |  Numba |   limit | Rust / Mambo | Numba / Mambo | of limit |
|---------------|------|--------:|-----------:|-------:|--------:|-------------:|--------------:|---------:|
| axpy          | L1   |  100 ns |     150 ns | 200 ns | 50.0 ns |         1.50 |          2.00 |     50 % |
| compile-first | call | 1.50 ms |            |        |         |              |               |          |
";
        assert_eq!(report().table(), expected);
    }

    #[test]
    fn the_footer_says_what_is_left_out() {
        let expected = "1970-01-01, a CPU, limits in AVX2. Medians of interleaved rounds.\n\
                        Loops in L1 and L2, geometric mean against plain Rust: 1.50\n\
                        Loops in L1 and L2, geometric mean against Numba: 2.00\n\
                        Left out: Numba: no Python.\n";
        assert_eq!(report().footer(), expected);
    }

    #[test]
    fn json_has_the_fields_that_readers_expect() {
        let json = serde_json::to_value(report()).unwrap();
        let row = &json["rows"][0];
        assert_eq!(row["case"], "axpy");
        assert_eq!(row["size"], "L1");
        assert_eq!(row["mambo_ns"], 100.0);
        assert_eq!(row["native_ns"], 150.0);
        assert_eq!(row["numba_ns"], 200.0);
        assert_eq!(row["numba_ratio"], 2.0);
        assert_eq!(row["numba_paired_ratio"], 2.0);
        assert_eq!(row["fraction_of_limit"], 0.5);
        assert!(json["rows"][1]["numba_ns"].is_null());
        assert_eq!(json["left_out"][0], "Numba: no Python");
    }

    #[test]
    fn durations_have_three_digits() {
        let texts = [0.5, 12.34, 999.0, 1234.0, 56_780_000.0, 2e9].map(duration);
        assert_eq!(texts, ["0.50 ns", "12.3 ns", "999 ns", "1.23 us", "56.8 ms", "2.00 s"]);
    }

    #[test]
    fn dates_count_leap_days() {
        assert_eq!(date(951_782_400), "2000-02-29");
        assert_eq!(date(1_735_603_200), "2024-12-31");
        assert_eq!(date(1_735_689_600), "2025-01-01");
    }
}
