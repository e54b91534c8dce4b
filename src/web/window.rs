//! The window of requests in flight: additive increase, multiplicative decrease.
//!
//! A service that allows few requests at once answers 429 to those above its limit, and does not say what the limit is.
//! The window finds it: a refusal halves it at least, successes widen it by one. Pure: it waits for nothing and reads
//! no clock.

use std::time::Duration;

/// Shortest and longest bound of the wait after a refusal without `Retry-After`.
const MIN_BACKOFF: Duration = Duration::from_millis(50);
const MAX_BACKOFF: Duration = Duration::from_secs(8);

/// Successes per request in flight that widen the window: at first, and at most. They double each time the window was
/// too wide again, so that a service whose limit is known is seldom asked for more.
const MIN_PROBE: usize = 8;
const MAX_PROBE: usize = 32;

/// The requests that may be in flight at once.
#[derive(Debug)]
pub(crate) struct Window {
    size: usize,
    /// The size after the first success.
    start: usize,
    /// Never more than this, which a setting bounds.
    max: usize,
    is_open: bool,
    /// Successes since the size last changed.
    successes: usize,
    /// Successes per request in flight that widen it by one.
    probe: usize,
    /// The size at the newest refusal; `None` once it was passed without one.
    refused_at: Option<usize>,
    /// Grows with each refusal that counts: what was sent before it says nothing new, but how many of them are refused.
    generation: u64,
    /// The size before the newest refusal that counts, and how many of its requests were refused.
    size_before_refusal: usize,
    refused_requests: usize,
    /// The bound of the next wait.
    backoff: Duration,
    refusals_in_a_row: u32,
}

/// The consequence of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The longest wait before the request is made again.
    pub backoff: Duration,
    /// The window was 1 already: to ask less, all workers have to wait.
    pub concerns_all: bool,
    /// Refusals without a success in between; those of one window count as one.
    pub in_a_row: u32,
    /// Whether the refusal is the first of its window.
    pub is_counted: bool,
}

impl Window {
    /// Begins with one request in flight; the first success opens the window to `start`, and it is never wider than
    /// `max`.
    pub fn new(max: usize, start: Option<usize>) -> Self {
        let max = max.max(1);
        Self {
            size: 1,
            start: start.unwrap_or(max).clamp(1, max),
            max,
            is_open: false,
            successes: 0,
            probe: MIN_PROBE,
            refused_at: None,
            generation: 0,
            size_before_refusal: 0,
            refused_requests: 0,
            backoff: MIN_BACKOFF,
            refusals_in_a_row: 0,
        }
    }

    /// Returns the number of requests that may be in flight.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Returns the window of a request that is sent now.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Refusals without a success in between.
    pub fn refusals_in_a_row(&self) -> u32 {
        self.refusals_in_a_row
    }

    /// The size that the service was found to allow; `None` where nothing was learned of it.
    pub fn found(&self) -> Option<usize> {
        (self.is_open && (self.generation > 0 || self.size != self.start)).then_some(self.size)
    }

    /// Records an answer that is no refusal and no success of the kind that was asked for.
    pub fn answered(&mut self) {
        self.refusals_in_a_row = 0;
        self.backoff = (self.backoff / 2).max(MIN_BACKOFF);
    }

    /// Records a success. Returns whether more requests may be in flight now; `may_widen` is false as long as it would
    /// cost too much to be refused again.
    pub fn succeeded(&mut self, may_widen: bool) -> bool {
        self.answered();
        if !self.is_open {
            self.is_open = true;
            self.size = self.start;
            return self.size > 1;
        }
        if self.size == self.max {
            return false;
        }
        self.successes += 1;
        if self.successes < self.probe * self.size || !may_widen {
            return false;
        }
        if self.refused_at.is_some_and(|refused| self.size >= refused) {
            // The service allows more than it did.
            self.refused_at = None;
            self.probe = MIN_PROBE;
        }
        self.size += 1;
        self.successes = 0;
        true
    }

