//! Stacked bars over days, as SVG. The drawing holds only numbers, days and our own words; the page's style sheet says
//! how each class looks by day, by night and on paper.

use std::fmt::{Result, Write};

/// Space for the numbers on the left and the days below, and around the rest.
const LEFT: f64 = 48.0;
const BOTTOM: f64 = 24.0;
const MARGIN: f64 = 8.0;

/// The vertical axis has at most so many lines above zero, and reaches at least this high.
const MAX_STEPS: u64 = 5;
const MIN_TOP: u64 = 4;

/// Width and height in CSS pixels, and the number of days between two labels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub width: u32,
    pub height: u32,
    pub days_per_label: usize,
}

/// A bar: the number of each series, from the bottom up.
pub(super) type Bar = [u64; 3];

/// A drawing of equally many bars for each day.
#[derive(Debug)]
pub(super) struct Chart<'a> {
    pub bars: &'a [Bar],
    /// The names of the series.
    pub series: [&'static str; 3],
    /// The label of each day.
    pub days: &'a [String],
}

impl Chart<'_> {
    pub(super) fn to_svg(&self, size: Size) -> String {
        let mut svg = String::new();
        // A string takes everything.
        _ = self.draw(&mut svg, size);
        svg
    }

    fn draw(&self, svg: &mut String, size: Size) -> Result {
        let (width, height) = (f64::from(size.width), f64::from(size.height));
        let highest = self.bars.iter().map(|bar| bar.iter().sum()).max().unwrap_or(0).max(MIN_TOP);
        let step = step(highest);
        let top = highest.div_ceil(step) * step;
        let x = |part: usize, of: usize| LEFT + (width - LEFT - MARGIN) * number(part as u64) / number(of as u64);
        let y = |count: u64| height - BOTTOM - (height - BOTTOM - MARGIN) * number(count) / number(top);
        write!(svg, r#"<svg viewBox="0 0 {width} {height}">"#)?;
        for count in (0..=top / step).map(|index| index * step) {
            let (y, right, left) = (y(count), width - MARGIN, LEFT - 6.0);
            write!(svg, r#"<line x1="{LEFT}" y1="{y:.1}" x2="{right}" y2="{y:.1}"/>"#)?;
            write!(svg, r#"<text x="{left}" y="{:.1}" text-anchor="end">{count}</text>"#, y + 4.0)?;
        }
        for (day, label) in self.days.iter().enumerate().step_by(size.days_per_label) {
            let (middle, y) = (x(2 * day + 1, 2 * self.days.len()), height - MARGIN);
            write!(svg, r#"<text x="{middle:.1}" y="{y}" text-anchor="middle">{label}</text>"#)?;
        }
        for (index, bar) in self.bars.iter().enumerate().filter(|(_, bar)| **bar != Bar::default()) {
            write!(svg, "<g><title>{}</title>", self.tooltip(index, bar))?;
            let (left, width) = (x(10 * index + 1, 10 * self.bars.len()), x(8, 10 * self.bars.len()) - LEFT);
            let mut below = 0;
            for (class, part) in bar.iter().enumerate().filter(|(_, part)| **part > 0) {
                let (y, height) = (y(below + part), y(below) - y(below + part));
                write!(
                    svg,
                    r#"<rect class="s{class}" x="{left:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}"/>"#
                )?;
                below += part;
            }
            svg.push_str("</g>");
        }
        write!(svg, "</svg>")
    }

    /// Returns the hours of a bar and its numbers.
    fn tooltip(&self, index: usize, bar: &Bar) -> String {
        let per_day = (self.bars.len() / self.days.len().max(1)).max(1);
        let (day, hours) = (self.days.get(index / per_day).map_or("", String::as_str), 24 / per_day);
        let from = index % per_day * hours;
        let parts = bar.iter().zip(self.series).filter(|(part, _)| **part > 0);
        let parts: Vec<_> = parts.map(|(part, name)| format!("{part} {name}")).collect();
        format!("{day}, {from:02}:00 to {:02}:00: {}", from + hours, parts.join(", "))
    }
}

/// Returns the round number between two lines of the vertical axis: 1, 2 or 5 times a power of ten.
fn step(highest: u64) -> u64 {
    let mut steps = (0..19).flat_map(|power| [1, 2, 5].map(|factor| factor * 10_u64.pow(power)));
    steps.find(|step| highest.div_ceil(*step) <= MAX_STEPS).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "drawn to the pixel")]
fn number(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { width: 156, height: 132, days_per_label: 1 };

    fn drawn(bars: &[Bar]) -> String {
        let days = ["06-01".to_owned(), "06-02".to_owned()];
        Chart { bars, series: ["sent", "unchanged", "failed"], days: &days }.to_svg(SIZE)
    }

    #[test]
    fn stacks_the_parts_of_a_bar_and_tells_its_hours() {
        let svg = drawn(&[[0; 3], [2, 0, 3], [0; 3], [0; 3]]);
        assert!(svg.contains("<g><title>06-01, 12:00 to 24:00: 2 sent, 3 failed</title>"), "{svg}");
        // Of the 100 pixels from 0 at the bottom to 5 at the top.
        let parts = [
            r#"<rect class="s0" x="75.5" y="68.0" width="20.0" height="40.0"/>"#,
            r#"<rect class="s2" x="75.5" y="8.0" width="20.0" height="60.0"/>"#,
        ];
        assert!(svg.contains(&parts.concat()), "{svg}");
        assert_eq!(svg.matches("<rect").count(), 2, "{svg}");
    }

    #[test]
    fn labels_days_and_round_numbers() {
        let svg = drawn(&[[0; 3], [412, 0, 0]]);
        for label in [">0<", ">100<", ">500<", ">06-01<", ">06-02<"] {
            assert!(svg.contains(label), "{label}: {svg}");
        }
        assert!(drawn(&[]).contains(">4<"), "nothing is drawn as an empty chart");
        for (highest, expected) in [(4, 1), (5, 1), (6, 2), (11, 5), (25, 5), (26, 10), (u64::MAX, 5 * 10_u64.pow(18))]
        {
            assert_eq!(step(highest), expected, "{highest}");
        }
    }
}
