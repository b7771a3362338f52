//! The picture of the table: how many times longer the others take, on a logarithmic axis.

use crate::report::{Report, Row};
use plotters::prelude::*;

const PEERS: [(&str, RGBColor); 2] =
    [("plain Rust", RGBColor(222, 121, 44)), ("Numba", RGBColor(46, 105, 176))];
const LINE: u32 = 26;

fn ratios(row: &Row) -> [Option<f64>; 2] {
    [row.native_ratio, row.numba_ratio]
}

/// The picture as the text of an SVG file.
pub(crate) fn svg(report: &Report) -> Result<String, String> {
    let rows: Vec<&Row> =
        report.rows.iter().filter(|row| ratios(row).iter().any(Option::is_some)).collect();
    let mut text = String::new();
    let size = (900, LINE * rows.len() as u32 + 120);
    draw(report, &rows, SVGBackend::with_string(&mut text, size))
        .map_err(|error| error.to_string())?;
    Ok(text)
}

fn draw<'a>(
    report: &Report,
    rows: &[&Row],
    backend: SVGBackend<'a>,
) -> Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>> {
    let area = backend.into_drawing_area();
    area.fill(&WHITE)?;
    let known = || rows.iter().flat_map(|row| ratios(row)).flatten();
    let least = known().fold(0.5, f64::min) * 0.9;
    let most = known().fold(2.0, f64::max) * 1.1;
    let caption = format!("Time of the others over Mambo's ({}, {})", report.date, report.cpu);
    let mut chart = ChartBuilder::on(&area)
        .caption(caption, ("sans-serif", 16))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(150)
        .build_cartesian_2d((least..most).log_scale(), 0.0..rows.len() as f64)?;
    let name = |place: &f64| {
        let row = rows.len().checked_sub(1 + *place as usize).and_then(|place| rows.get(place));
        row.map_or_else(String::new, |row| format!("{} {}", row.case, row.size))
    };
    chart
        .configure_mesh()
        .disable_y_mesh()
        .y_labels(0)
        .x_desc("longer than Mambo, times")
        .x_label_formatter(&|ratio| format!("{ratio}"))
        .draw()?;
    for (side, (peer, colour)) in PEERS.iter().enumerate() {
        let bars = rows.iter().rev().enumerate().filter_map(|(place, row)| {
            let bottom = place as f64 + if side == 0 { 0.5 } else { 0.12 };
            let ratio = ratios(row)[side]?;
            Some(Rectangle::new([(1.0, bottom), (ratio, bottom + 0.36)], colour.filled()))
        });
        let style = *colour;
        chart
            .draw_series(bars)?
            .label(*peer)
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 10, y + 5)], style.filled()));
    }
    let middle = vec![(1.0, 0.0), (1.0, rows.len() as f64)];
    chart.draw_series([PathElement::new(middle, BLACK)])?;
    let style = ("sans-serif", 13).into_font();
    let names = (0..rows.len()).map(|place| {
        let at = chart.plotting_area().map_coordinate(&(least, place as f64 + 0.8));
        Text::new(name(&(place as f64)), (at.0 - 140, at.1), style.clone())
    });
    for name in names {
        area.draw(&name)?;
    }
    chart.configure_series_labels().background_style(WHITE).border_style(BLACK).draw()?;
    area.present()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_names_the_cases_that_have_ratios() {
        let with = Row::new("axpy", "L1", &[2.0]).against_numba(&[3.0]);
        let without = Row::new("compile-warm", "instance", &[2.0]);
        let report = Report {
            date: "2000-01-01".into(),
            cpu: "a CPU".into(),
            vectors: "AVX2".into(),
            numba: None,
            c: None,
            left_out: vec![],
            rows: vec![with, without],
        };
        let svg = svg(&report).unwrap();
        assert!(svg.starts_with("<svg") && svg.contains("axpy L1"));
        assert!(!svg.contains("compile-warm"));
    }
}