    /// Records a refusal of a request that was sent in this `generation`.
    pub fn refused(&mut self, generation: u64) -> Refused {
        let (backoff, concerns_all) = (self.backoff, self.size == 1);
        let is_counted = generation == self.generation;
        if is_counted {
            self.generation += 1;
            self.refusals_in_a_row += 1;
            self.backoff = (self.backoff * 2).min(MAX_BACKOFF);
            if self.refused_at.is_some_and(|refused| self.size >= refused) {
                self.probe = (self.probe * 2).min(MAX_PROBE);
            }
            self.refused_at = Some(self.size);
            (self.size_before_refusal, self.refused_requests) = (self.size, 1);
            self.size = self.size.div_ceil(2);
            self.successes = 0;
        } else if generation + 1 == self.generation {
            // Of one window the service takes as many as it allows.
            self.refused_requests += 1;
            self.size = self.size.min(self.size_before_refusal.saturating_sub(self.refused_requests).max(1));
        }
        Refused { backoff, concerns_all, in_a_row: self.refusals_in_a_row, is_counted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A service that allows so many requests at once, asked by rounds of a whole window. Returns the sizes that were
    /// used.
    fn sizes(window: &mut Window, limit: usize, rounds: usize) -> Vec<usize> {
        let mut sizes = Vec::new();
        for _ in 0..rounds {
            let (size, generation) = (window.size(), window.generation());
            sizes.push(size);
            // Those above the limit are refused at once, the others are answered later.
            (limit..size).for_each(|_| _ = window.refused(generation));
            (0..size.min(limit)).for_each(|_| _ = window.succeeded(true));
        }
        sizes
    }

    #[test]
    fn opens_after_first_success() {
        let mut window = Window::new(8, None);
        assert_eq!((window.size(), window.succeeded(true), window.size()), (1, true, 8));
        let mut window = Window::new(8, Some(3));
        assert_eq!((window.size(), window.succeeded(true), window.size()), (1, true, 3));
        for (max, start, size) in [(1, None, 1), (0, None, 1), (4, Some(9), 4), (4, Some(0), 1)] {
            let mut window = Window::new(max, start);
            window.succeeded(true);
            assert_eq!(window.size(), size, "{max} {start:?}");
        }
    }

    #[test]
    fn stays_wide_without_refusals() {
        let mut window = Window::new(16, None);
        window.succeeded(true);
        assert_eq!(sizes(&mut window, 16, 100), [16; 100]);
        assert_eq!(window.found(), None);
    }

    #[test]
    fn uses_most_of_any_limit() {
        for (max, limit) in [(4, 1), (8, 1), (16, 1), (4, 2), (16, 2), (4, 3), (16, 3), (8, 6), (16, 6), (16, 15)] {
            let mut window = Window::new(max, None);
            window.succeeded(true);
            let rounds = 200;
            let sizes = sizes(&mut window, limit, rounds);
            let served: usize = sizes.iter().map(|size| *size.min(&limit)).sum();
            assert!(4 * served > 3 * limit * rounds * 9 / 10, "{max} {limit}: {served} of {}", limit * rounds);
            let refused: usize = sizes.iter().map(|size| size.saturating_sub(limit)).sum();
            assert!(10 * refused <= served + 10 * max, "{max} {limit}: {refused} refused of {served}");
        }
    }

    #[test]
    fn follows_a_limit_that_changes() {
        let mut window = Window::new(16, None);
        window.succeeded(true);
        sizes(&mut window, 2, 300);
        assert!(window.size() <= 3);
        sizes(&mut window, 16, 300);
        assert_eq!(window.size(), 16);
        sizes(&mut window, 4, 20);
        assert!((2..=5).contains(&window.size()), "{}", window.size());
    }

    #[test]
    fn counts_refusals_of_one_window_once() {
        let mut window = Window::new(16, None);
        window.succeeded(true);
        let generation = window.generation();
        let refused: Vec<u32> = (0..16).map(|_| window.refused(generation).in_a_row).collect();
        assert_eq!((refused, window.size()), (vec![1; 16], 1));
        assert_eq!(window.refused(window.generation()).in_a_row, 2);
        window.succeeded(true);
        assert_eq!(window.refused(window.generation()).in_a_row, 1);
    }

    #[test]
    fn finds_limit_by_the_refusals_of_one_window() {
        for (refused, size) in [(1, 8), (8, 8), (10, 6), (13, 3), (15, 1), (16, 1)] {
            let mut window = Window::new(16, None);
            window.succeeded(true);
            let generation = window.generation();
            (0..refused).for_each(|_| _ = window.refused(generation));
            assert_eq!(window.size(), size, "{refused} refused");
        }
    }

    #[test]
    fn reports_only_what_was_learned() {
        let mut window = Window::new(16, Some(3));
        window.succeeded(true);
        assert_eq!(window.found(), None, "a start that was known stays as old as it is");
        window.refused(window.generation());
        assert_eq!(window.found(), Some(2));
        let mut window = Window::new(16, Some(3));
        (0..=3 * MIN_PROBE).for_each(|_| _ = window.succeeded(true));
        assert_eq!(window.found(), Some(4));
    }

    #[test]
    fn stays_as_wide_while_a_refusal_would_cost_too_much() {
        let mut window = Window::new(16, Some(3));
        (0..1000).for_each(|_| _ = window.succeeded(false));
        assert_eq!(window.size(), 3);
        window.succeeded(true);
        assert_eq!(window.size(), 4);
    }

    #[test]
    fn backs_off_from_50_ms_to_8_s_and_halves_with_success() {
        let mut window = Window::new(1, None);
        let mut backoff = || {
            let refused = window.refused(window.generation());
            assert!(refused.concerns_all);
            refused.backoff.as_millis()
        };
        let backoffs: Vec<u128> = (0..10).map(|_| backoff()).collect();
        assert_eq!(backoffs, [50, 100, 200, 400, 800, 1600, 3200, 6400, 8000, 8000]);
        window.succeeded(true);
        window.succeeded(true);
        assert_eq!(window.refused(window.generation()).backoff.as_millis(), 2000);
        (0..10).for_each(|_| _ = window.succeeded(true));
        assert_eq!(window.refused(window.generation()).backoff, MIN_BACKOFF);
    }
}
