//! Bytes: distances, digits, checksums, runs, automata.

use mambo::prelude::*;

#[jit]
fn levenshtein(a: &[u8], b: &[u8]) -> usize {
    let mut row = Array1::from_shape_fn(b.len() + 1, |j| j);
    for i in 0..a.len() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for j in 0..b.len() {
            let cost = if a[i] == b[j] { diagonal } else { diagonal + 1 };
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[jit]
fn parse_float(text: &[u8]) -> Option<f64> {
    let mut i = 0;
    let mut sign = 1.0;
    if i < text.len() && (text[i] == b'-' || text[i] == b'+') {
        if text[i] == b'-' {
            sign = -1.0;
        }
        i += 1;
    }
    let (mut value, mut digits, mut scale) = (0.0, 0, 0i32);
    let mut point = false;
    while i < text.len() {
        match text[i] {
            digit @ b'0'..=b'9' => {
                value = value * 10.0 + (digit - b'0') as f64;
                digits += 1;
                if point {
                    scale -= 1;
                }
            }
            b'.' if !point => point = true,
            b'e' | b'E' => break,
            _ => return None,
        }
        i += 1;
    }
    if digits == 0 {
        return None;
    }
    if i < text.len() {
        let mut exponent = 0i32;
        for &digit in &text[i + 1..] {
            if !digit.is_ascii_digit() {
                return None;
            }
            exponent = exponent.saturating_mul(10).saturating_add((digit - b'0') as i32);
        }
        scale += exponent;
    }
    Some(sign * value * 10f64.powi(scale))
}

#[jit]
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = !0u32;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

#[jit]
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ byte as u64).wrapping_mul(0x0100_0000_01b3)
    })
}

#[jit]
fn adler(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1u32, 0u32), |(a, b), &byte| {
        let a = (a + byte as u32) % 65521;
        (a, (b + a) % 65521)
    });
    b << 16 | a
}

#[jit]
fn run_lengths(bytes: &[u8], out: &mut [u8]) -> usize {
    let mut at = 0;
    let mut i = 0;
    while i < bytes.len() {
        let byte = bytes[i];
        let mut n = 1;
        while i + n < bytes.len() && bytes[i + n] == byte && n < 255 {
            n += 1;
        }
        out[at] = n as u8;
        out[at + 1] = byte;
        at += 2;
        i += n;
    }
    at
}

#[jit]
fn find(text: &[u8], pattern: &[u8]) -> Option<usize> {
    if pattern.is_empty() {
        return Some(0);
    }
    let mut failure = Array1::<usize>::zeros(pattern.len());
    let mut k = 0;
    for i in 1..pattern.len() {
        while k > 0 && pattern[i] != pattern[k] {
            k = failure[k - 1];
        }
        if pattern[i] == pattern[k] {
            k += 1;
        }
        failure[i] = k;
    }
    k = 0;
    for (i, &byte) in text.iter().enumerate() {
        while k > 0 && byte != pattern[k] {
            k = failure[k - 1];
        }
        if byte == pattern[k] {
            k += 1;
        }
        if k == pattern.len() {
            return Some(i + 1 - k);
        }
    }
    None
}

#[jit]
fn words_and_lines(text: &[u8]) -> (u32, u32) {
    let (mut words, mut lines) = (0, 0);
    let mut inside = false;
    for &byte in text {
        let space = matches!(byte, b' ' | b'\t' | b'\n');
        words += (!space && !inside) as u32;
        lines += u32::from(byte == b'\n');
        inside = !space;
    }
    (words, lines)
}

#[jit]
fn to_digits(number: u64, out: &mut [u8; 20]) -> usize {
    let mut rest = number;
    let mut at = 20;
    loop {
        at -= 1;
        out[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            return at;
        }
    }
}

#[jit]
fn balanced(text: &[u8]) -> bool {
    let mut depth = 0i32;
    for byte in text {
        match *byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return false,
            b')' => depth -= 1,
            _ => {}
        }
    }
    depth == 0
}

#[test]
fn agree() {
    let texts: [&[u8]; 9] = [
        b"",
        b"a",
        b"kitten",
        b"sitting",
        b"aaaaabbbcd",
        b"((a)(b))",
        b"(()",
        b"a b\n c\t\nd",
        b"abababcabab",
    ];
    for a in texts {
        for b in texts {
            check!(levenshtein(a, b));
            check!(find(a, b));
        }
        check!(find(a, b"abc"));
        check!(crc32(a));
        check!(fnv(a));
        check!(adler(a));
        check!([out = vec![0; 16]] run_lengths(a, &mut out));
        check!([out = vec![0; 3]] run_lengths(a, &mut out));
        check!(words_and_lines(a));
        check!(balanced(a));
    }
    for text in ["0", "12", "-12.5", "+.25", "1e3", "2.5e10", "1.2.3", "abc", "-", "9e99999999999"]
    {
        check!(parse_float(text.as_bytes()));
    }
    for number in [0, 7, 10, 12345, u64::MAX] {
        check!([out = [0; 20]] to_digits(number, &mut out));
    }
}
