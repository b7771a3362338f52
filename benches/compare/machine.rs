//! What the machine is: its CPU, its last cache, its free memory.

use std::fs;

/// The name of the CPU, or of its architecture.
pub(crate) fn cpu() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_string())
    };
    let Some(model) = field("model name") else { return std::env::consts::ARCH.into() };
    match (field("cpu family"), field("model\t")) {
        (Some(family), Some(number)) => format!("{model} (family {family}, model {number})"),
        _ => model,
    }
}

/// Bytes of an array that no cache holds: more than four times the last one, where that and
/// what the sides need beside it fits in a third of the free memory.
pub(crate) fn beyond_caches() -> Result<usize, String> {
    let path = "/sys/devices/system/cpu/cpu0/cache/index3/size";
    let text = fs::read_to_string(path).unwrap_or_default();
    let cache = kilobytes(&text).unwrap_or(64 << 10) << 10;
    let wanted = (4 * cache + 1).max(256 << 20).next_multiple_of(2 << 20);
    let free = fs::read_to_string("/proc/meminfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("MemAvailable"))?;
            kilobytes(line.split_once(':')?.1)
        })
        .ok_or("DRAM, for it is not known how much memory is free")?;
    if 4 * wanted <= (free / 3) << 10 {
        Ok(wanted)
    } else {
        Err(format!("DRAM, for four arrays of {} MiB need too much memory", wanted >> 20))
    }
}

/// The number in text like `32768K` or ` 1024 kB`.
fn kilobytes(text: &str) -> Option<usize> {
    text.trim().trim_end_matches(|c: char| !c.is_ascii_digit()).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kilobytes_are_read_as_linux_writes_them() {
        assert_eq!(kilobytes("32768K\n"), Some(32768));
        assert_eq!(kilobytes("   24012345 kB"), Some(24012345));
        assert_eq!(kilobytes(""), None);
    }
}
