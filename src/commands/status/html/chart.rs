//! Stacked bars over days, as SVG. It holds no text from outside, only numbers and days.
//!
//! The colours are stand-ins: a drawing has one for each role, and the page's style sheet says what each looks like by
//! day, by night and on paper.

use std::ops::Range;

use plotters::chart::{ChartBuilder, LabelAreaPosition};
use plotters::drawing::{DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::Rectangle;
use plotters::prelude::SVGBackend;
use plotters::style::{Color, IntoFont, RGBColor, TextStyle};

/// What stands for an axis or a label, a line of the grid, and the series from the bottom up: `#000001` and so on.
const INK: RGBColor = RGBColor(0, 0, 1);
const GRID: RGBColor = RGBColor(0, 0, 2);
const SERIES: [RGBColor; 3] = [RGBColor(0, 0, 3), RGBColor(0, 0, 4), RGBColor(0, 0, 5)];

/// Width and height in CSS pixels, and the number of days between two labels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub width: u32,
    pub height: u32,
    pub days_per_label: usize,
}

/// One bar: the number of each series, from the bottom up.
pub(super) type Bar = [u64; 3];

/// What is drawn: equally many bars for each day.
#[derive(Debug)]
pub(super) struct Chart<'a> {
    pub bars: &'a [Bar],
    /// What stands below each day.
    pub days: &'a [String],
}

type Failed = DrawingAreaErrorKind<std::io::Error>;

impl Chart<'_> {
    /// The drawing, or nothing if it cannot be made: the numbers stand in the tables too.
    pub(super) fn to_svg(&self, size: Size) -> String {
        let mut svg = String::new();
        match self.draw(&mut svg, size) {
            Ok(()) => svg,
            Err(error) => {
                log::debug!("the chart cannot be drawn: {error}");
                String::new()
            }
        }
    }

    fn draw(&self, svg: &mut String, size: Size) -> Result<(), Failed> {
        let area = SVGBackend::with_string(svg, (size.width, size.height)).into_drawing_area();
        let highest = self.bars.iter().map(|bar| bar.iter().sum()).max().unwrap_or(0).max(4);
        let mut chart = ChartBuilder::on(&area)
            .margin(8)
            .set_label_area_size(LabelAreaPosition::Left, 40)
            .set_label_area_size(LabelAreaPosition::Bottom, 24)
            .build_cartesian_2d(self.span(), 0.0..number(highest) * 1.05)?;
        let text: TextStyle = ("sans-serif", 12).into_font().color(&INK);
        let label = |day: &f64| self.label(*day, size.days_per_label);
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(RGBColor(0, 0, 0).mix(0.0))
            .bold_line_style(GRID)
            .axis_style(INK)
            .x_labels(self.days.len() + 1)
            .x_label_formatter(&label)
            .y_labels(4)
            .y_label_formatter(&|number| format!("{number:.0}"))
            .label_style(text)
            .draw()?;
        chart.draw_series(self.rectangles())?;
        drop(chart);
        area.present()
    }

    /// In days.
    fn span(&self) -> Range<f64> {
        0.0..number(self.days.len() as u64)
    }

    fn label(&self, day: f64, every: usize) -> String {
        let found = self.days.iter().enumerate().find(|(index, _)| (number(*index as u64) - day).abs() < 0.01);
        found.filter(|(index, _)| index % every == 0).map(|(_, label)| label.clone()).unwrap_or_default()
    }

    fn rectangles(&self) -> Vec<Rectangle<(f64, f64)>> {
        let width = number(self.days.len() as u64) / number(self.bars.len().max(1) as u64);
        let mut rectangles = Vec::new();
        for (index, bar) in self.bars.iter().enumerate() {
            let left = number(index as u64) * width;
            let mut bottom = 0;
            for (part, color) in bar.iter().zip(SERIES).filter(|(part, _)| **part > 0) {
                let (low, high) = (number(bottom), number(bottom + part));
                let corners = [(left + 0.1 * width, low), (left + 0.9 * width, high)];
                rectangles.push(Rectangle::new(corners, color.filled()));
                bottom += part;
            }
        }
        rectangles
    }
}

#[expect(clippy::cast_precision_loss, reason = "drawn to the pixel")]
fn number(number: u64) -> f64 {
    number as f64
}
