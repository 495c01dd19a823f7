//! RSASSA-PSS for keys that are shorter than the 2048 bits which the TLS library takes ([RFC 8017 §8.1.2]).
//!
//! [RFC 8017 §8.1.2]: https://www.rfc-editor.org/rfc/rfc8017#section-8.1.2

use num_bigint::BigUint;
use ring::digest::{Algorithm, Context, digest};

/// Longer keys are the TLS library's; and a server chooses how long we count with its key.
const LONGEST: (u64, u64) = (2048, 33);

/// An RSA key as a certificate has it: both numbers with the most significant octet first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RsaKey<'k> {
    pub(crate) modulus: &'k [u8],
    pub(crate) exponent: &'k [u8],
}

impl RsaKey<'_> {
    /// Whether this is the key's signature of the message. The salt is as long as the digest (RFC 8446 §4.2.3).
    pub(crate) fn has_signed(self, algorithm: &'static Algorithm, message: &[u8], signature: &[u8]) -> bool {
        self.open(signature).is_some_and(|(encoded, unused_bits)| {
            is_encoding(&encoded, unused_bits, algorithm, message).unwrap_or(false)
        })
    }

    /// What was signed, and how many bits of its first octet are none of it.
    fn open(self, signature: &[u8]) -> Option<(Vec<u8>, u32)> {
        let [modulus, exponent, signature] =
            [self.modulus, self.exponent, signature].map(BigUint::from_bytes_be);
        let fits = modulus.bits() <= LONGEST.0 && exponent.bits() <= LONGEST.1 && signature < modulus;
        let bits = modulus.bits().checked_sub(1).filter(|_| fits)?;
        let number = signature.modpow(&exponent, &modulus).to_bytes_be();
        let length = usize::try_from(bits.div_ceil(8)).ok()?;
        let mut encoded = vec![0; length.checked_sub(number.len())?];
        encoded.extend(number);
        Some((encoded, u32::try_from(bits.div_ceil(8) * 8 - bits).ok()?))
    }
}

/// EMSA-PSS-VERIFY (RFC 8017 §9.1.2). `None` where something is too short.
fn is_encoding(
    encoded: &[u8],
    unused_bits: u32,
    algorithm: &'static Algorithm,
    message: &[u8],
) -> Option<bool> {
    let length = algorithm.output_len();
    let (trailer, rest) = encoded.split_last()?;
    let (masked, hash) = rest.split_at_checked(rest.len().checked_sub(length)?)?;
    let mut block = masked.to_vec();
    block.iter_mut().zip(mask(algorithm, hash, masked.len())).for_each(|(byte, mask)| *byte ^= mask);
    *block.first_mut()? &= u8::MAX >> unused_bits;
    let (padding, salt) = block.split_at_checked(block.len().checked_sub(length)?)?;
    let (one, zeros) = padding.split_last()?;
    let mut context = Context::new(algorithm);
    [&[0; 8], digest(algorithm, message).as_ref(), salt].into_iter().for_each(|part| context.update(part));
    let is_hash = context.finish().as_ref() == hash;
    Some(*trailer == 0xbc && *one == 1 && zeros.iter().all(|byte| *byte == 0) && is_hash)
}

/// MGF1 (RFC 8017 §B.2.1).
fn mask(algorithm: &'static Algorithm, seed: &[u8], length: usize) -> impl Iterator<Item = u8> {
    let block = move |counter: u32| {
        let mut context = Context::new(algorithm);
        context.update(seed);
        context.update(&counter.to_be_bytes());
        context.finish().as_ref().to_vec()
    };
    (0..).flat_map(block).take(length)
}
