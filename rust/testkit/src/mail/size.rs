//! How large a message is: log-normal as in real mailboxes, a median of about 4 KB, some of several MB.

use std::f64::consts::TAU;

use rand::Rng;
use rand::rngs::StdRng;

const MEDIAN: f64 = 3_600.0;
const SPREAD: f64 = 1.3;
const SMALLEST: f64 = 200.0;
const LARGEST: f64 = 4e6;

/// Draws the size of a body in octets.
pub(super) fn draw(random: &mut StdRng) -> usize {
    let (u, v) = (random.random_range(f64::EPSILON..1.0), random.random::<f64>());
    let normal = (-2.0 * u.ln()).sqrt() * (TAU * v).cos(); // Box and Muller
    let size = MEDIAN * (SPREAD * normal).exp();
    size.clamp(SMALLEST, LARGEST) as usize
}

/// Draws the size of an attachment, which are some ten times as large.
pub(super) fn draw_attachment(random: &mut StdRng) -> usize {
    draw(random).saturating_mul(10).min(LARGEST as usize)
}
