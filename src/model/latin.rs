//! The letters without what hangs on them: `ż` is near `z`.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Writes a text with plain Latin letters where it has others that stand for them: `Żółw` becomes `Zolw`.
pub fn plain(text: &str) -> String {
    let letters = text.nfkd().filter(|c| !is_combining_mark(*c));
    letters.fold(String::with_capacity(text.len()), |out, c| match whole(c) {
        Some(plain) => out + plain,
        None => out + c.encode_utf8(&mut [0; 4]),
    })
}

/// Letters that Unicode does not take apart.
fn whole(c: char) -> Option<&'static str> {
    Some(match c {
        'ł' => "l",
        'Ł' => "L",
        'ø' => "o",
        'Ø' => "O",
        'đ' => "d",
        'Đ' => "D",
        'ß' => "ss",
        'æ' => "ae",
        'Æ' => "Ae",
        'œ' => "oe",
        'Œ' => "Oe",
        'ı' => "i",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_lose_what_hangs_on_them() {
        assert_eq!(plain("Żółw Müller Straße 日本"), "Zolw Muller Strasse 日本");
    }
}
